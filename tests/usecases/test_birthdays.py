"""Birthdays: once a year for each rule, leap days, days on which the house was down, who gets none."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from world import World, opened

from kopilka.store.audit import PostgresBooks
from kopilka.store.birthdays import PostgresBirthdays
from kopilka.usecases.audit import audit
from kopilka.usecases.birthdays import celebrate_all
from kopilka.usecases.commands import Celebrate, Enrol, Identifier, Person, Ref
from kopilka.usecases.outcomes import Done, Refused

GIFT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, life: 60d}
rules:
  - {id: cashback, earn: 10%}
  - {id: birthday, on: birthday, earn: {points: 300, life: 14d}}
spend: {up_to: 100%}
"""
AHEAD = GIFT.replace("on: birthday,", "on: birthday, ahead: 7d,")
MONTH_AHEAD = GIFT.replace("on: birthday,", "on: birthday, ahead: 1m,")


@pytest.fixture
def club(database: str) -> Iterator[World]:
    with opened(database, GIFT) as world:
        yield world


def born(world: World, day: str, *, joined: datetime | None = None, **more: object) -> Ref:
    card = f"card-{world.number()}"
    person = Person(birthday=date.fromisoformat(day), **more)  # type: ignore[arg-type]
    now, world.now = world.now, joined or world.now - timedelta(days=30)
    world.done(Enrol((Identifier("card", card),), "club", person, at=world.now))
    world.now = now
    return Ref("card", card)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def night(world: World, moment: str) -> int:
    world.now = at(moment)
    return celebrate_all(PostgresBirthdays(world.pool), world.new_desk(), world.now)


def totals(world: World, people: Sequence[Ref]) -> list[int]:
    return [world.balance(who).total for who in people]


def test_a_birthday_gives_once_a_year(club: World) -> None:
    people = [born(club, day) for day in ("1990-05-20", "1990-05-21", "2001-05-20")]

    given = [night(club, "2026-05-20 08:00"), night(club, "2026-05-20 19:00")]
    assert ([2, 0], [300, 0, 300]) == (given, totals(club, people))
    assert 2 == night(club, "2027-05-20 08:00")
    assert 0 == night(club, "2027-05-20 09:00")
    with PostgresBooks(club.pool).open() as store:
        assert [] == [finding.code for finding in audit(store) if not finding.true]


def test_the_day_is_the_programmes(club: World) -> None:
    who = born(club, "1990-05-20")

    assert [0, 1] == [night(club, "2026-05-19 20:59"), night(club, "2026-05-19 21:00")]
    assert [(300, at("2026-05-19 21:00"), at("2026-06-03 21:00"))] == [
        (rest, max(active, at("2026-05-19 21:00")), until) for rest, active, until in club.lots(who)
    ]


def test_the_twenty_ninth_of_february_is_the_twenty_eighth_in_other_years(club: World) -> None:
    leap, plain = born(club, "2000-02-29", joined=at("2026-01-01 00:00")), born(club, "1999-02-28")

    assert 2 == night(club, "2027-02-28 10:00")
    assert 0 == night(club, "2027-03-01 10:00")
    assert [300, 300] == totals(club, [leap, plain])
    assert [1, 1] == [night(club, "2028-02-28 10:00"), night(club, "2028-02-29 10:00")]


def test_days_on_which_the_house_was_down_are_made_good_for_a_week(club: World) -> None:
    people = [born(club, f"1990-05-{day}") for day in (12, 13, 14, 20)]

    assert 3 == night(club, "2026-05-20 10:00")
    assert [0, 300, 300, 300] == totals(club, people)
    lasts = [until for who in people[1:] for _, _, until in club.lots(who)]
    assert [at(f"2026-{day} 21:00") for day in ("05-27", "05-28", "06-03")] == lasts


def test_who_joins_after_the_birthday_waits_a_year(club: World) -> None:
    born(club, "1990-05-18", joined=at("2026-05-19 09:00"))
    born(club, "1990-05-19", joined=at("2026-05-19 09:00"))

    assert 1 == night(club, "2026-05-20 10:00")


def test_points_ahead_come_before_the_day_and_not_again_on_it(database: str) -> None:
    with opened(database, AHEAD) as world:
        who = born(world, "1990-01-03", joined=at("2026-12-01 00:00"))

        assert [0, 1] == [night(world, "2026-12-26 10:00"), night(world, "2026-12-27 10:00")]
        assert [0, 0] == [night(world, "2027-01-03 10:00"), night(world, "2027-01-05 10:00")]
        assert [("day:birthday:club:birthday:", ":2027")] == [
            (key[:27], key[-5:])
            for (key,) in world.rows("SELECT key FROM claim WHERE starts_with(key, 'day:')")
        ]
        assert 300 == world.balance(who).total


def test_who_joins_shortly_before_a_birthday_gets_points_ahead_late(database: str) -> None:
    with opened(database, AHEAD) as world:
        born(world, "1990-05-20", joined=at("2026-05-18 09:00"))

        assert [1, 0] == [night(world, "2026-05-18 10:00"), night(world, "2026-05-20 10:00")]


def test_a_month_ahead_forgets_no_day_of_the_year(database: str) -> None:
    with opened(database, MONTH_AHEAD) as world:
        people = [born(world, f"1990-{day}") for day in ("03-28", "03-29", "03-30", "03-31", "04-01")]
        for day in ("02-27", "02-28", "03-01", "03-02"):
            night(world, f"2026-{day} 10:00")

        assert [300] * 5 == totals(world, people)


def test_blocked_and_erased_members_and_those_without_a_birthday_get_none(club: World) -> None:
    blocked, erased = born(club, "1990-05-20"), born(club, "1990-05-20")
    club.enrol()
    for who, status in ((blocked, "blocked"), (erased, "erased")):
        member = club.rows("SELECT member_id FROM personal.identifier WHERE value = %s", [who.value])[0][0]
        club.execute("UPDATE member SET status = %s WHERE member_id = %s", [status, member])
        if status == "erased":
            club.execute("DELETE FROM personal.person WHERE member_id = %s", [member])

    assert 0 == night(club, "2026-05-20 10:00")
    outcome = club.run(Celebrate(blocked, "club", "birthday", 2026, club.now))[0]
    assert isinstance(outcome, Refused)
    assert "member_blocked" == outcome.code


def test_a_birth_in_the_future_or_this_year_is_no_birthday(club: World) -> None:
    for day in ("2026-05-20", "2027-05-20"):
        born(club, day)

    assert 0 == night(club, "2026-05-20 10:00")


def test_a_rule_gives_nothing_for_days_before_it_began(club: World) -> None:
    who = born(club, "1990-05-18")
    club.publish(GIFT.replace("points: 300", "points: 500"), version=2, valid_from=at("2026-05-19 00:00"))
    club.publish(
        GIFT.replace("on: birthday,", "on: birthday, paused: yes,"),
        version=3,
        valid_from=at("2026-05-20 00:00"),
    )

    assert 1 == night(club, "2026-05-20 10:00")
    assert 300 == club.balance(who).total


def test_a_programme_that_began_after_the_day_owes_nothing(database: str) -> None:
    with opened(database, GIFT.replace("rules:", "rules: []\nx:").partition("x:")[0]) as world:
        born(world, "1990-05-18")
        world.publish(GIFT, version=2, valid_from=at("2026-05-19 00:00"))

        assert 0 == night(world, "2026-05-20 10:00")


def test_a_budget_ends_the_feast(database: str) -> None:
    text = GIFT.replace("life: 14d}}", "life: 14d}, caps: {budget: {uses: 1}}}")
    with opened(database, text) as world:
        born(world, "1990-05-20")
        born(world, "1990-05-20")

        assert [1, 0] == [night(world, "2026-05-20 10:00"), night(world, "2026-05-20 11:00")]
        assert [(1, 300)] == world.rows("SELECT uses, points_units FROM budget WHERE rule = 'birthday'")


def test_more_than_one_page_of_people(club: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(7):
        born(club, "1990-05-20")
    monkeypatch.setattr("kopilka.usecases.birthdays.AT_ONCE", 3)

    assert 7 == night(club, "2026-05-20 10:00")


def test_an_unknown_rule_is_refused(club: World) -> None:
    who = born(club, "1990-05-20")
    outcomes = club.run(
        Celebrate(who, "club", "cashback", 2026, club.now), Celebrate(who, "club", "birthday", 2026, club.now)
    )

    assert ["unknown_rule", True] == [
        row.code if isinstance(row, Refused) else isinstance(row, Done) for row in outcomes
    ]
