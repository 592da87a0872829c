"""Card prices."""

from typing import ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import MoneyMinor, Name
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide


class Price(Offer, frozen=True, rename={"prices": "list"}):
    """Sells the named goods at a price of their own: `list` gives the price of one piece by sku. A line that
    is already cheaper stays as it is. Unless `closes` is `no`, later discounts leave such a line alone.
    """

    NAME: ClassVar[str] = "price"
    SHORT: ClassVar[str] = "prices"
    LANE: ClassVar[Lane] = Lane.PRICES
    prices: dict[Name, MoneyMinor]
    closes: bool = True

    def propose(self, context: Context, ask: Ask) -> list[int]:
        parts = [0] * len(context.lines)
        for i in ask.scope:
            line = context.lines[i]
            price = self.prices.get(line.sku)
            if price is not None:
                wanted = divide(price * line.quantity, ONE, Rounding.HALF_UP)
                parts[i] = min(max(0, context.left[i] - wanted), ask.room[i])
        return parts
