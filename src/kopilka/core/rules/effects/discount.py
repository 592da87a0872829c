"""Percent or sum off."""

from typing import Annotated, ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import MONEY, PERCENT, Scale, Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.values.rounding import PERCENT_WHOLE
from kopilka.values.share import allocate_within


class Discount(Offer, frozen=True):
    """Takes a percent off every line (each rounded half up to the kopeck), or a sum off all of them together,
    shared in proportion to their prices. The number may differ by level or grow with the receipt.
    """

    NAME: ClassVar[str] = "discount"
    SHORT: ClassVar[str] = "percent"
    LANE: ClassVar[Lane] = Lane.DISCOUNTS
    TERMS: ClassVar[Words] = {
        "ru": "скидка[ {percent}][ {amount}]",
        "en": "a discount of[ {percent}][ {amount}]",
    }
    percent: Annotated[Scale | None, PERCENT] = None
    amount: Annotated[Scale | None, MONEY] = None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        parts = [0] * len(context.lines)
        if self.percent is not None:
            share = context.scale(self.percent, ask.goods)
            base = context.start if ask.initial else context.left
            if share:
                for i in ask.scope:
                    if base[i] > 0:
                        parts[i] = min((base[i] * share + PERCENT_WHOLE // 2) // PERCENT_WHOLE, ask.room[i])
        if self.amount is not None:
            amount = context.scale(self.amount, ask.goods)
            rest = [ask.room[i] - parts[i] for i in ask.scope]
            amount = min(amount, sum(rest))
            weights = [max(0, context.left[i]) for i in ask.scope]
            ranks = [context.order[i] for i in ask.scope]
            for i, part in zip(ask.scope, allocate_within(amount, weights, rest, ranks), strict=True):
                parts[i] += part
        return parts
