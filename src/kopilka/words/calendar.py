"""How days, moments and lengths of time are written for people, in their language and zone."""

from datetime import date, datetime, timedelta
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta

from kopilka.values.period import local_day, zone
from kopilka.words.catalogue import N_, gettext
from kopilka.words.languages import language

Style = Literal["short", "medium", "long"]
_TODAY, _TOMORROW, _YESTERDAY = N_("today"), N_("tomorrow"), N_("yesterday")
_NEAR = {0: _TODAY, 1: _TOMORROW, -1: _YESTERDAY}
# CLDR's Russian styles end in "г.", which a screen does not need.
_PATTERNS = {"medium": "d MMM y", "long": "d MMMM y"}
_FAR_DAYS = 60


def day(tag: str, value: date, style: Style = "medium") -> str:
    """A calendar day: "8 мар. 2026" (medium), "8 марта 2026" (long), "08.03.2026" (short)."""
    return format_date(value, _PATTERNS.get(style, style), language(tag).locale)


def day_of_year(tag: str, value: date) -> str:
    """A day without its year: "8 марта", "8 March"."""
    return format_date(value, "d MMMM", language(tag).locale)


def moment(tag: str, at: datetime, zone_name: str, style: Style = "medium") -> str:
    """An instant as the clock of a zone shows it: "8 мар. 2026, 14:05"."""
    local, locale = at.astimezone(zone(zone_name)), language(tag).locale
    return f"{day(tag, local.date(), style)}, {format_time(local, 'HH:mm', locale=locale)}"


def clock(tag: str, at: datetime, zone_name: str) -> str:
    """The time of day of an instant in a zone: "14:05"."""
    return format_datetime(at.astimezone(zone(zone_name)), "HH:mm", locale=language(tag).locale)


def length(tag: str, span: timedelta) -> str:
    """A length of time in its largest unit: "3 дня", "2 hours"."""
    return format_timedelta(span, locale=language(tag).locale, threshold=1)


def relative(tag: str, at: datetime, now: datetime) -> str:
    """Where an instant lies from now: "через 3 дня", "2 hours ago"."""
    return format_timedelta(at - now, locale=language(tag).locale, add_direction=True, threshold=1)


def near_day(tag: str, at: datetime, now: datetime, zone_name: str) -> str:
    """The day of an instant seen from today: "сегодня", "завтра", "через 3 дня"."""
    away = (local_day(at, zone_name) - local_day(now, zone_name)).days
    if away in _NEAR:
        return gettext(tag, _NEAR[away])
    threshold = 1 if abs(away) > _FAR_DAYS else 2 * _FAR_DAYS  # a burning term is told in days, not weeks
    return format_timedelta(
        timedelta(days=away),
        granularity="day",
        threshold=threshold,
        locale=language(tag).locale,
        add_direction=True,
    )


def weekdays(tag: str) -> tuple[str, ...]:
    """Short names of the days of the week, Monday first."""
    names = Locale.parse(language(tag).locale).days["stand-alone"]["abbreviated"]
    return tuple(names[number] for number in range(7))
