"""Goods that are already sold at a promotional price."""

from typing import ClassVar

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

NO_PROMO_GOODS = reason_kind(
    "no_promo_goods", ru="нужен товар по акции", en="needs goods on promotion", unlocks=True
)
PROMO_GOODS = reason_kind("promo_goods", ru="в чеке есть товары по акции", en="there are goods on promotion")


class HasPromo(Check, frozen=True):
    """The receipt has goods that are already sold at a promotional price (`yes`), or has none (`no`). `goods` narrows
    it to some lines. To leave out single lines rather than whole receipts, say `goods: {promo: no}` in the rule.
    """

    NAME: ClassVar[str] = "promo"
    SHORT: ClassVar[str] = "has"
    TERMS: ClassVar[Words] = {
        "ru": "{has?в чеке есть уже уценённые товары|в чеке нет уже уценённых товаров}[ {goods}]",
        "en": "{has?the receipt has goods that are on sale already|the receipt has no goods on sale}[ {goods}]",
    }
    has: bool = True
    goods: Goods | None = None

    def check(self, context: Context) -> Reason | None:
        bit = 0 if self.goods is None else context.filters.bit(self.goods)
        lines = context.lines
        found = any(lines[i].promo for i in context.among(range(context.goods_count), bit))
        if found is self.has:
            return None
        return NO_PROMO_GOODS() if self.has else PROMO_GOODS()
