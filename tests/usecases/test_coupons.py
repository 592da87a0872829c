"""Coupons at the desk: given, activated, used, held, returned, cancelled; codes with limits; batches."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from coupon_shop import TEXT, coupons_of, issued, made, reasons
from world import World, opened

from kopilka.core.member.coupon import ALPHABET, code_from, well_formed
from kopilka.usecases.commands import ActivateCoupon, CancelCoupon, Close, IssueCoupon, Quote, Ref
from kopilka.usecases.coupons import Caller, Made, Wish, csv, length_for
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Done, Refused


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(database, TEXT) as world:
        yield world


def refusal(world: World, command: object) -> str:
    outcome = world.run(command)[0]  # type: ignore[arg-type]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def state(world: World, code: str) -> tuple[object, ...]:
    return world.rows("SELECT state, receipt, holder_id LIKE 'hdr_%%' FROM coupon WHERE code = %s", (code,))[
        0
    ]


def test_the_first_receipt_gives_a_coupon_that_pays_a_tenth_of_the_next_and_no_third(world: World) -> None:
    who = world.enrol()
    first = world.close(who, 100_000)
    assert first.sale is not None
    code = first.sale.issued[0]
    second = world.close(who, 100_000, codes=(code,))
    third = world.close(who, 100_000, codes=(code,))

    assert well_formed(code)
    assert {code: "used"} == reasons(second)
    assert second.sale is not None
    assert 90_000 == second.sale.decision.paid_minor
    assert {code: "code_used"} == reasons(third)
    assert [("2026-04-01",)] == world.rows("SELECT last_on::text FROM coupon WHERE code = %s", (code,))


def test_a_retry_after_a_lost_reply_gives_the_same_code(world: World) -> None:
    who = world.enrol()
    sale = Close(world.receipt(100_000, id_="r"), who)
    first, again = world.done(sale), world.done(sale)

    assert first.sale is not None
    assert again.sale is not None
    assert again.replayed
    assert first.sale.issued == again.sale.issued
    assert [(1,)] == world.rows("SELECT count(*) FROM coupon")


def test_a_code_is_typed_in_any_case_with_dashes_and_cyrillic_twins(world: World) -> None:
    who = world.enrol()
    code = issued(world, who, "next")
    typed = f" {code[:5]}-{code[5:]} ".lower().translate(str.maketrans("aekmhpctx", "аекмнрстх"))
    done = world.close(who, 100_000, codes=(typed,))

    assert {code: "used"} == reasons(done)


def test_a_full_return_gives_the_used_coupon_back_and_withdraws_what_the_receipt_gave(world: World) -> None:
    who = world.enrol()
    used = issued(world, who, "once")
    first = world.close(who, 100_000, id_="r", codes=(used,))
    assert first.sale is not None
    given = first.sale.issued[0]
    world.back("r", {"a": 500})
    partly = (state(world, used)[0], state(world, given)[0])
    world.back("r")

    assert ("used", "active") == partly
    assert (("active", "", True), "cancelled") == (state(world, used), state(world, given)[0])
    assert {used: "used"} == reasons(world.close(who, 100_000, codes=(used,)))
    assert {given: "code_withdrawn"} == reasons(world.close(who, 100_000, codes=(given,)))


def test_a_void_is_a_full_return_to_coupons(world: World) -> None:
    who = world.enrol()
    used = issued(world, who)
    world.close(who, 100_000, id_="r", codes=(used,))
    world.void("r")

    assert ("active", "", True) == state(world, used)
    assert [("cancelled",)] == world.rows("SELECT state FROM coupon WHERE series = 'next'")


def test_a_coupon_that_the_receipt_gave_and_that_is_used_stays_used_when_it_is_returned(world: World) -> None:
    who = world.enrol()
    first = world.close(who, 100_000, id_="r")
    assert first.sale is not None
    given = first.sale.issued[0]
    world.close(who, 100_000, codes=(given,))
    world.back("r")

    assert "used" == state(world, given)[0]


def test_a_held_coupon_is_held_from_others_and_freed_by_a_release(world: World) -> None:
    code = made(world)[0]
    world.hold(None, 100_000, id_="a", codes=(code,))
    other = world.close(None, 100_000, id_="b", codes=(code,))
    world.release("a")
    after = world.close(None, 100_000, id_="c", codes=(code,))

    assert {code: "code_reserved"} == reasons(other)
    assert {code: "used"} == reasons(after)


def test_a_hold_closed_uses_its_coupon_once(world: World) -> None:
    code = made(world)[0]
    world.hold(None, 100_000, id_="a", codes=(code,))
    world.hold(None, 100_000, 5_000, id_="a", codes=(code,))
    done = world.close(None, 100_000, 5_000, id_="a", codes=(code,))

    assert {code: "used"} == reasons(done)
    assert ("used", "a", False) == state(world, code)


def test_a_lapsed_hold_holds_nothing_although_nobody_has_let_it_go(world: World) -> None:
    code = made(world)[0]
    world.hold(None, 100_000, id_="a", codes=(code,))
    world.pass_time(days=2)
    done = world.close(None, 100_000, id_="b", codes=(code,))
    world.release("a")

    assert {code: "used"} == reasons(done)
    assert ("used", "b", False) == state(world, code)


def test_a_coupon_that_gave_nothing_is_not_used_up(world: World) -> None:
    who = world.enrol()
    done = world.close(who, 40_000, codes=("SPRING",))

    assert {"SPRING": "code_idle"} == reasons(done)
    assert {"SPRING": "used"} == reasons(world.close(who, 60_000, codes=("spring",)))


def test_a_public_code_says_which_of_its_limits_is_reached(world: World) -> None:
    members = [world.enrol() for _ in range(4)]
    first = reasons(world.close(members[0], 60_000, id_="r", codes=("SPRING",)))
    again = reasons(world.close(members[0], 60_000, codes=("SPRING",)))
    guest = reasons(world.close(None, 60_000, codes=("SPRING",)))
    rest = [reasons(world.close(who, 60_000, codes=("SPRING",))) for who in members[1:]]
    fifth = world.enrol()
    over = world.close(fifth, 60_000, codes=("SPRING",))
    world.back("r")

    assert ({"SPRING": "used"}, {"SPRING": "code_used_by_member"}) == (first, again)
    assert {"SPRING": "members_only"} == guest
    assert [{"SPRING": "used"}] * 2 == rest[:2]
    assert {"SPRING": "code_used_up"} == rest[2] == reasons(over)
    assert {"SPRING": "used"} == reasons(world.close(fifth, 60_000, codes=("SPRING",)))


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "code_too_early"), (0, "used"), (18, "used"), (19, "code_too_late")]
)
def test_a_public_code_works_from_its_first_through_its_last_day(world: World, days: int, said: str) -> None:
    who = world.enrol()
    world.pass_time(days=days)

    assert {"SPRING": said} == reasons(world.close(who, 60_000, codes=("SPRING",)))


def test_what_is_wrong_with_a_code_is_said(world: World) -> None:
    anna, boris = world.enrol(), world.enrol()
    own, cancelled, waiting = issued(world, anna), issued(world, anna), made(world, "leaflet")[0]
    world.done(CancelCoupon(cancelled, "lost", actor="stf_1"))
    unknown = next(code for code in made(world, count=1))
    world.execute("DELETE FROM coupon_code WHERE code = %s", (unknown,))
    typo = own[:-1] + next(letter for letter in ALPHABET if letter != own[-1])
    done = world.close(boris, 60_000, codes=(own, cancelled, waiting, unknown, typo, "WHAT?"))

    assert {
        own: "code_of_other", cancelled: "code_withdrawn", waiting: "code_not_activated", unknown: "code_unknown",
        typo: "code_mistyped", "WHAT?": "code_mistyped",
    } == reasons(done)  # fmt: skip


def test_a_leaflet_activated_by_a_member_is_theirs_and_its_life_begins(world: World) -> None:
    anna, boris = world.enrol(), world.enrol()
    code = made(world, "leaflet")[0]
    world.pass_time(days=40)
    done = world.done(ActivateCoupon(code, anna))
    again = world.done(ActivateCoupon(code, anna))

    assert done.coupon is not None
    assert ("active", str((world.now + timedelta(days=10)).date())) == (
        done.coupon.state,
        str(done.coupon.last_on),
    )
    assert (False, True) == (done.replayed, again.replayed)
    assert "code_of_other" == refusal(world, ActivateCoupon(code, boris))
    assert {code: "code_of_other"} == reasons(world.close(None, 60_000, codes=(code,)))
    assert {code: "used"} == reasons(world.close(anna, 60_000, codes=(code,)))
    assert "code_used" == refusal(world, ActivateCoupon(code, anna))
    assert [(1, 1)] == world.rows(
        "SELECT count(*), count(*) FILTER (WHERE k.holder_id = c.holder_id) FROM coupon c JOIN coupon_code k USING (code)"
        " WHERE c.code = %s", (code,)
    )  # fmt: skip


def test_activating_for_nobody_lets_whoever_bears_it_use_it(world: World) -> None:
    code = made(world, "leaflet")[0]
    world.done(ActivateCoupon(code))

    assert {code: "used"} == reasons(world.close(None, 60_000, codes=(code,)))


def test_what_cannot_be_activated_or_cancelled_is_refused(world: World) -> None:
    who, code = world.enrol(), made(world)[0]
    used, held, late = made(world, count=3)
    world.close(None, 60_000, codes=(used,))
    world.hold(None, 60_000, codes=(held,))

    assert "code_used" == refusal(world, CancelCoupon(used, "why"))
    assert "code_reserved" == refusal(world, CancelCoupon(held, "why"))
    assert "code_reserved" == refusal(world, ActivateCoupon(held, who))
    assert "code_public" == refusal(world, ActivateCoupon("spring", who))
    assert "code_public" == refusal(world, CancelCoupon("spring", "why"))
    assert "code_mistyped" == refusal(world, ActivateCoupon("", who))
    assert "unknown_member" == refusal(world, ActivateCoupon(code, Ref("card", "nobody")))
    world.execute("UPDATE member SET status = 'blocked'")
    assert "member_blocked" == refusal(world, ActivateCoupon(code, who))
    world.pass_time(days=60)
    assert "code_too_late" == refusal(world, ActivateCoupon(late))


def test_cancelling_twice_is_no_error_and_tells_no_code(world: World) -> None:
    code = made(world)[0]
    first, again = world.done(CancelCoupon(code, "a leak")), world.done(CancelCoupon(code, "a leak"))

    assert (False, True) == (first.replayed, again.replayed)
    assert [(1,)] == world.rows("SELECT count(*) FROM event WHERE name = 'coupon.cancelled'")
    for table in ("event", "staff_action"):
        assert [] == world.rows(f"SELECT 1 FROM {table} t WHERE t::text LIKE %s", (f"%{code}%",))  # noqa: S608


def test_a_coupon_given_by_hand_is_given_once_for_a_key(world: World) -> None:
    who = world.enrol()
    wish = IssueCoupon(who, "club", "next", "t", "k", "stf_1")
    first, again = world.done(wish), world.done(wish)

    assert first.coupon == again.coupon
    assert "key_reused" == refusal(world, IssueCoupon(who, "club", "once", "t", "k"))
    assert "series_public" == refusal(world, IssueCoupon(who, "club", "spring", "t", "l"))
    assert "unknown_series" == refusal(world, IssueCoupon(who, "club", "nothing", "t", "l"))
    assert "unknown_programme" == refusal(world, IssueCoupon(who, "other", "once", "t", "l"))
    world.pass_time(days=30)
    assert "series_over" == refusal(world, IssueCoupon(who, "club", "once", "t", "m"))


def test_a_coupon_that_applies_by_itself_is_used_without_being_shown(world: World) -> None:
    who = world.enrol()
    code = issued(world, who, "own")
    first, second = world.close(who, 60_000), world.close(who, 60_000)

    assert ({code: "used"}, {}) == (reasons(first), reasons(second))


def test_a_quote_promises_what_the_close_gives(world: World) -> None:
    who = world.enrol()
    code = issued(world, who)
    receipt = world.receipt(60_000, codes=(code,), id_="r")
    quoted = world.desk.quote([Quote(receipt, who)])[0]
    assert not isinstance(quoted, Refused)
    done = world.done(Close(receipt, who))

    assert done.sale is not None
    assert quoted.decision.codes == done.sale.decision.codes
    assert quoted.decision.paid_minor == done.sale.decision.paid_minor == 53_000


def test_a_batch_is_made_once_for_a_key_and_listed_again(world: World) -> None:
    house, caller = coupons_of(world), Caller("t", "k", "stf_1")
    seen: list[int] = []
    first = house.make(Wish("club", "once", 25_000, "leaflets"), caller, seen.append)
    again = house.make(Wish("club", "once", 25_000, "leaflets"), caller)
    other = house.make(Wish("club", "once", 25_001, "leaflets"), caller)
    assert isinstance(first, Made)
    assert isinstance(again, Made)
    codes = [row.coupon.code for row in first.coupons]

    assert 25_000 == len(set(codes)) == world.rows("SELECT count(*) FROM coupon_code")[0][0]
    assert all(well_formed(code) and len(code) == 10 for code in codes)
    assert ([10_000, 20_000, 25_000], True) == (seen, again.replayed)
    assert first.coupons == again.coupons
    assert isinstance(other, Refused)
    assert "key_reused" == other.code
    listed = house.again(first.batch.batch)
    assert isinstance(listed, Made)
    assert csv(first) == csv(listed)
    assert [("coupons.made", "stf_1")] == world.rows("SELECT action, staff_id FROM staff_action")


def test_codes_too_short_for_so_many_are_refused(world: World) -> None:
    world.publish(TEXT.replace("once: {title", "once: {length: 7, title"), version=2, valid_from=world.now)
    refused = coupons_of(world).make(Wish("club", "once", 100_000), Caller("t", "k"))

    assert isinstance(refused, Refused)
    assert ("codes_too_short", {"length": 7, "needed": length_for(100_000)}) == (refused.code, refused.params)


@pytest.mark.parametrize(
    ("series", "count", "code"),
    [
        ("once", 0, "wrong_count"),
        ("once", 1_000_001, "wrong_count"),
        ("spring", 1, "series_public"),
        ("no", 1, "unknown_series"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(world: World, series: str, count: int, code: str) -> None:
    refused = coupons_of(world).make(Wish("club", series, count), Caller("t", "k"))

    assert isinstance(refused, Refused)
    assert code == refused.code
    assert [(0,)] == world.rows("SELECT count(*) FROM claim")


def test_a_code_that_exists_already_is_made_anew(world: World) -> None:
    first, again = coupons_of(world, 1), coupons_of(world, 1)
    one = first.make(Wish("club", "once", 5), Caller("t", "a"))
    other = again.make(Wish("club", "once", 5), Caller("t", "b"))

    assert isinstance(one, Made)
    assert isinstance(other, Made)
    assert 10 == len({row.coupon.code for row in (*one.coupons, *other.coupons)})


def test_codes_come_from_a_source_of_their_own_that_ids_tell_nothing_of(world: World) -> None:
    who = world.enrol()
    desk = Desk(
        world.ledger,
        world.desk.catalogue,
        clock=lambda: world.now,
        chance=Random(99).getrandbits,
        secret=lambda _: 12345,
    )
    outcome = desk.run([IssueCoupon(who, "club", "once", "t", "k")])[0]

    assert isinstance(outcome, Done)
    assert outcome.coupon is not None
    assert code_from(12345, 10) == outcome.coupon.code


def test_a_code_that_comes_up_twice_is_drawn_again(world: World) -> None:
    who, drawn = world.enrol(), iter((1, 1, 2))
    desk = Desk(
        world.ledger, world.desk.catalogue, clock=lambda: world.now, chance=Random(99).getrandbits,
        secret=lambda _: next(drawn),
    )  # fmt: skip
    codes = [
        outcome.coupon.code
        for key in ("a", "b")
        if isinstance(outcome := desk.run([IssueCoupon(who, "club", "once", "t", key)])[0], Done)
        and outcome.coupon
    ]

    assert [code_from(1, 10), code_from(2, 10)] == codes
