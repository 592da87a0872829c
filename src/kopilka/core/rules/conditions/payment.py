"""How the purchase is paid for."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_PAYMENT = reason_kind(
    "other_payment",
    ru="при оплате {wanted:payments}",
    en="when paid {wanted:payments}",
    unlocks=True,
)
OTHER_PAYMENT_TOO = reason_kind(
    "other_payment_too",
    ru="если оплатить всё {wanted:payments}",
    en="when all of it is paid {wanted:payments}",
    unlocks=True,
)


class PaidBy(Check, frozen=True):
    """Some of the purchase is paid in one of these ways (cash, card, online, certificate); with `whole` all of it. A
    purchase whose payment is not known yet does not meet it.
    """

    NAME: ClassVar[str] = "payment"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "{whole?вся покупка оплачена|оплата} {any_of:payments}",
        "en": "{whole?all of it paid|paid} {any_of:payments}",
    }
    any_of: Names
    whole: bool = False

    def check(self, context: Context) -> Reason | None:
        kinds = {part.kind for part in context.receipt.payments if part.amount_minor > 0}
        if kinds.isdisjoint(self.any_of):
            return _only(self.any_of, self.whole)
        return _only(self.any_of, self.whole) if self.whole and not kinds <= set(self.any_of) else None


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...], whole: bool) -> Reason:  # noqa: FBT001 - a field of the condition
    return (OTHER_PAYMENT_TOO if whole else OTHER_PAYMENT)(wanted=",".join(wanted))
