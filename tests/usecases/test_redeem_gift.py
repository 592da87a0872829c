"""Gifts for points: never more than there are, points untouched where there is none, and gifts that come back."""

from collections.abc import Iterator
from datetime import date
from threading import Thread

import pytest
from world import START, World, opened

from kopilka.store.audit import PostgresBooks
from kopilka.usecases.audit import audit
from kopilka.usecases.commands import Command, RedeemGift, Ref, ReturnGift
from kopilka.usecases.outcomes import Done, Outcome, Refused
from kopilka.usecases.ports import Product

GIFTS = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 10d}
  star: {decimals: 1}
rules:
  - {id: cashback, earn: 10%}
spend: {up_to: 100%}
gifts:
  mug: {points: 500, stock: 3, per_member: 2, sku: mug-1}
  tea: {points: 12.5, kind: star}
  smoke: {points: 1, sku: cigarettes}
  rum: {points: 1, sku: rum-1}
"""


@pytest.fixture
def club(database: str) -> Iterator[World]:
    with opened(database, GIFTS) as world:
        goods = [Product("cigarettes", product_class="tobacco"), Product("rum-1", product_class="alcohol")]
        world.reference.put_products([*goods, Product("mug-1")], START)
        yield world


def rich(world: World, points: int = 5000) -> Ref:
    who = world.enrol()
    world.give(who, points)
    return who


def redeem(world: World, who: Ref, gift: str = "mug", pieces: int = 1, key: str = "") -> RedeemGift:
    return RedeemGift(who, "club", gift, "t", key or f"g{world.number()}", pieces)


def back(redemption: str, world: World, key: str = "") -> ReturnGift:
    return ReturnGift(redemption, world.now, "t", key)


def code(world: World, command: Command) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def untrue(world: World) -> list[str]:
    with PostgresBooks(world.pool).open() as store:
        return [finding.code for finding in audit(store) if not finding.true]


def test_five_hundred_points_are_a_mug(club: World) -> None:
    who = rich(club, 700)
    done = club.done(redeem(club, who))

    assert (500, 200) == (done.units, club.balance(who).total)
    assert [("gifts:mug", 500, "mug")] == club.rows(
        "SELECT credit, units, note FROM posting WHERE verb = 'gift'"
    )
    assert [] == untrue(club)


def test_out_of_stock_leaves_points_untouched(club: World) -> None:
    one, other = rich(club), rich(club)
    club.done(redeem(club, one, pieces=2))
    refused = club.run(redeem(club, other, pieces=2))[0]

    assert isinstance(refused, Refused)
    assert ("out_of_stock", {"left": 1}) == (refused.code, refused.params)
    assert 5000 == club.balance(other).total
    club.done(redeem(club, other))
    assert "out_of_stock" == code(club, redeem(club, other))


def test_one_member_has_no_more_than_the_offer_says(club: World) -> None:
    who = rich(club)
    club.done(redeem(club, who))

    assert "gift_limit" == code(club, redeem(club, who, pieces=2))
    club.done(redeem(club, who))
    assert "gift_limit" == code(club, redeem(club, who))


def test_too_few_points_and_what_is_no_gift_are_refused(club: World) -> None:
    who = rich(club, 499)

    assert "not_enough_points" == code(club, redeem(club, who))
    assert "unknown_gift" == code(club, redeem(club, who, "car"))
    assert ["bad_pieces"] * 3 == [code(club, redeem(club, who, pieces=n)) for n in (0, -1, 10**9)]
    assert "unknown_programme" == code(club, RedeemGift(who, "nowhere", "mug", "t", "k"))
    assert "unknown_member" == code(club, redeem(club, Ref("card", "nobody")))
    assert 499 == club.balance(who).total


def test_tobacco_and_alcohol_are_never_a_gift(club: World) -> None:
    who = rich(club)

    assert ["no_gift_goods"] * 2 == [code(club, redeem(club, who, gift)) for gift in ("smoke", "rum")]
    assert 5000 == club.balance(who).total


def test_a_gift_is_paid_in_points_of_its_own_kind(club: World) -> None:
    who = rich(club)

    assert "not_enough_points" == code(club, redeem(club, who, "tea"))
    club.give(who, 126, kind="star")
    assert 125 == club.done(redeem(club, who, "tea")).units


def test_a_retry_is_one_gift_and_a_key_of_another_is_refused(club: World) -> None:
    who = rich(club)
    first, again = club.done(redeem(club, who, key="k")), club.done(redeem(club, who, key="k"))

    assert (first.txn, True) == (again.txn, again.replayed)
    assert "key_reused" == code(club, redeem(club, who, "tea", key="k"))
    assert 4500 == club.balance(who).total


def test_a_gift_that_comes_back_fills_lots_stock_and_limits(club: World) -> None:
    who = club.enrol()
    club.give(who, 300, date(2026, 3, 5))
    club.give(who, 900)
    before = club.lots(who)
    done = club.done(redeem(club, who, pieces=2))
    club.done(back(done.txn, club))

    assert before == club.lots(who)
    assert [(0, 0)] == club.rows("SELECT uses, points_units FROM budget WHERE rule = 'gift:mug'")
    assert [(0,)] == club.rows("SELECT uses FROM cap_use WHERE rule = 'gift:mug'")
    assert club.done(back(done.txn, club)).replayed
    assert 1200 == club.balance(who).total
    assert [] == untrue(club)


def test_points_that_expired_meanwhile_expire_again_at_once(club: World) -> None:
    who = club.enrol()
    club.give(who, 300, date(2026, 3, 5))
    club.give(who, 200)
    done = club.done(redeem(club, who))
    club.pass_time(days=5)
    club.done(back(done.txn, club))

    assert 200 == club.balance(who).total
    assert [] == untrue(club)


def test_with_days_of_grace_they_live_on(database: str) -> None:
    with opened(database, GIFTS + "returns: {grace: 3d}\n") as world:
        who = world.enrol()
        world.give(who, 300, date(2026, 3, 5))
        world.give(who, 200)
        done = world.done(redeem(world, who))
        world.pass_time(days=5)
        world.done(back(done.txn, world))

        assert 500 == world.balance(who).total
        world.pass_time(days=4)
        assert 200 == world.balance(who).total
        assert [] == untrue(world)


def test_what_never_went_out_does_not_come_back(club: World) -> None:
    who = rich(club)
    given = club.give(who, 5)

    assert ["unknown_redemption"] * 2 == [code(club, back(txn, club)) for txn in ("txn_none", given.txn)]


def test_parallel_calls_never_give_more_than_there_are(club: World) -> None:
    people = [rich(club) for _ in range(6)]
    outcomes: list[Outcome] = []

    def ask(who: Ref, number: int) -> None:
        outcomes.extend(club.new_desk().run([RedeemGift(who, "club", "mug", "t", f"p{number}")]))

    threads = [Thread(target=ask, args=(who, n)) for n, who in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (3, {"out_of_stock"}) == (
        sum(isinstance(row, Done) for row in outcomes),
        {row.code for row in outcomes if isinstance(row, Refused)},
    )
    assert 6 * 5000 - 3 * 500 == sum(club.balance(who).total for who in people)
    assert [] == untrue(club)


def test_one_batch_never_gives_more_than_there_are(club: World) -> None:
    people = [rich(club) for _ in range(5)]
    outcomes = club.run(*[redeem(club, who) for who in people])

    assert [Done] * 3 + [Refused] * 2 == [type(row) for row in outcomes]
