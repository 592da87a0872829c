"""The total of the goods."""

from enum import Enum
from typing import ClassVar

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import MoneyMinor, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

TOTAL_BELOW = reason_kind(
    "goods_total_below",
    ru="не хватает покупок на {missing:money}",
    en="{missing:money} of purchases to go",
    unlocks=True,
)
TOTAL_ABOVE = reason_kind(
    "goods_total_above",
    ru="только для покупок меньше {below:money}",
    en="only for purchases under {below:money}",
)


class TotalOf(Enum):
    """Which total is meant."""

    REMAINING = "remaining"
    INITIAL = "initial"
    RECEIPT = "receipt"


class GoodsTotal(Check, frozen=True, rename={"start": "from"}):
    """The goods cost at least `from` and less than `below`. `of` says which total: `remaining` after earlier discounts,
    `initial` at their first prices, `receipt` after earlier discounts and with delivery; never less what points pay,
    and without goods that the law or the programme does not count. `goods` narrows it to some lines.
    """

    NAME: ClassVar[str] = "goods_total"
    SHORT: ClassVar[str] = "start"
    TERMS: ClassVar[Words] = {
        "ru": "товары[ {goods}] на сумму[ от {from}][, но меньше {below}]{of=initial: до скидок|receipt: вместе с доставкой|*:}",
        "en": "goods[ {goods}] for[ {from} or more][ but less than {below}]{of=initial: before discounts|receipt: with delivery|*:}",
    }
    start: MoneyMinor = 0
    below: MoneyMinor | None = None
    goods: Goods | None = None
    of: TotalOf = TotalOf.REMAINING

    def check(self, context: Context) -> Reason | None:
        total = self.total(context, 0 if self.goods is None else context.filters.bit(self.goods))
        if total < self.start:
            return TOTAL_BELOW(missing=self.start - total)
        if self.below is not None and total >= self.below:
            return TOTAL_ABOVE(below=self.below)
        return None

    def total(self, context: Context, bit: int) -> int:
        """The total that is asked for; `bit` is that of the goods."""
        match self.of:
            case TotalOf.REMAINING:
                return context.goods_total(bit)
            case TotalOf.INITIAL:
                scope = context.among(range(context.goods_count), bit)
                return sum([context.lines[i].sum_minor for i in scope if context.class_of(i).count])
            case TotalOf.RECEIPT:
                delivery = sum(context.totals[context.goods_count :])
                return context.goods_total(bit) + max(0, delivery)
