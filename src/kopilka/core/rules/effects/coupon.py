"""A coupon for later."""

from collections.abc import Sequence
from typing import ClassVar

from kopilka.core.member.coupon import days
from kopilka.core.programme.fields import CouponId, Words
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Issue
from kopilka.core.rules.effect import Give, Given
from kopilka.core.rules.reason import Reason, reason_kind

SERIES_OVER = reason_kind(
    "series_over",
    ru="срок купонов этой серии закончился {day:date}",
    en="the coupons of this series ended on {day:date}",
)


class IssueCoupon(Give, frozen=True):
    """Gives the member a coupon of a series: a code of their own, good from the day and for the time that the series
    says. It works from the next purchase on. Guests get none.
    """

    NAME: ClassVar[str] = "coupon"
    SHORT: ClassVar[str] = "of"
    TERMS: ClassVar[Words] = {
        "ru": "купон «{of}»",
        "en": "a coupon: {of}",
    }
    of: CouponId

    def give(self, context: Context, rule: str, number: int) -> Sequence[Given] | Reason:
        del number
        if context.member is None:
            return MEMBERS_ONLY()
        series = context.series[self.of]
        first, last = days(context.day, series.starts, series.until, series.life)
        if last is not None and last < first:
            return SERIES_OVER(day=last.isoformat())
        return (Issue(rule, self.of, first, last),)
