"""Closing: repeats, holds that were kept or not, budgets, and what a till says that it took."""

from datetime import timedelta

import pytest
from together import sound
from world import World, goods

from kopilka.core.receipt import Receipt
from kopilka.usecases.commands import Close, Hold, Release, Stated
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.ports import Product


def code(world: World, command: Close | Hold) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def budget(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT uses, money_minor FROM budget WHERE rule = 'scarce'")


def test_a_repeat_gets_the_stored_answer_and_other_content_is_a_conflict(world: World) -> None:
    who = world.enrol()
    command = Close(world.receipt(10000, id_="r"), who)
    first, again = world.done(command), world.done(command)

    assert again.replayed
    assert first.balances == again.balances
    assert "receipt_exists" == code(world, Close(world.receipt(10001, id_="r"), who))


def test_a_key_with_other_content_is_a_conflict(world: World) -> None:
    who = world.enrol()
    world.done(Close(world.receipt(10000, id_="r"), who, client="till", key="k"))

    assert "key_reused" == code(world, Close(world.receipt(10000, id_="q"), who, client="till", key="k"))
    assert isinstance(world.run(Close(world.receipt(10000, id_="q"), who, client="web", key="k"))[0], Done)


def test_a_repeat_is_known_after_the_catalogue_has_changed(world: World) -> None:
    who = world.enrol()
    command = Close(world.receipt(10000, id_="r"), who)
    world.done(command)
    world.reference.put_products([Product("sku-a", "Tea", brand="leaf")], world.now)

    assert world.done(command).replayed


def test_a_hold_is_closed_after_the_catalogue_has_changed(world: World) -> None:
    who = world.enrol()
    world.hold(who, 10000, id_="r")
    world.reference.put_products([Product("sku-a", "Tea", brand="leaf")], world.now)

    assert world.close(who, 10000, id_="r").sale is not None


def test_a_hold_is_closed_whatever_order_the_lines_come_in(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    lines = goods(10000, 3000, 777)
    held = world.hold(who, lines=lines, id_="r", spend=60)
    closed = world.close(who, lines=lines[::-1], id_="r", spend=60)

    assert held.sale is not None
    assert closed.sale is not None
    assert held.sale.decision == closed.sale.decision
    assert held.sale.receipt.lines == closed.sale.receipt.lines


def test_other_goods_than_held_are_refused_and_nothing_changes(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.hold(who, 10000, id_="r", spend=60)

    assert "hold_changed" == code(world, Close(world.receipt(10001, id_="r", spend=60), who))
    assert "hold_changed" == code(world, Close(world.receipt(10000, id_="r", given_minor=1), who))
    assert 60 == world.balance(who).held


def test_a_lapsed_hold_is_not_closed_but_a_printed_sale_is_booked(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.hold(who, 10000, id_="r", spend=60)
    receipt = world.receipt(10000, id_="r", spend=60)
    world.pass_time(hours=1)

    assert "hold_lapsed" == code(world, Close(receipt, who))
    assert 100 == world.balance(who).free
    done = world.done(Close(receipt, who, Stated({"a": 4000}, 60), sold=True))
    assert done.sale is not None
    assert {} == done.sale.variance
    assert 44 == world.balance(who).total


def test_a_hold_keeps_its_budget_and_gives_it_back(rich_world: World) -> None:
    world = rich_world
    who = world.enrol()
    scarce = goods(10000, tags=("scarce",))
    world.hold(who, lines=scarce, id_="r")
    assert [(1, 2000)] == budget(world)
    world.hold(who, lines=goods(20000, tags=("scarce",)), id_="r")
    assert [(1, 4000)] == budget(world)
    world.release("r")
    assert [(0, 0)] == budget(world)


def test_a_printed_sale_draws_the_budget_that_it_used_and_not_what_was_held(rich_world: World) -> None:
    world = rich_world
    who = world.enrol()
    world.hold(who, lines=goods(10000, tags=("scarce",)), id_="r")
    world.done(Close(world.receipt(lines=goods(30000, tags=("scarce",)), id_="r"), who, sold=True))
    assert [(1, 6000)] == budget(world)
    world.back("r")
    assert [(0, 0)] == budget(world)


def test_a_refused_replacement_leaves_the_budget_as_it_was(rich_world: World) -> None:
    world = rich_world
    who = world.enrol()
    world.hold(who, lines=goods(10000, tags=("scarce",)), id_="r")

    assert "spend_too_much" == code(
        world, Hold(world.receipt(lines=goods(20000, tags=("scarce",)), id_="r", spend=1), who)
    )
    assert [(1, 2000)] == budget(world)
    assert 1 == len(world.rows("SELECT 1 FROM budget_draw"))


def test_a_budget_is_never_overdrawn_by_receipts_of_one_batch(rich_world: World) -> None:
    world = rich_world
    who = world.enrol()
    scarce = goods(30000, tags=("scarce",))
    outcomes = world.run(*[Close(world.receipt(lines=scarce), who) for _ in range(5)])

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert [(3, 15000)] == budget(world)


def test_a_receipt_of_another_member_is_a_conflict(world: World) -> None:
    one, other = world.enrol(), world.enrol()
    world.hold(one, 10000, id_="r")

    assert "other_member" == code(world, Close(world.receipt(10000, id_="r"), other))
    assert "other_member" == code(world, Hold(world.receipt(9000, id_="r"), other))
    assert "other_member" == code(world, Close(world.receipt(10000, id_="r"), None))


def owners(world: World) -> list[tuple[str, str, int]]:
    """Member, state and revision of every receipt."""
    return world.rows("SELECT member_id, state, revision FROM receipt")


def test_a_guest_whose_receipt_is_held_becomes_a_member(world: World) -> None:
    guest = world.hold(None, 10000, id_="r")
    who = world.enrol()
    world.give(who, 50)
    assert "hold_changed" == code(world, Close(world.receipt(10000, id_="r"), who))
    held = world.hold(who, 10000, id_="r", spend=50)
    closed = world.close(who, 10000, id_="r", spend=50)

    assert "" == guest.member_id != held.member_id == closed.member_id
    assert [(held.member_id, "closed", 2)] == owners(world)
    assert [("receipt.held",), ("receipt.released",)] == world.rows(
        "SELECT name FROM event WHERE holder_id = 'guest:r' ORDER BY place"
    )
    again = world.close(who, 10000, id_="r", spend=50)
    assert again.replayed
    assert again.balances == closed.balances
    sound(world)


def test_a_guest_and_a_member_in_one_batch_hold_one_receipt_after_another(world: World) -> None:
    who = world.enrol()
    receipt = world.receipt(10000, id_="r")
    one, two, three, last = world.run(Hold(receipt), Hold(receipt, who), Release("r"), Hold(receipt))

    assert isinstance(one, Done)
    assert isinstance(two, Done)
    assert isinstance(three, Done)
    assert isinstance(last, Done)
    assert [("", "held", 3)] == owners(world)
    assert [("guest:r",)] == world.rows("SELECT holder_id FROM claim WHERE key = 'rcp:r'")
    sound(world)


def test_what_was_let_go_may_be_anybodys(world: World) -> None:
    one, other = world.enrol(), world.enrol()
    for who in (one, other):
        world.give(who, 80)
    world.hold(one, 10000, id_="r", spend=80)
    world.release("r")
    closed = world.close(other, 10000, id_="r", spend=80)

    assert [(closed.member_id, "closed", 1)] == owners(world)
    assert 80 == world.balance(one).free
    world.back("r")
    assert 80 == world.balance(other).free
    sound(world)


def test_a_fact_outweighs_what_is_held_for_another(rich_world: World) -> None:
    world = rich_world
    one, other = world.enrol(), world.enrol()
    world.give(one, 800)
    scarce = goods(20000, tags=("scarce",))
    world.hold(one, id_="r", lines=scarce, spend=800)
    assert 0 == world.balance(one).free
    closed = world.done(Close(world.receipt(id_="r", lines=scarce), other, sold=True))

    assert [(closed.member_id, "closed", 1)] == owners(world)
    assert 800 == world.balance(one).free
    assert [(1, 4000)] == budget(world)
    sound(world)


def test_a_member_blocked_after_the_hold_gets_what_was_promised_where_it_is_sold(world: World) -> None:
    who, stranger = world.enrol(), world.enrol()
    world.give(who, 50)
    held = world.hold(who, 10000, id_="r", spend=50)
    world.execute("UPDATE member SET status = 'blocked'")

    assert "member_blocked" == code(world, Close(world.receipt(10000, id_="r", spend=50), who))
    assert "member_blocked" == code(world, Close(world.receipt(10000, id_="r"), stranger, sold=True))
    closed = world.done(Close(world.receipt(10000, id_="r", spend=50), who, sold=True))
    assert held.member_id == closed.member_id
    assert 50 > world.balance(who).total
    sound(world)


def test_sums_that_differ_are_refused_unless_they_are_facts(world: World) -> None:
    who = world.enrol()
    receipt = world.receipt(10000, 5000, id_="r")

    assert "differs_from_decision" == code(world, Close(receipt, who, Stated({"a": 9000})))
    done = world.done(Close(receipt, who, Stated({"a": 9000}), sold=True))
    assert done.sale is not None
    assert {"a": -1000} == done.sale.variance
    assert 14000 == done.sale.decision.paid_minor


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (Stated({"nowhere": 1}), "unknown_line"),
        (Stated({"a": -1}), "bad_amount"),
        (Stated({}, -5), "bad_amount"),
    ],
)
def test_a_till_that_says_nonsense_is_refused(world: World, stated: Stated, expected: str) -> None:
    assert expected == code(world, Close(world.receipt(10000, id_="r"), world.enrol(), stated, sold=True))
    assert [] == world.rows("SELECT 1 FROM receipt")


def test_a_receipt_without_lines_or_with_one_line_twice_is_refused(world: World) -> None:
    empty = Receipt("r", "s1", world.now, "RUB", ())
    twice = world.receipt(lines=goods(100) * 2, id_="r")

    assert ["no_lines", "no_lines"] == [code(world, Close(empty, None)), code(world, Hold(empty, None))]
    assert "line_repeated" == code(world, Close(twice, None))


def test_the_future_is_refused_and_the_past_uses_its_own_days(world: World) -> None:
    who = world.enrol()
    late = world.receipt(10000, id_="late", at=world.now - timedelta(days=4))

    assert "in_the_future" == code(world, Close(world.receipt(1, at=world.now + timedelta(minutes=6)), who))
    world.done(Close(late, who))
    (row,) = world.lots(who)
    assert (10, 6) == (row[0], (row[2] - world.now).days if row[2] else None)


def test_a_refusal_writes_nothing_and_leaves_the_key_free(world: World) -> None:
    who = world.enrol()
    before = world.rows("SELECT count(*) FROM claim")
    spend = world.receipt(10000, id_="r", spend=7)
    assert "spend_too_much" == code(world, Close(spend, who, client="t", key="k"))
    assert before == world.rows("SELECT count(*) FROM claim")

    assert isinstance(world.run(Close(world.receipt(10000, id_="r"), who, client="t", key="k"))[0], Done)
