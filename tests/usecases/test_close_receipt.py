"""Closing: repeats, holds that were kept or not, budgets, and what a till says that it took."""

from datetime import timedelta

import pytest
from world import World, goods

from kopilka.core.receipt import Receipt
from kopilka.usecases.commands import Close, Hold, Stated
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
