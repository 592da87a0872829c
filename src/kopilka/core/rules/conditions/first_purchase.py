"""The member's first purchase."""

from typing import ClassVar

from kopilka.core.programme.fields import Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

NOT_FIRST = reason_kind("not_first_purchase", ru="только для первой покупки", en="first purchase only")
IS_FIRST = reason_kind("is_first_purchase", ru="начиная со второй покупки", en="from the second purchase on")


class FirstPurchase(Check, frozen=True):
    """The member has kept no purchase yet (`yes`), or at least one (`no`). Wholly returned ones do not count."""

    NAME: ClassVar[str] = "first_purchase"
    SHORT: ClassVar[str] = "first"
    TERMS: ClassVar[Words] = {
        "ru": "{first?первая покупка|начиная со второй покупки}",
        "en": "{first?the first purchase|from the second purchase on}",
    }
    first: bool = True

    def check(self, context: Context) -> Reason | None:
        if context.member is None:
            return MEMBERS_ONLY()
        if (context.member.receipts == 0) is self.first:
            return None
        return NOT_FIRST() if self.first else IS_FIRST()
