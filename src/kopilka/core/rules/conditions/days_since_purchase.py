"""How long the member has not bought anything."""

from typing import ClassVar

from kopilka.core.programme.fields import Count, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.period import Span

NEVER_BOUGHT = reason_kind("never_bought", ru="прежде не было ни одной покупки", en="no purchase before")
BOUGHT_LATELY = reason_kind(
    "bought_lately",
    ru="с прошлой покупки прошло слишком мало: нужно ещё {missing:count|день|дня|дней}",
    en="too soon after the last purchase: {missing:count|day|days} to go",
)
BOUGHT_LONG_AGO = reason_kind(
    "bought_long_ago",
    ru="с прошлой покупки прошло {below:count|день|дня|дней} или больше",
    en="the last purchase was {below:count|day|days} ago or more",
)


class DaysSincePurchase(Check, frozen=True, rename={"start": "from"}):
    """At least `from` and less than `below` days have gone by since the day of the member's last purchase that was
    kept; a purchase of today is 0 days ago. Who has never bought anything does not meet it.
    """

    NAME: ClassVar[str] = "days_since_purchase"
    SHORT: ClassVar[str] = "start"
    TERMS: ClassVar[Words] = {
        "ru": "с прошлой покупки прошло[ не меньше {from:count|дня|дней|дней}][, но меньше {below:count|дня|дней|дней}]",
        "en": "[at least {from:count|day|days}][ but less than {below:count|day|days}] since the last purchase",
    }
    start: Count = 0
    below: Count | None = None

    def needs(self) -> Needs:
        return Needs(days=Span(days=max(self.start, self.below or 0, 1)))

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is None:
            return MEMBERS_ONLY()
        if member.receipts <= 0:
            return NEVER_BOUGHT()
        kept = [day for day, row in member.days.items() if row[1] > 0]
        # A purchase before all the days that were asked for is long enough ago for any `from` and too long for any `below`.
        since = max(0, (context.day - max(kept)).days) if kept else max(self.start, self.below or 0)
        if since < self.start:
            return BOUGHT_LATELY(missing=self.start - since)
        if self.below is not None and since >= self.below:
            return BOUGHT_LONG_AGO(below=self.below)
        return None
