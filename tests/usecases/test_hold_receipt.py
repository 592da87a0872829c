"""Holds: replaced, released, lapsed and closed, together with everything else that happens to a wallet."""

from datetime import date, timedelta

from world import START, World

from kopilka.usecases.commands import Close, Hold, Release, Return
from kopilka.usecases.outcomes import Refused

TODAY = date(2026, 3, 2)


def holds(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT receipt, revision, units, state FROM hold ORDER BY receipt, revision")


def expiries(world: World) -> list[tuple[object, ...]]:
    return world.rows("SELECT units, effective_at FROM posting WHERE verb = 'expire' ORDER BY version")


def midnight(days: int = 1) -> object:
    """The start of a Moscow day, `days` after the first one."""
    return START.replace(hour=21) + timedelta(days=days - 1)


def test_a_replaced_hold_is_not_held_any_more(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.hold(who, 10000, id_="r", spend=80)
    world.hold(who, 10000, id_="r", spend=30)

    assert [("r", 1, 80, "released"), ("r", 2, 30, "held")] == holds(world)
    assert 70 == world.balance(who).free


def test_a_hold_does_not_keep_points_past_a_replacement(world: World) -> None:
    who = world.enrol()
    world.give(who, 100, TODAY)
    world.now = midnight() - timedelta(minutes=10)
    world.hold(who, 10000, id_="r", spend=100)
    world.pass_time(minutes=20)
    outcome = world.run(Hold(world.receipt(9000, id_="r", spend=90), who))[0]

    assert isinstance(outcome, Refused)
    assert "spend_too_much" == outcome.code
    assert [("r", 1, 100, "held")] == holds(world)


def test_held_points_expire_when_the_hold_lapses_and_not_before(world: World) -> None:
    who = world.enrol()
    world.give(who, 100, TODAY)
    world.now = midnight() - timedelta(minutes=10)
    lapses = world.now + timedelta(minutes=30)
    world.hold(who, 10000, spend=60)
    world.pass_time(days=3)
    world.give(who, 1)

    assert [(40, midnight()), (60, lapses)] == expiries(world)


def test_a_release_expires_late_points_at_once_and_others_at_their_own_moment(world: World) -> None:
    who = world.enrol()
    world.give(who, 100, TODAY)
    world.give(who, 7, TODAY)
    world.now = midnight() - timedelta(minutes=10)
    world.hold(who, 10000, id_="r", spend=100)
    world.pass_time(minutes=20)
    world.release("r")

    assert [(7, midnight()), (100, world.now)] == expiries(world)


def test_points_that_burn_pay_a_debt_first(world: World) -> None:
    who = world.enrol()
    world.close(who, 50000, id_="buy")
    world.pass_time(days=10)
    world.hold(who, 10000, id_="r", spend=50)
    world.back("buy")
    assert (0, 50) == (world.balance(who).total, world.balance(who).deficit)
    world.release("r")
    world.pass_time(days=5)
    seen = world.balance(who)
    world.give(who, 1)

    assert (0, 0) == (seen.total, seen.deficit)
    assert 1 == world.balance(who).total


def test_the_hold_of_one_receipt_does_not_pay_for_another(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.hold(who, 10000, id_="r", spend=100)
    outcome = world.run(Close(world.receipt(10000, spend=1), who))[0]

    assert isinstance(outcome, Refused)
    assert "spend_too_much" == outcome.code


def test_a_deficit_beside_a_hold_is_not_spent_by_replacing_it(world: World) -> None:
    who = world.enrol()
    world.close(who, 100000, id_="buy")
    world.hold(who, 10000, id_="r", spend=100)
    world.back("buy", amount=50000)
    assert 50 == world.balance(who).deficit
    outcome = world.run(Hold(world.receipt(9000, id_="r", spend=90), who))[0]

    assert isinstance(outcome, Refused)
    assert 50 == outcome.params["most"]


def test_closing_posts_exactly_what_was_held(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    held = world.hold(who, 10000, id_="r", spend=60)
    closed = world.close(who, 10000, id_="r", spend=60)

    assert held.sale is not None
    assert closed.sale is not None
    assert held.sale.decision == closed.sale.decision
    assert [("r", 1, 60, "posted")] == holds(world)
    assert 44 == world.balance(who).total


def test_releasing_twice_is_no_error_and_a_closed_receipt_is_not_released(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.hold(who, 10000, id_="r", spend=60)
    world.release("r")
    assert world.release("r").replayed
    world.close(who, 10000, id_="r", spend=60)
    outcome = world.run(Release("r"))[0]

    assert isinstance(outcome, Refused)
    assert "not_held" == outcome.code


def test_a_held_receipt_cannot_be_returned(world: World) -> None:
    who = world.enrol()
    world.hold(who, 10000, id_="r")
    command: Return = world.return_of("r")
    outcome = world.run(command)[0]

    assert isinstance(outcome, Refused)
    assert "not_closed" == outcome.code
