"""The night's work writes down what was true already, in sets, with the same chain as the book writes."""

from datetime import date, timedelta

from world import World

from kopilka.store.audit import PostgresBooks
from kopilka.store.nightly import PostgresNight
from kopilka.usecases.audit import audit
from kopilka.usecases.nightly import run_night


def untrue(world: World) -> list[str]:
    with PostgresBooks(world.pool).open() as store:
        return [finding.code for finding in audit(store) if not finding.true]


def test_a_night_writes_what_balances_say_already(rich_world: World) -> None:
    world = rich_world
    members = [world.enrol() for _ in range(5)]
    for i, who in enumerate(members):
        world.give(who, 100 + i, date(2026, 3, 2 + i))
        world.give(who, 50, date(2026, 3, 3))
        world.close(who, 120000, id_=f"buy{i}")
    world.pass_time(days=3)
    world.hold(members[3], 40000, id_="held", spend=100)
    world.hold(members[4], 40000, id_="owes", spend=6000)
    world.back("buy4")
    world.pass_time(days=9, minutes=-20)
    before = [(world.balance(who), world.balance(who, "stamp")) for who in members]
    night = run_night(PostgresNight(world.pool), world.new_desk().catalogue, world.now, 7)

    assert night.lots_expired > 5
    assert before == [(world.balance(who), world.balance(who, "stamp")) for who in members]
    assert [] == untrue(world)


def test_a_second_night_has_nothing_to_do(world: World) -> None:
    who = world.enrol()
    world.give(who, 100, date(2026, 3, 2))
    world.now += timedelta(days=1)
    run_night(PostgresNight(world.pool), world.new_desk().catalogue, world.now, 7)
    again = run_night(PostgresNight(world.pool), world.new_desk().catalogue, world.now, 8)

    assert (0, 0) == (again.lots_expired, again.units_expired)
    assert 1 == len(world.rows("SELECT 1 FROM posting WHERE verb = 'expire'"))
