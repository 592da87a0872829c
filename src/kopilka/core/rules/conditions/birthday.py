"""The member's birthday and the days around it."""

from calendar import isleap
from datetime import MAXYEAR, date
from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Count, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.reason import Reason, reason_kind

BIRTHDAY_UNKNOWN = reason_kind(
    "birthday_unknown",
    ru="сообщите день рождения: к нему есть подарок",
    en="tell us your birthday: there is something for it",
    unlocks=True,
)
NOT_BIRTHDAY = reason_kind("not_birthday", ru="только в день рождения", en="on the birthday only")
NOT_NEAR_BIRTHDAY = reason_kind(
    "not_near_birthday",
    ru="только около дня рождения: за {before:count|день|дня|дней} до него и {after:count|день|дня|дней} после",
    en="near the birthday only: {before:count|day|days} before it and {after:count|day|days} after",
)
LEAP_DAY = (2, 29)


class Birthday(Check, frozen=True):
    """It is the member's birthday, or at most `before` days before it or `after` days after it, over New Year too. Who
    was born on 29 February has the birthday on the 28th in other years.
    """

    NAME: ClassVar[str] = "birthday"
    TERMS: ClassVar[Words] = {
        "ru": "день рождения[, за {before:count|день|дня|дней} до него][, {after:count|день|дня|дней} после него]",
        "en": "your birthday[, {before:count|day|days} before it][, {after:count|day|days} after it]",
    }
    before: Count = 0
    after: Count = 0

    def needs(self) -> Needs:
        return Needs(persons=True)

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is None:
            return MEMBERS_ONLY()
        if member.born_on is None:
            return BIRTHDAY_UNKNOWN()
        day = context.day
        for year in range(max(1, day.year - 1), min(MAXYEAR, day.year + 1) + 1):
            if -self.before <= (day - birthday_in(member.born_on, year)).days <= self.after:
                return None
        return _away(self.before, self.after)


def birthday_in(born_on: date, year: int) -> date:
    """The birthday in a year."""
    if (born_on.month, born_on.day) == LEAP_DAY and not isleap(year):
        return date(year, 2, 28)
    return born_on.replace(year=year)


@lru_cache(maxsize=256)
def _away(before: int, after: int) -> Reason:
    # No day and no distance: a stored reason must not tell when somebody was born.
    return NOT_NEAR_BIRTHDAY(before=before, after=after) if before or after else NOT_BIRTHDAY()
