"""The total of the goods."""

from typing import ClassVar

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import MoneyMinor
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


class GoodsTotal(Check, frozen=True, rename={"start": "from"}):
    """The goods cost at least `from` and less than `below`: after earlier discounts, without delivery and
    points, without goods that the law or the programme does not count. `goods` narrows it to some lines.
    """

    NAME: ClassVar[str] = "goods_total"
    SHORT: ClassVar[str] = "start"
    start: MoneyMinor = 0
    below: MoneyMinor | None = None
    goods: Goods | None = None

    def check(self, context: Context) -> Reason | None:
        total = context.goods_total(0 if self.goods is None else context.filters.bit(self.goods))
        if total < self.start:
            return TOTAL_BELOW(missing=self.start - total)
        if self.below is not None and total >= self.below:
            return TOTAL_ABOVE(below=self.below)
        return None
