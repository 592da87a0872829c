"""The audit's sentence about coupons is true after a life of coupons, and each lie told to the tables is caught."""

from collections.abc import Iterator

import pytest
from coupon_shop import TEXT, issued, made
from world import World, opened

from kopilka.store.audit import PostgresBooks
from kopilka.usecases.audit import Facts, audit, limits_of
from kopilka.usecases.commands import ActivateCoupon, CancelCoupon


@pytest.fixture
def old(database: str) -> Iterator[World]:
    with opened(database, TEXT) as world:
        one, two = world.enrol(), world.enrol()
        first, second, third, fourth, fifth = made(world, "once", 5)
        world.close(one, 60_000, id_="public-1", codes=(issued(world, one), "SPRING"))
        world.close(two, 60_000, id_="public-2", codes=("SPRING",))
        world.close(None, 60_000, id_="guest", codes=(first,))
        world.hold(None, 60_000, id_="lapsed", codes=(second,))
        world.close(two, 60_000, id_="back", codes=(issued(world, two),))
        world.back("back")
        world.pass_time(days=2)
        world.close(None, 60_000, id_="later", codes=(second,))
        world.hold(one, 60_000, id_="held", codes=(third,))
        world.hold(one, 70_000, id_="free", codes=(fourth,))
        world.release("free")
        world.close(None, 60_000, id_="undone", codes=(fourth,))
        world.void("undone")
        world.done(ActivateCoupon(fourth, one))
        world.done(CancelCoupon(fifth, "a leak"))
        yield world


def untrue(world: World) -> set[str]:
    facts = Facts(limits_of(world.desk.catalogue))
    with PostgresBooks(world.pool).open() as store:
        return {finding.code for finding in audit(store, facts) if not finding.true}


def test_all_sentences_are_true_of_a_life_of_coupons(old: World) -> None:
    assert set() == untrue(old)


@pytest.mark.parametrize(
    ("lie", "caught"),
    [
        ("UPDATE coupon SET receipt = 'public-2' WHERE receipt = 'guest'", {"coupons"}),
        ("UPDATE coupon SET state = 'active', receipt = '' WHERE receipt = 'guest'", {"coupons"}),
        ("UPDATE coupon SET state = 'used' WHERE state = 'held'", {"coupons"}),
        ("UPDATE coupon SET state = 'used' WHERE state = 'active'", {"coupons"}),
        ("DELETE FROM coupon WHERE receipt = 'later'", {"coupons"}),
        ("UPDATE receipt SET state = 'released' WHERE receipt_id = 'held'", {"coupons", "holds"}),
        ("UPDATE budget SET uses = 1 WHERE rule = 'coupon:spring'", {"coupons", "budgets"}),
    ],
)
def test_a_lie_about_coupons_is_caught(old: World, lie: str, caught: set[str]) -> None:
    assert old.execute(lie) > 0

    assert caught == untrue(old)


def test_a_coupon_used_by_two_receipts_is_caught(old: World) -> None:
    old.execute(
        "UPDATE receipt SET decision = (SELECT decision FROM receipt WHERE receipt_id = 'guest') WHERE receipt_id = 'later'"
    )

    assert "coupons" in untrue(old)
