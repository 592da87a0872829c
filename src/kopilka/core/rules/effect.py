"""What every effect on lines offers, and the terms on which it is asked."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Effect, Lane
from kopilka.core.rules.context import Context


class Ask(msgspec.Struct, frozen=True, gc=False):
    """The lines in scope, how much each can still bear, whether percents work on the lane's first price, and the
    bit of the rule's goods filter.
    """

    scope: Sequence[int]
    room: Sequence[int]
    initial: bool = False
    goods: int = 0


class Offer(Effect, frozen=True):
    """An effect that takes money off lines."""

    NAME: ClassVar[str]
    SHORT: ClassVar[str] = ""
    LANE: ClassVar[Lane]

    def propose(self, context: Context, ask: Ask) -> list[int]:
        """Minor units to take off each line of the context; never more than the room."""
        raise AssertionError(context, ask)

    def scope(self, context: Context) -> Sequence[int]:
        """The lines that the effect may work on, before the rule's own `goods`."""
        return context.discountable
