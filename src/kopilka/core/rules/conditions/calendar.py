"""Days and hours, as the clock and the calendar of the shop show them."""

from datetime import date, time
from enum import Enum
from functools import lru_cache
from typing import ClassVar

import msgspec

from kopilka.core.programme.fields import Words, YearDay
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.period import DAY

NOT_YET = reason_kind("calendar_not_yet", ru="действует с {day:date}", en="from {day:date} on")
OVER = reason_kind("calendar_over", ru="действовало по {day:date}", en="the last day was {day:date}")
OTHER_DATES = reason_kind(
    "calendar_other_dates",
    ru="действует с {first:date} по {last:date}",
    en="from {first:date} to {last:date}",
)
OTHER_DAY = reason_kind(
    "calendar_other_day", ru="только по этим дням: {days:year_days}", en="only on: {days:year_days}"
)
OTHER_WEEKDAY = reason_kind(
    "calendar_other_weekday",
    ru="только по дням недели: {weekdays:weekdays}",
    en="only on: {weekdays:weekdays}",
)
OTHER_HOUR = reason_kind("calendar_other_hour", ru="только в часы: {hours:text}", en="only at: {hours:text}")
HOLIDAYS_ONLY = reason_kind("calendar_holidays_only", ru="только в праздники", en="on holidays only")
NO_HOLIDAYS = reason_kind("calendar_no_holidays", ru="кроме праздников", en="not on holidays")


class Weekday(Enum):
    """Days of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEK = tuple(Weekday)


class Hours(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """A window of the day: from `from` until just before `until`, on the next day where that is not later."""

    TERMS: ClassVar[Words] = {"ru": "{from}–{until}", "en": "{from}–{until}"}
    start: time
    until: time

    def began(self, day: date, clock: time) -> date | None:
        """The day on which the window that is open now began; None where it is shut."""
        overnight = self.until <= self.start
        if clock >= self.start and (overnight or clock < self.until):
            return day
        return day - DAY if overnight and clock < self.until else None


class Calendar(Check, frozen=True, rename={"start": "from"}):
    """It is the right time in the zone of the shop; all that is given must fit. `from` and `until` are the first and
    the last day, `days` come every year (12-31; 02-29 only in leap years), `weekdays` every week, `holidays` says
    whether it must be (`yes`) or must not be (`no`) one of the programme's holidays, `hours` are windows of the day. A
    window past midnight belongs to the day on which it began: Friday 22:00–02:00 includes Saturday 01:00.
    """

    NAME: ClassVar[str] = "calendar"
    TERMS: ClassVar[Words] = {
        "ru": "время:[ с {from}][ по {until}][ {days}][ {weekdays}][ {hours}]{holidays=True: праздники|False: кроме праздников|*:}",
        "en": "time:[ from {from}][ through {until}][ {days}][ {weekdays}][ {hours}]{holidays=True: holidays|False: except holidays|*:}",
    }
    start: date | None = None
    until: date | None = None
    days: tuple[YearDay, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    hours: tuple[Hours, ...] = ()
    holidays: bool | None = None

    def check(self, context: Context) -> Reason | None:
        today = context.day
        if not self.hours:
            return self.wrong_day(today, context)
        clock, refusal = context.local.time(), None
        for window in self.hours:
            began = window.began(today, clock)
            if began is not None:
                refusal = self.wrong_day(began, context)
                if refusal is None:
                    return None
        return refusal or self.wrong_day(today, context) or _hours(self.hours)

    def wrong_day(self, day: date, context: Context) -> Reason | None:
        """Why a day does not fit."""
        if not self.dated(day):
            return _dates(self.start, self.until)
        if self.days and day.isoformat()[5:] not in self.days:
            return _year_days(self.days)
        if self.weekdays and WEEK[day.weekday()] not in self.weekdays:
            return _week_days(self.weekdays)
        if self.holidays is None or (day in context.holidays) is self.holidays:
            return None
        return HOLIDAYS_ONLY() if self.holidays else NO_HOLIDAYS()

    def dated(self, day: date) -> bool:
        """Whether a day lies between the first and the last one."""
        return (self.start is None or day >= self.start) and (self.until is None or day <= self.until)

    def live(self, day: date) -> bool:
        overnight = any(window.until <= window.start for window in self.hours)
        return self._lives(day) or (overnight and self._lives(day - DAY))

    def _lives(self, day: date) -> bool:
        """Whether the part that `otherwise` tells of fits."""
        if self.start is not None or self.until is not None:
            return self.dated(day)
        if self.days:
            return day.isoformat()[5:] in self.days
        return not self.weekdays or WEEK[day.weekday()] in self.weekdays

    def otherwise(self) -> Reason:
        if self.start is not None or self.until is not None:
            return _dates(self.start, self.until)
        return _year_days(self.days) if self.days else _week_days(self.weekdays)


@lru_cache(maxsize=4096)
def _dates(first: date | None, last: date | None) -> Reason:
    if first is None:
        return OVER(day="" if last is None else last.isoformat())
    return NOT_YET(day=first.isoformat()) if last is None else OTHER_DATES(first=str(first), last=str(last))


@lru_cache(maxsize=4096)
def _year_days(days: tuple[str, ...]) -> Reason:
    return OTHER_DAY(days=",".join(days))


@lru_cache(maxsize=4096)
def _week_days(days: tuple[Weekday, ...]) -> Reason:
    return OTHER_WEEKDAY(weekdays=",".join(day.value for day in days))


@lru_cache(maxsize=4096)
def _hours(windows: tuple[Hours, ...]) -> Reason:
    return OTHER_HOUR(hours=", ".join(f"{row.start:%H:%M}–{row.until:%H:%M}" for row in windows))
