"""Free or reduced delivery."""

from enum import Enum
from typing import ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import Percent
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.values.rounding import PERCENT_WHOLE, percent_of


class FreeThing(Enum):
    """What may be free."""

    DELIVERY = "delivery"


class Free(Offer, frozen=True):
    """Delivery costs nothing, or `percent` less."""

    NAME: ClassVar[str] = "free"
    SHORT: ClassVar[str] = "what"
    LANE: ClassVar[Lane] = Lane.DELIVERY
    what: FreeThing = FreeThing.DELIVERY
    percent: Percent = PERCENT_WHOLE

    def scope(self, context: Context) -> list[int]:
        return list(range(context.goods_count, len(context.lines)))

    def propose(self, context: Context, ask: Ask) -> list[int]:
        parts = [0] * len(context.lines)
        for i in ask.scope:
            parts[i] = min(percent_of(max(0, context.left[i]), self.percent), ask.room[i])
        return parts
