"""Points by hand and for gifts."""

from datetime import date, timedelta

from world import RICH, World, opened

from kopilka.usecases.commands import Adjust, Command, Exchange, Ref
from kopilka.usecases.outcomes import Done, Refused


def code(world: World, command: Command) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def adjust(who: Ref, units: int, key: str = "k", last_on: date | None = None) -> Adjust:
    return Adjust(who, "bonus", units, "why", "t", key, "stf_1", last_on)


def test_points_are_taken_from_active_lots_and_never_from_pending_ones(database: str) -> None:
    with opened(database, RICH) as world:
        who = world.enrol()
        world.close(who, 100000)
        world.give(who, 500)
        world.done(adjust(who, -400))

        assert [(5000,), (100,)] == [(rest,) for rest, *_ in world.lots(who)]
        assert "not_enough_points" == code(world, adjust(who, -101, "q"))


def test_a_refused_taking_leaves_the_ledger_as_it_was(world: World) -> None:
    who = world.enrol()
    world.give(who, 50, date(2026, 3, 2))
    world.pass_time(days=1)

    assert "not_enough_points" == code(world, adjust(who, -1))
    assert 1 == len(world.rows("SELECT 1 FROM posting"))


def test_the_same_key_is_one_adjustment(world: World) -> None:
    who = world.enrol()
    first, again = world.done(adjust(who, 50)), world.done(adjust(who, 50))

    assert (False, True) == (first.replayed, again.replayed)
    assert first.txn == again.txn
    assert "key_reused" == code(world, adjust(who, 51))
    assert 50 == world.balance(who).total


def test_two_repeats_in_one_batch_are_one(world: World) -> None:
    who = world.enrol()
    outcomes = world.run(adjust(who, 50), adjust(who, 50))

    assert [False, True] == [outcome.replayed for outcome in outcomes if isinstance(outcome, Done)]
    assert 50 == world.balance(who).total


def test_added_points_can_wait_for_their_first_day(world: World) -> None:
    who = world.enrol()
    later = date(2026, 3, 10)
    wish = Adjust(who, "bonus", 50, "why", "t", "k", last_on=date(2026, 3, 12), active_on=later)
    world.done(wish)

    assert (50, 0) == (world.balance(who).total, world.balance(who).free)
    assert "key_reused" == code(world, Adjust(who, "bonus", 50, "why", "t", "k", last_on=date(2026, 3, 12)))
    never = Adjust(who, "bonus", 50, "why", "t", "q", last_on=date(2026, 3, 9), active_on=later)
    assert "in_the_past" == code(world, never)


def test_days_that_have_passed_and_nothing_at_all_are_refused(world: World) -> None:
    who = world.enrol()

    assert "in_the_past" == code(world, adjust(who, 5, last_on=date(2026, 3, 1)))
    assert "nothing_to_adjust" == code(world, adjust(who, 0))
    assert "unknown_points" == code(world, Adjust(who, "gold", 1, "", "t", "k"))


def test_gifts_are_given_as_often_as_points_allow(world: World) -> None:
    who = world.enrol()
    world.give(who, 250)
    done = world.done(Exchange(who, "bonus", 100, "cup", "t", "x", times=5))

    assert 200 == done.units
    assert 50 == world.balance(who).total
    assert "not_enough_points" == code(world, Exchange(who, "bonus", 100, "cup", "t", "y"))


def test_no_gifts_less_than_no_gifts_and_gifts_of_tomorrow_are_refused(world: World) -> None:
    who = world.enrol()
    world.give(who, 250)

    assert "nothing_to_adjust" == code(world, Exchange(who, "bonus", 100, "cup", "t", "y", times=0))
    assert "nothing_to_adjust" == code(world, Exchange(who, "bonus", 100, "cup", "t", "y", times=-1))
    later = world.now + timedelta(days=1)
    assert "in_the_future" == code(world, Exchange(who, "bonus", 100, "cup", "t", "y", at=later))
