"""How much of the goods there is."""

from typing import ClassVar

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import Thousandths, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.quantity import ONE

PIECES_BELOW = reason_kind(
    "goods_count_below",
    ru="не хватает товаров: ещё {missing:count|штука|штуки|штук}",
    en="{missing:count|more piece|more pieces} to go",
    unlocks=True,
)
WEIGHT_BELOW = reason_kind(
    "goods_weight_below",
    ru="не хватает товаров: ещё {missing:quantity}",
    en="{missing:quantity} more of the goods to go",
    unlocks=True,
)
COUNT_ABOVE = reason_kind(
    "goods_count_above",
    ru="только если товаров меньше {below:quantity}",
    en="only for less than {below:quantity} of the goods",
)


class GoodsCount(Check, frozen=True, rename={"start": "from"}):
    """There are at least `from` and less than `below` pieces (kilograms, litres) of the goods; delivery is no goods,
    and what the law or the programme does not count is not counted. `goods` narrows it to some lines.
    """

    NAME: ClassVar[str] = "goods_count"
    SHORT: ClassVar[str] = "start"
    TERMS: ClassVar[Words] = {
        "ru": "товары[ {goods}] в количестве[ от {from}][, но меньше {below}]",
        "en": "goods[ {goods}]:[ {from} pieces or more][ but less than {below} pieces]",
    }
    start: Thousandths = 0
    below: Thousandths | None = None
    goods: Goods | None = None

    def check(self, context: Context) -> Reason | None:
        bit = 0 if self.goods is None else context.filters.bit(self.goods)
        scope = context.among(range(context.goods_count), bit)
        lines = context.lines
        if context.plain:
            count = sum([lines[i].quantity for i in scope])
        else:
            count = sum([lines[i].quantity for i in scope if context.class_of(i).count])
        missing = self.start - count
        if missing > 0:
            if missing % ONE:
                return WEIGHT_BELOW(missing=missing)
            return PIECES_BELOW(missing=missing // ONE)
        if self.below is not None and count >= self.below:
            return COUNT_ABOVE(below=self.below)
        return None
