"""What every effect on lines offers, and the terms on which it is asked."""

from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Effect, Lane
from kopilka.core.rules.context import Context
from kopilka.core.rules.goods import Matcher


class Ask(msgspec.Struct, frozen=True, gc=False):
    """The lines in scope, how much each can still bear, and whether percents work on the lane's first price."""

    scope: list[int]
    room: list[int]
    initial: bool = False
    goods: Matcher | None = None


class Offer(Effect, frozen=True):
    """An effect that takes money off lines."""

    NAME: ClassVar[str]
    SHORT: ClassVar[str] = ""
    LANE: ClassVar[Lane]
    CLOSES: ClassVar[bool] = False

    def propose(self, context: Context, ask: Ask) -> list[int]:
        """Minor units to take off each line of the context; never more than the room."""
        raise AssertionError(context, ask)

    def scope(self, context: Context) -> list[int]:
        """The lines that the effect may work on, before the rule's own `goods`."""
        return context.discountable
