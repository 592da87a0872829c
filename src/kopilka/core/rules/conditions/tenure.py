"""How long the member has been one."""

from typing import ClassVar

from kopilka.core.programme.fields import Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.period import DAY, Span

TOO_NEW = reason_kind(
    "tenure_too_short",
    ru="участник слишком недавно: действует с {day:date}",
    en="a member too recently: from {day:date} on",
)
TOO_OLD = reason_kind(
    "tenure_too_long",
    ru="только для новых участников: действовало по {day:date}",
    en="for new members only: the last day was {day:date}",
)


class Tenure(Check, frozen=True, rename={"start": "from"}):
    """The member joined at least `from` and less than `below` ago, by the calendar: a year after 8 March begins on
    8 March.
    """

    NAME: ClassVar[str] = "tenure"
    SHORT: ClassVar[str] = "start"
    TERMS: ClassVar[Words] = {
        "ru": "вы в программе[ не меньше {from:genitive}][, но меньше {below:genitive}]",
        "en": "you have been a member for[ at least {from}][ but less than {below}]",
    }
    start: Span = Span()
    below: Span | None = None

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is None:
            return MEMBERS_ONLY()
        day = context.day
        joined = member.joined_on or day
        first = self.start.after(joined)
        if day < first:
            return TOO_NEW(day=first.isoformat())
        if self.below is not None:
            end = self.below.after(joined)
            if day >= end:
                return TOO_OLD(day=(end - DAY).isoformat())
        return None
