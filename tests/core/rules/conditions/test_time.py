"""Days and hours: midnight, clocks put forward and back, leap days, windows past midnight and over New Year."""

from datetime import date

import pytest
from checking import answer, condition_of, person, rules_of

HAPPY = "calendar: {weekdays: [mon, tue, wed, thu], hours: [{from: 14:00, until: 17:00}]}"
NIGHT = "calendar: {weekdays: fri, hours: [{from: 22:00, until: 02:00}]}"
HAPPY_HOUR = "calendar_other_hour hours=14:00–17:00"
HAPPY_DAY = "calendar_other_weekday weekdays=mon,tue,wed,thu"
NIGHT_HOUR, NIGHT_DAY = "calendar_other_hour hours=22:00–02:00", "calendar_other_weekday weekdays=fri"

CLOCKS = [
    # 2 March 2026 is a Monday
    (HAPPY, "2026-03-02 13:59:59.999999", HAPPY_HOUR),
    (HAPPY, "2026-03-02 14:00", "met"),
    (HAPPY, "2026-03-02 16:59:59.999999", "met"),
    (HAPPY, "2026-03-02 17:00", HAPPY_HOUR),
    (HAPPY, "2026-03-05 15:00", "met"),
    (HAPPY, "2026-03-06 15:00", HAPPY_DAY),
    (HAPPY, "2026-03-08 18:00", HAPPY_DAY),
    (NIGHT, "2026-03-06 21:59", NIGHT_HOUR),
    (NIGHT, "2026-03-06 22:00", "met"),
    (NIGHT, "2026-03-06 23:59:59", "met"),
    (NIGHT, "2026-03-07 00:00", "met"),
    (NIGHT, "2026-03-07 01:59", "met"),
    (NIGHT, "2026-03-07 02:00", NIGHT_DAY),
    (NIGHT, "2026-03-07 22:30", NIGHT_DAY),
    (NIGHT, "2026-03-06 01:00", NIGHT_DAY),
    ("calendar: {hours: [{from: 00:00, until: 00:00}]}", "2026-03-06 00:00", "met"),
    ("calendar: {hours: [{from: 10:00, until: 10:00}], weekdays: mon}", "2026-03-03 09:59", "met"),
    (
        "calendar: {hours: [{from: 10:00, until: 10:00}], weekdays: mon}", "2026-03-03 10:00",
        "calendar_other_weekday weekdays=mon",
    ),
    ("calendar: {hours: [{from: 20:00, until: 00:00}]}", "2026-03-03 23:59", "met"),
    (
        "calendar: {hours: [{from: 20:00, until: 00:00}, {from: 08:00, until: 09:00}]}", "2026-03-04 00:00",
        "calendar_other_hour hours=20:00–00:00, 08:00–09:00",
    ),
    ("calendar: {hours: [{from: 20:00, until: 00:00}, {from: 08:00, until: 09:00}]}", "2026-03-04 08:30", "met"),
    ("calendar: {from: 2026-03-04, until: 2026-03-05}", "2026-03-03 23:59:59",
     "calendar_other_dates first=2026-03-04 last=2026-03-05"),
    ("calendar: {from: 2026-03-04, until: 2026-03-05}", "2026-03-04 00:00", "met"),
    ("calendar: {from: 2026-03-04, until: 2026-03-05}", "2026-03-05 23:59:59", "met"),
    ("calendar: {from: 2026-03-04, until: 2026-03-05}", "2026-03-06 00:00",
     "calendar_other_dates first=2026-03-04 last=2026-03-05"),
    ("calendar: {from: 2026-03-04}", "2026-03-03 12:00", "calendar_not_yet day=2026-03-04"),
    ("calendar: {until: 2026-03-04}", "2026-03-05 12:00", "calendar_over day=2026-03-04"),
    ("calendar: {until: 2026-03-04, hours: [{from: 22:00, until: 02:00}]}", "2026-03-05 01:00", "met"),
    ("calendar: {from: 2026-03-04, hours: [{from: 22:00, until: 02:00}]}", "2026-03-04 01:00",
     "calendar_not_yet day=2026-03-04"),
    ("calendar: {days: [12-31, 01-01]}", "2026-12-31 23:59", "met"),
    ("calendar: {days: [12-31, 01-01]}", "2027-01-01 00:00", "met"),
    ("calendar: {days: [12-31, 01-01]}", "2027-01-02 00:00", "calendar_other_day days=12-31,01-01"),
    ("calendar: {days: 12-31, hours: [{from: 22:00, until: 03:00}]}", "2027-01-01 02:59", "met"),
    ("calendar: {days: 02-29}", "2028-02-29 12:00", "met"),
    ("calendar: {days: 02-29}", "2026-02-28 12:00", "calendar_other_day days=02-29"),
    ("calendar: {holidays: yes}", "2026-03-08 12:00", "met"),
    ("calendar: {holidays: yes}", "2026-03-09 12:00", "calendar_holidays_only"),
    ("calendar: {holidays: no}", "2026-03-08 12:00", "calendar_no_holidays"),
    ("calendar: {holidays: no, weekdays: [sat, sun]}", "2026-03-07 12:00", "met"),
    ("calendar: {holidays: yes, hours: [{from: 22:00, until: 02:00}]}", "2026-03-09 01:00", "met"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "at", "expected"), CLOCKS)
def test_the_clock_of_the_shop_decides(when: str, at: str, expected: str) -> None:
    assert expected == answer(when, None, at=at)


@pytest.mark.parametrize(("when", "at", "expected"), CLOCKS)
def test_a_rule_sleeps_only_on_days_without_any_such_moment(when: str, at: str, expected: str) -> None:
    condition = condition_of(rules_of(when))

    assert condition.live(date.fromisoformat(at[:10])) or expected != "met"


@pytest.mark.parametrize(("when", "at", "expected"), CLOCKS)
def test_the_reason_of_a_sleeping_rule_is_the_one_of_the_moment(when: str, at: str, expected: str) -> None:
    condition = condition_of(rules_of(when))
    asleep = not condition.live(date.fromisoformat(at[:10]))
    told = condition.otherwise() if asleep else None

    assert told is None or expected == " ".join([told.code, *[f"{k}={v}" for k, v in told.params.items()]])


ZONES = [
    # the same instant is Monday 23:30 in Moscow and Tuesday 01:30 in Yekaterinburg
    ("calendar: {weekdays: mon}", "Europe/Moscow", "2026-03-02 23:30", "met"),
    ("calendar: {weekdays: mon}", "Asia/Yekaterinburg", "2026-03-03 01:30", "calendar_other_weekday weekdays=mon"),
    # clocks go forward in Berlin on 29 March 2026: 02:00 is 03:00
    ("calendar: {hours: [{from: 01:00, until: 04:00}]}", "Europe/Berlin", "2026-03-29 03:00", "met"),
    ("calendar: {hours: [{from: 03:00, until: 04:00}]}", "Europe/Berlin", "2026-03-29 03:00", "met"),
    ("calendar: {weekdays: sat, hours: [{from: 23:00, until: 05:00}]}", "Europe/Berlin", "2026-03-29 04:59", "met"),
    # and back on 25 October: the hour from 02:00 comes twice, and both are in the window
    ("calendar: {hours: [{from: 02:00, until: 03:00}]}", "Europe/Berlin", "2026-10-25 02:30/1", "met"),
    ("calendar: {hours: [{from: 02:00, until: 03:00}]}", "Europe/Berlin", "2026-10-25 02:30/2", "met"),
    ("calendar: {weekdays: sat, hours: [{from: 23:00, until: 02:30}]}", "Europe/Berlin", "2026-10-25 02:15/2", "met"),
    # Moscow and Yekaterinburg gave it up: in 2011 for good, in 2014 an hour back
    ("calendar: {weekdays: sun, hours: [{from: 01:00, until: 03:00}]}", "Europe/Moscow", "2014-10-26 01:30/2", "met"),
    ("calendar: {weekdays: sun, hours: [{from: 03:00, until: 04:00}]}", "Asia/Yekaterinburg", "2011-03-27 03:00", "met"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "zone_name", "at", "expected"), ZONES)
def test_hours_are_those_on_the_wall(when: str, zone_name: str, at: str, expected: str) -> None:
    assert expected == answer(when, None, at=at, zone_name=zone_name)


NEAR = "birthday: {before: 3, after: 3}"
AWAY = "not_near_birthday before=3 after=3"
BIRTHDAYS = [
    ("birthday:", "1990-03-04", "2026-03-04 00:00", "met"),
    ("birthday:", "1990-03-04", "2026-03-04 23:59:59", "met"),
    ("birthday:", "1990-03-04", "2026-03-05 00:00", "not_birthday"),
    ("birthday:", "1990-03-04", "2026-03-03 23:59", "not_birthday"),
    (NEAR, "1990-03-04", "2026-02-28 23:59", AWAY),
    (NEAR, "1990-03-04", "2026-03-01 00:00", "met"),
    (NEAR, "1990-03-04", "2026-03-07 23:59", "met"),
    (NEAR, "1990-03-04", "2026-03-08 00:00", AWAY),
    (NEAR, "1990-01-01", "2026-12-29 12:00", "met"),
    (NEAR, "1990-01-01", "2026-12-28 12:00", AWAY),
    (NEAR, "1990-12-31", "2027-01-03 12:00", "met"),
    (NEAR, "1990-12-31", "2027-01-04 12:00", AWAY),
    ("birthday:", "1992-02-29", "2026-02-28 12:00", "met"),
    ("birthday:", "1992-02-29", "2026-03-01 12:00", "not_birthday"),
    ("birthday:", "1992-02-29", "2028-02-29 12:00", "met"),
    ("birthday:", "1992-02-29", "2028-02-28 12:00", "not_birthday"),
    (NEAR, "1992-02-29", "2027-03-03 12:00", "met"),
    (NEAR, "1992-02-29", "2027-03-04 12:00", AWAY),
    ("birthday: {before: 1000000000}", "1990-03-04", "2026-11-21 12:00", "met"),
    ("birthday:", None, "2026-03-04 12:00", "birthday_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "born", "at", "expected"), BIRTHDAYS)
def test_a_birthday_comes_every_year(when: str, born: str | None, at: str, expected: str) -> None:
    member = person(born_on=None if born is None else date.fromisoformat(born))

    assert expected == answer(when, member, at=at)


def test_a_birthday_is_that_of_the_shops_day() -> None:
    member = person(born_on=date(1990, 3, 4))

    assert "met" == answer("birthday:", member, at="2026-03-04 00:30", zone_name="Asia/Yekaterinburg")
    assert "not_birthday" == answer("birthday:", member, at="2026-03-03 22:30")


def test_the_reason_does_not_tell_when_somebody_was_born() -> None:
    one = answer(NEAR, person(born_on=date(1990, 7, 1)))
    other = answer(NEAR, person(born_on=date(1958, 11, 30)))

    assert one == other


TENURES = [
    ("tenure: 12m", "2025-03-04", "met"),
    ("tenure: 12m", "2025-03-05", "tenure_too_short day=2026-03-05"),
    ("tenure: 30d", "2026-02-02", "met"),
    ("tenure: 30d", "2026-02-03", "tenure_too_short day=2026-03-05"),
    ("tenure: {below: 1y}", "2025-03-05", "met"),
    ("tenure: {below: 1y}", "2025-03-04", "tenure_too_long day=2026-03-03"),
    ("tenure: {from: 1m, below: 2m}", "2026-02-01", "met"),
    ("tenure: {from: 0d, below: 1d}", None, "met"),
    ("tenure: 1d", None, "tenure_too_short day=2026-03-05"),
    ("tenure: 100y", "2026-03-04", "tenure_too_short day=2126-03-04"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "joined", "expected"), TENURES)
def test_tenure_goes_by_the_calendar(when: str, joined: str | None, expected: str) -> None:
    member = person(joined_on=None if joined is None else date.fromisoformat(joined))

    assert expected == answer(when, member)


def test_who_joined_on_a_leap_day_has_been_a_member_for_a_year_on_the_28th() -> None:
    member = person(joined_on=date(2024, 2, 29))

    assert "tenure_too_short day=2025-02-28" == answer("tenure: 1y", member, at="2025-02-27 12:00")
    assert "met" == answer("tenure: 1y", member, at="2025-02-28 12:00")
