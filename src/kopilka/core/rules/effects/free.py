"""Free or reduced delivery."""

from enum import Enum
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import PERCENT, Flat, MoneyMinor, Scale, Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.values.rounding import PERCENT_WHOLE, percent_of


class FreeThing(Enum):
    """What may be free."""

    DELIVERY = "delivery"


class Free(Offer, frozen=True):
    """Delivery costs nothing, or `percent` less, or `price` at most. The percent may differ by level or grow with the
    receipt.
    """

    NAME: ClassVar[str] = "free"
    SHORT: ClassVar[str] = "what"
    LANE: ClassVar[Lane] = Lane.DELIVERY
    TERMS: ClassVar[Words] = {
        "ru": "[!price {percent=10000:бесплатная доставка|*:}][доставка дешевле на {percent}][доставка не дороже {price}]",
        "en": "[!price {percent=10000:free delivery|*:}][delivery for {percent} less][delivery for at most {price}]",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("percent", "price")
    what: FreeThing = FreeThing.DELIVERY
    percent: Annotated[Scale, PERCENT] = Flat(PERCENT_WHOLE)
    price: MoneyMinor | None = None

    def scope(self, context: Context) -> list[int]:
        return list(range(context.goods_count, len(context.lines)))

    def propose(self, context: Context, ask: Ask) -> list[int]:
        parts = [0] * len(context.lines)
        percent = context.scale(self.percent)
        base = context.start if ask.initial else context.left
        for i in ask.scope:
            if self.price is None:
                off = percent_of(max(0, base[i]), percent)
            else:
                off = max(0, context.left[i] - self.price)
            parts[i] = min(off, ask.room[i])
        return parts
