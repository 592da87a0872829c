"""Spans in days or months, and calendar arithmetic in a named zone. Instants are aware UTC datetimes."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from kopilka.values.errors import BadValueError

_SPAN = re.compile(r"^(\d{1,5})(d|w|m|y)$")
DAY = timedelta(days=1)
DAYS_MAX, MONTHS_MAX = 36_600, 1_200


class Span(msgspec.Struct, frozen=True, gc=False):
    """A length of time in whole days plus whole calendar months."""

    days: int = 0
    months: int = 0

    def after(self, day: date) -> date:
        """The day that lies this span after `day`; the 31st becomes the month's last day."""
        if self.months:
            month = day.month - 1 + self.months
            year, month = day.year + month // 12, month % 12 + 1
            day = date(year, month, min(day.day, _month_days(year, month)))
        return day + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The day that lies this span before `day`."""
        return Span(days=-self.days, months=-self.months).after(day)

    def __str__(self) -> str:
        return f"{self.months}m" if self.months else f"{self.days}d"


def read_span(text: str, *, field: str = "span") -> Span:
    """Read "14d", "3w", "6m" or "1y"."""
    found = _SPAN.match(text.strip().lower())
    if not found:
        raise BadValueError(field, 'a span such as "14d", "3w", "6m" or "1y"', text)
    number, unit = int(found[1]), found[2]
    days, months = {"d": (number, 0), "w": (7 * number, 0), "m": (0, number), "y": (0, 12 * number)}[unit]
    if days > DAYS_MAX or months > MONTHS_MAX:
        raise BadValueError(field, "a span of at most 100 years", text)
    return Span(days=days, months=months)


def _month_days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - DAY).day


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; an unknown one is a BadValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValueError("zone", "an IANA time zone such as Europe/Moscow", name) from error


def local_day(at: datetime, zone_name: str) -> date:
    """The calendar day of an instant in a zone."""
    return at.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=4096)
def day_start(day: date, zone_name: str) -> datetime:
    """The instant at which a local day begins, in UTC."""
    return datetime.combine(day, time.min, zone(zone_name)).astimezone(UTC)


@lru_cache(maxsize=4096)
def day_end(day: date, zone_name: str) -> datetime:
    """The first instant after a local day, in UTC."""
    return day_start(day + DAY, zone_name)
