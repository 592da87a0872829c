"""A coupon or promo code."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import CouponId, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

NO_COUPON = reason_kind(
    "no_coupon", ru="нужен купон: {series:coupons}", en="needs a coupon: {series:coupons}", unlocks=True
)


class CouponIs(Check, frozen=True):
    """A valid coupon or promo code of one of these series is shown, or applies by itself. It is used up when the rule
    really gives something. Discounts of such a rule stand in the lane of coupons.
    """

    NAME: ClassVar[str] = "coupon"
    SHORT: ClassVar[str] = "any_of"
    LANE: ClassVar[Lane | None] = Lane.COUPONS
    TERMS: ClassVar[Words] = {"ru": "по купону {any_of:coupons}", "en": "with coupon {any_of:coupons}"}
    any_of: tuple[CouponId, ...]

    def check(self, context: Context) -> Reason | None:
        if any(series in context.coupons for series in self.any_of):
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("coupon", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return NO_COUPON(series=",".join(wanted))
