"""Days and moments as people read them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kopilka.words import calendar

NOW = datetime(2026, 3, 8, 21, 5, tzinfo=UTC)
DAY = date(2026, 3, 8)


@pytest.mark.parametrize(
    ("tag", "style", "expected"),
    [
        ("ru", "short", "08.03.2026"),
        ("ru", "medium", "8 мар. 2026"),
        ("ru", "long", "8 марта 2026"),
        ("en", "medium", "8 Mar 2026"),
        ("en", "long", "8 March 2026"),
    ],
)
def test_a_day_has_three_styles(tag: str, style: calendar.Style, expected: str) -> None:
    assert expected == calendar.day(tag, DAY, style).replace("\u00a0", " ")


def test_a_day_may_leave_out_its_year() -> None:
    assert ("8 марта", "8 March") == (calendar.day_of_year("ru", DAY), calendar.day_of_year("en", DAY))


def test_a_moment_is_shown_by_the_clock_of_its_zone() -> None:
    assert "9 мар. 2026, 00:05" == calendar.moment("ru", NOW, "Europe/Moscow")
    assert "8 Mar 2026, 21:05" == calendar.moment("en", NOW, "UTC")
    assert "07:05" == calendar.clock("ru", NOW, "Asia/Vladivostok")


@pytest.mark.parametrize(
    ("tag", "span", "expected"),
    [
        ("ru", timedelta(days=3), "через 3 дня"),
        ("ru", timedelta(hours=-2), "2 часа назад"),
        ("en", timedelta(days=3), "in 3 days"),
        ("en", timedelta(minutes=-1), "1 minute ago"),
    ],
)
def test_an_instant_lies_before_or_after_now(tag: str, span: timedelta, expected: str) -> None:
    assert expected == calendar.relative(tag, NOW + span, NOW)


@pytest.mark.parametrize(
    ("tag", "hours", "expected"),
    [
        ("ru", 0, "сегодня"),
        ("ru", 24, "завтра"),
        ("ru", -24, "вчера"),
        ("en", 24, "tomorrow"),
        ("ru", 20 * 24, "через 20 дней"),
        ("en", 90 * 24, "in 3 months"),
    ],
)
def test_a_near_day_is_told_from_today(tag: str, hours: int, expected: str) -> None:
    assert expected == calendar.near_day(tag, NOW + timedelta(hours=hours), NOW, "Europe/Moscow")


def test_a_length_is_told_in_its_largest_unit() -> None:
    assert ("3 дня", "2 hours") == (
        calendar.length("ru", timedelta(days=3)),
        calendar.length("en", timedelta(hours=2)),
    )


def test_the_week_begins_on_monday() -> None:
    assert ("пн", "Mon") == (calendar.weekdays("ru")[0], calendar.weekdays("en")[0])
