"""Joining: what finds a member, what is given, and what may be asked twice."""

from datetime import timedelta

import msgspec
from world import World, opened

from kopilka.usecases.commands import Close, Command, Enrol, Identifier, Person, Ref, Release
from kopilka.usecases.outcomes import Done, Refused

GREETING = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00, life: 10d}}
rules:
  - {id: hello, on: enrolment, earn: {points: 50}, caps: {budget: {uses: 2, points: 90}}}
  - {id: cashback, earn: 10%}
spend: {up_to: 100%}
"""


def code(world: World, command: Command) -> str:
    outcome = world.run(command)[0]
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def joins(*cards: str, key: str = "") -> Enrol:
    return Enrol(tuple(Identifier("card", card) for card in cards), "club", client="t", key=key)


def test_somebody_who_has_joined_buys_in_the_same_batch(world: World) -> None:
    who = Ref("card", "1")
    outcomes = world.run(joins("1"), Close(world.receipt(10000), who))

    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert 10 == world.balance(who).total


def test_an_identifier_finds_one_member(world: World) -> None:
    world.done(joins("1"))

    assert "identifier_taken" == code(world, joins("2", "1"))
    assert "identifier_taken" == code(world, joins("3", "3"))
    assert "no_identifier" == code(world, joins())
    outcomes = world.run(joins("4"), joins("4"))
    assert [Done, Refused] == [type(outcome) for outcome in outcomes]


def test_joining_twice_with_a_key_is_joining_once(world: World) -> None:
    first, again = world.done(joins("1", key="k")), world.done(joins("1", key="k"))

    assert (first.member_id, first.holder_id) == (again.member_id, again.holder_id)
    assert "key_reused" == code(world, joins("2", key="k"))


def test_no_facts_are_the_same_as_none_said(world: World) -> None:
    world.done(joins("1", key="k"))
    none = msgspec.structs.replace(joins("1", key="k"), person=Person(attributes={}))
    some = msgspec.structs.replace(joins("1", key="k"), person=Person(attributes={"pet": "cat"}))

    assert world.done(none).replayed
    assert "key_reused" == code(world, some)


def test_facts_are_kept_with_the_person_alone(world: World) -> None:
    facts = Person("Anna", attributes={"pet": "cat"})
    world.done(msgspec.structs.replace(joins("1", key="k"), person=facts))

    assert [({"pet": "cat"},)] == world.rows("SELECT attributes FROM personal.person")
    told = world.rows("SELECT data::text FROM event UNION ALL SELECT answer::text FROM claim")
    assert [] == [text for (text,) in told if "cat" in text or "Anna" in text]


def test_tags_and_facts_that_cannot_be_kept_are_refused(world: World) -> None:
    tags = [("x" * 65,), (" x",), ("",), ("a\nb",), tuple(f"t{n}" for n in range(101))]
    facts = [{"pet": ""}, {"": "x"}, {"pet": "x" * 129}, {"p\tt": "x"}, {f"n{n}": "x" for n in range(51)}]

    told = {code(world, msgspec.structs.replace(joins("1"), tags=row)) for row in tags}
    assert {"bad_tag"} == told
    people = [msgspec.structs.replace(joins("1"), person=Person(attributes=row)) for row in facts]
    assert {"bad_attribute"} == {code(world, command) for command in people}
    assert [] == world.rows("SELECT 1 FROM member")


def test_a_welcome_keeps_to_its_budget(database: str) -> None:
    with opened(database, GREETING) as world:
        outcomes = world.run(*[joins(card) for card in "123"])

        assert [50, 40, 0] == [outcome.units for outcome in outcomes if isinstance(outcome, Done)]
        assert [(2, 90)] == world.rows("SELECT uses, points_units FROM budget")


def test_nobody_joins_tomorrow(world: World) -> None:
    later = Enrol((Identifier("card", "1"),), "club", at=world.now + timedelta(days=1))

    assert "in_the_future" == code(world, later)


def test_a_late_repeat_of_a_release_does_not_end_the_next_hold(world: World) -> None:
    who = world.enrol()
    world.give(who, 100)
    release = Release("r", "t", "k")
    world.hold(who, 10000, id_="r", spend=60)
    world.done(release)
    world.hold(who, 10000, id_="r", spend=70)

    assert world.done(release).replayed
    assert 70 == world.balance(who).held
