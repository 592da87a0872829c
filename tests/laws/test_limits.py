"""Limits hold whatever is held, closed, released and returned, one after another or all at once."""

from collections.abc import Iterator

import pytest
from together import at_once, sound
from world import World, opened

from kopilka.usecases.commands import Close, Command, Hold, Ref
from kopilka.usecases.outcomes import Done, Outcome

LIMITED = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00}, sticker: {}}
rules:
  - {id: twice, discount: 10, caps: {member: {per: day, uses: 2, money: 30}}}
  - {id: seven, earn: {points: 5}, caps: {budget: {uses: 7}}}
  - {id: album, cost: {points: 10, kind: sticker}, goods: {tag: tea}, discount: 50, group: album, priority: 1}
lanes: {discounts: {choose: all}}
spend: {up_to: 100%}
"""


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(database, LIMITED) as found:
        yield found


def gave(outcomes: list[Outcome], rule: str) -> int:
    """How many receipts a rule took part in."""
    sales = [outcome.sale for outcome in outcomes if isinstance(outcome, Done) and outcome.sale is not None]
    rows = [(*sale.decision.taken, *sale.decision.earned) for sale in sales]
    return sum(any(row.rule == rule for row in given) for given in rows)


def held(world: World, who: Ref, id_: str) -> Done:
    return world.hold(who, 10000, id_=id_)


def test_four_holds_draw_a_cap_of_two_and_no_more(world: World) -> None:
    who = world.enrol()
    outcomes: list[Outcome] = [held(world, who, id_) for id_ in "abcd"]
    closed: list[Outcome] = [world.close(who, 10000, id_=id_) for id_ in "abcd"]

    assert (2, 2) == (gave(outcomes, "twice"), gave(closed, "twice"))


def test_a_released_hold_gives_its_use_back(world: World) -> None:
    who = world.enrol()
    for id_ in "ab":
        held(world, who, id_)
    world.release("a")

    assert 1 == gave([world.close(who, 10000)], "twice")


def test_a_new_revision_of_a_hold_draws_once(world: World) -> None:
    who = world.enrol()
    for minor in (10000, 10001, 10002):
        world.hold(who, minor, id_="a")

    assert 1 == gave([world.close(who, 10000)], "twice")


def test_a_hold_that_gave_nothing_uses_up_nothing(world: World) -> None:
    who = world.enrol()
    for id_ in "abcd":
        world.hold(who, 0, id_=id_)

    assert 1 == gave([world.close(who, 10000)], "twice")


def test_a_return_of_everything_gives_the_use_and_its_money_back(world: World) -> None:
    who = world.enrol()
    world.close(who, 20000, id_="a")
    world.close(who, 20000, id_="b")
    world.back("a")
    sale = world.close(who, 20000).sale

    assert sale is not None
    assert [2000] == [row.minor for row in sale.decision.taken]


def test_many_at_once_never_exceed_a_members_cap(world: World) -> None:
    who = world.enrol()
    commands: list[Command] = [Close(world.receipt(10000), who) for _ in range(12)]
    commands += [Hold(world.receipt(10000), who) for _ in range(12)]

    assert 2 == gave(at_once(world, commands), "twice")
    sound(world)


def test_many_members_at_once_never_exceed_a_budget(world: World) -> None:
    members = [world.enrol() for _ in range(6)]
    commands: list[Command] = [Close(world.receipt(10000), members[i % 6]) for i in range(30)]

    assert 7 == gave(at_once(world, commands), "seven")
    assert [(7,)] == world.rows("SELECT uses FROM budget WHERE rule = 'seven'")


def tea(world: World, id_: str = "") -> Command:
    receipt = world.receipt(10000, id_=id_)
    lines = tuple(
        type(line)(line.id, line.sku, line.quantity, line.sum_minor, tags=("tea",)) for line in receipt.lines
    )
    return Close(type(receipt)(receipt.id, receipt.shop, receipt.at, receipt.currency, lines))


def with_member(command: Command, who: Ref) -> Command:
    assert isinstance(command, Close)
    return Close(command.receipt, who)


def test_ten_stickers_pay_for_one_of_many(world: World) -> None:
    who = world.enrol()
    world.give(who, 19, kind="sticker")
    commands = [with_member(tea(world), who) for _ in range(8)]

    assert 1 == gave(at_once(world, commands), "album")
    assert 9 == world.balance(who, "sticker").total
    sound(world)


def test_held_stickers_are_not_spent_twice_and_come_back_with_the_goods(world: World) -> None:
    who = world.enrol()
    world.give(who, 10, kind="sticker")
    first = with_member(tea(world, "a"), who)
    assert isinstance(first, Close)
    held_first = world.done(Hold(first.receipt, who))
    free_then = world.balance(who, "sticker").free
    second = world.done(with_member(tea(world, "b"), who))
    closed = world.done(first)
    spent = world.balance(who, "sticker").total
    world.back("a")

    assert (1, 0, 1) == (gave([held_first], "album"), gave([second], "album"), gave([closed], "album"))
    assert (0, 0, 10) == (free_then, spent, world.balance(who, "sticker").total)
    sound(world)


def test_a_released_hold_frees_its_stickers(world: World) -> None:
    who = world.enrol()
    world.give(who, 10, kind="sticker")
    command = with_member(tea(world, "a"), who)
    assert isinstance(command, Close)
    world.done(Hold(command.receipt, who))
    world.release("a")

    assert 10 == world.balance(who, "sticker").free
    assert 1 == gave([world.done(with_member(tea(world, "b"), who))], "album")
