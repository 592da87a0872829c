"""Returns and voids: the mirror image of a sale, whatever was bought, overspent or given outside."""

from datetime import date, timedelta

import pytest
from world import World, goods, opened

from kopilka.core.receipt import Line
from kopilka.usecases.commands import Close, Return, Stated, Void
from kopilka.usecases.outcomes import Done, Refused

GRACE = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00, life: 10d}}
rules: [{id: cashback, earn: 10%}]
spend: {up_to: 100%}
returns: {deficit: balance, grace: 3d}
"""


def refused(world: World, command: Return) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused)
    return outcome.code


def test_a_full_return_gives_spent_points_back_to_their_own_lots(world: World) -> None:
    who = world.enrol()
    world.give(who, 30, date(2026, 3, 5))
    world.give(who, 100, date(2026, 3, 9))
    before = world.lots(who)
    world.close(who, 10000, id_="r", spend=100)
    world.back("r")

    assert before == world.lots(who)
    assert 130 == world.balance(who).free


def test_points_overspent_by_a_printed_sale_come_back_whole(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    sold = Close(world.receipt(20000, id_="r"), who, Stated({"a": 8000}, 120), sold=True)
    done = world.done(sold)
    assert done.sale is not None
    assert {"a": -12000, "points": 120} == done.sale.variance
    world.back("r")

    assert (100, 0) == (world.balance(who).free, world.balance(who).deficit)


def test_parts_of_an_overspent_sale_sum_to_the_whole(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    world.done(Close(world.receipt(20000, id_="r"), who, Stated({"a": 8000}, 120), sold=True))
    world.give(who, 50)
    for amount in (1, 999, 5000, 2000):
        world.back("r", amount=amount)

    assert 150 == world.balance(who).free
    assert 0 == world.balance(who).deficit


def test_what_came_back_may_pay_for_what_is_taken(database: str) -> None:
    with opened(database, GRACE) as world:
        who = world.enrol()
        world.give(who, 100)
        world.close(who, 60000, id_="r", spend=100)
        world.close(who, 5000, spend=50)
        world.back("r")

        assert 50 + 0 == world.balance(who).free


def test_points_that_burned_meanwhile_get_days_of_grace(database: str) -> None:
    with opened(database, GRACE) as world:
        who = world.enrol()
        world.give(who, 100, date(2026, 3, 3))
        world.close(who, 10000, id_="r", spend=100)
        world.pass_time(days=5)
        world.back("r")

        assert [100] == [rest for rest, *_ in world.lots(who)]
        assert 100 == world.balance(who).free


def test_points_that_burned_meanwhile_burn_again_without_grace(world: World) -> None:
    who = world.enrol()
    world.give(who, 100, date(2026, 3, 3))
    world.close(who, 10000, id_="r", spend=100)
    world.pass_time(days=5)
    done = world.back("r")

    assert done.returned is not None
    assert {"bonus": 100} == done.returned.points_back
    assert 0 == world.balance(who).total


@pytest.mark.parametrize("order", [("a", "b", "c"), ("b", "a", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_a_discount_given_outside_beyond_a_line_never_makes_a_return_cost_money(
    world: World, order: tuple[str, ...]
) -> None:
    lines = (
        Line("a", "tea", 1000, 10000),
        Line("b", "cup", 1000, 2000, given_minor=5000),
        Line("c", "jam", 1000, 5000),
    )
    who = world.enrol()
    world.done(Close(world.receipt(lines=lines, id_="r"), who))
    refunds = [world.back("r", {line: None}).returned for line in order]

    paid = [row.refund_minor for row in refunds if row is not None]
    assert 12000 == sum(paid)
    assert min(paid) >= 0
    assert 0 == world.balance(who).total


def test_a_return_of_less_than_nothing_is_refused(world: World) -> None:
    world.close(world.enrol(), 10000, 5000, id_="r")

    assert "nothing_to_return" == refused(world, world.return_of("r", {"a": 0}))
    assert "nothing_to_return" == refused(world, world.return_of("r", {"a": -1000}))
    assert "nothing_to_return" == refused(world, world.return_of("r", amount=-100))
    assert "nothing_to_return" == refused(world, world.return_of("r", amount=0))


def test_a_rest_that_came_back_as_an_amount_is_not_returned_again(world: World) -> None:
    world.close(world.enrol(), id_="r", lines=goods(10000, 5000, quantity=3000))
    world.back("r", {"a": 1000})
    world.back("r", amount=11667)
    assert "nothing_left" == refused(world, world.return_of("r", {"a": None}))


def test_lines_without_quantity_come_back_whole(world: World) -> None:
    who = world.enrol()
    world.close(who, id_="r", lines=goods(10000, 0, quantity=0))
    done = world.back("r", {"a": None})
    assert done.returned is not None
    assert 10000 == done.returned.refund_minor
    assert not done.returned.complete
    done = world.back("r", {"b": None})
    assert done.returned is not None
    assert done.returned.complete
    assert 0 == world.balance(who).total


def test_the_same_return_twice_is_one_return(world: World) -> None:
    world.close(world.enrol(), 10000, id_="r")
    command = world.return_of("r", amount=4000)
    first, again = world.done(command), world.done(command)

    assert again.replayed
    assert first.returned == again.returned
    assert 1 == len(world.rows("SELECT 1 FROM receipt_return"))


def test_a_return_of_an_unknown_sale_is_recorded_once_and_refused(world: World) -> None:
    command = world.return_of("nowhere")
    codes = [refused(world, command), refused(world, command)]

    assert ["unknown_receipt"] * 2 == codes
    assert [("nowhere",)] == world.rows("SELECT receipt_id FROM stray_return")


def test_a_void_is_the_full_inverse_and_twice_is_once(world: World) -> None:
    who = world.enrol()
    world.give(who, 50)
    before = world.lots(who)
    world.close(who, 10000, id_="r", spend=50)
    first, again = world.void("r"), world.void("r")

    assert before == world.lots(who)
    assert again.replayed
    assert first.returned == again.returned


def test_a_receipt_closed_again_after_its_void_gets_its_first_answer(world: World) -> None:
    who = world.enrol()
    command = Close(world.receipt(10000, id_="r"), who)
    world.done(command)
    world.void("r")
    again = world.run(command)[0]

    assert isinstance(again, Done)
    assert again.replayed
    assert 0 == world.balance(who).total


def test_a_void_is_for_the_day_of_the_booking(world: World) -> None:
    world.close(world.enrol(), 10000, id_="r")
    world.now += timedelta(days=1)
    outcome = world.run(Void("r", world.now))[0]

    assert isinstance(outcome, Refused)
    assert "not_same_day" == outcome.code
