"""Which purchase of the member's this is."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.member.member import Member
from kopilka.core.member.standing import period_key
from kopilka.core.programme.document import PeriodName
from kopilka.core.programme.fields import Count, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.period import Span

NUMBER_AHEAD = reason_kind(
    "receipt_number_ahead",
    ru="для покупки № {next:count}, а эта — № {number:count}",
    en="for purchase no. {next:count}, and this is no. {number:count}",
    unlocks=True,
)
NUMBER_AHEAD_IN_PERIOD = reason_kind(
    "receipt_number_ahead_in_period",
    ru="для покупки № {next:count} за период, а эта — № {number:count}",
    en="for purchase no. {next:count} of the period, and this is no. {number:count}",
    unlocks=True,
)
NUMBER_PAST = reason_kind(
    "receipt_number_past",
    ru="только для более ранних покупок: эта уже № {number:count}",
    en="only for earlier purchases: this is no. {number:count}",
)
_LENGTH = {
    PeriodName.DAY: Span(days=1),
    PeriodName.WEEK: Span(days=7),
    PeriodName.MONTH: Span(days=31),
    PeriodName.YEAR: Span(days=366),
}


class ReceiptNumber(Check, frozen=True, rename={"start": "from"}):
    """This purchase is, counted among those that the member has kept, one of `number`, `every` so many, at least
    `from` or under `below`; all that are given must fit. `per` counts anew each day, week, month or year. Wholly
    returned purchases do not count.
    """

    NAME: ClassVar[str] = "receipt_number"
    SHORT: ClassVar[str] = "number"
    TERMS: ClassVar[Words] = {
        "ru": "покупка[ № {number}][, каждая {every}-я][, начиная с {from}-й][, раньше {below}-й]{per=ever:|day: за день|week: за неделю|month: за месяц|year: за год}",
        "en": "purchase[ number {number}][, every {every}][, from number {from} on][, before number {below}]{per=ever:|day: of the day|week: of the week|month: of the month|year: of the year}",
    }
    number: tuple[Count, ...] = ()
    every: Count | None = None
    start: Count = 0
    below: Count | None = None
    per: PeriodName = PeriodName.EVER

    def needs(self) -> Needs:
        return Needs(days=_LENGTH.get(self.per))

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is None:
            return MEMBERS_ONLY()
        number = 1 + self.kept(member, context)
        following = self.following(number)
        if following == number:
            return None
        if following is None:
            return NUMBER_PAST(number=number)
        ahead = NUMBER_AHEAD if self.per is PeriodName.EVER else NUMBER_AHEAD_IN_PERIOD
        return ahead(next=following, number=number)

    def kept(self, member: Member, context: Context) -> int:
        """How many purchases before this one count."""
        if self.per is PeriodName.EVER:
            return max(0, member.receipts)
        key = _key(self.per, context.day)
        rows = [row[1] for day, row in member.days.items() if _key(self.per, day) == key]
        return max(0, sum(rows))

    def following(self, number: int) -> int | None:
        """The first number from this one on that fits; None where none does."""
        least = max(number, self.start)
        every = self.every or 1
        if self.number:
            fitting = [n for n in self.number if n >= least and n % every == 0]
            found = min(fitting, default=None)
        else:
            found = -(-least // every) * every
        if found is None or (self.below is not None and found >= self.below):
            return None
        return found


_key = lru_cache(maxsize=8192)(period_key)
