"""Card prices, fixed prices and member price lists."""

from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Goods, Lane
from kopilka.core.programme.fields import MoneyMinor, Name, Words
from kopilka.core.receipt import Line
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide


class Price(Offer, frozen=True, rename={"prices": "list"}):
    """Sells goods at a price of their own: `list` gives the price of one piece by sku, `each` is the price of every
    piece that the rule is about, `of` names a price list of the catalogue, whose prices stand with the products. Of
    what is weighed it is the price of a kilogram. A line that is already cheaper stays as it is. Unless `closes` is
    `no`, later discounts leave such a line alone.
    """

    NAME: ClassVar[str] = "price"
    SHORT: ClassVar[str] = "prices"
    LANE: ClassVar[Lane] = Lane.PRICES
    TERMS: ClassVar[Words] = {
        "ru": "особая цена[: {list:size|товар|товара|товаров}][: {each} за штуку][ по прайсу {of}]",
        "en": "a price of its own[ for {list:size|article|articles}][: {each} a piece][ by the list {of}]",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("prices", "each", "of")
    prices: dict[Name, MoneyMinor] = msgspec.field(default_factory=dict)
    closes: bool = True
    each: MoneyMinor | None = None
    of: Name = ""

    def only(self) -> Goods | None:
        return Goods(sku=tuple(self.prices)) if self.prices else None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        parts = [0] * len(context.lines)
        for i in ask.scope:
            line = context.lines[i]
            price = self._price(line)
            if price is not None:
                wanted = divide(price * line.quantity, ONE, Rounding.HALF_UP)
                parts[i] = min(max(0, context.left[i] - wanted), ask.room[i])
        return parts

    def _price(self, line: Line) -> int | None:
        """What one piece of a line costs by this rule."""
        if self.each is not None:
            return self.each
        return line.prices.get(self.of) if self.of else self.prices.get(line.sku)
