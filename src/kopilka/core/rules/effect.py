"""What every effect offers: money off lines, or something that is no money; and the terms on which it is asked."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Effect, Goods, Lane
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Gift, Issue, Message, Privilege
from kopilka.core.rules.needs import NOTHING, Needs
from kopilka.core.rules.reason import Reason


class Ask(msgspec.Struct, frozen=True, gc=False):
    """The lines in scope, how much each can still bear, whether percents work on the lane's first price, and the
    bit of the rule's goods filter.
    """

    scope: Sequence[int]
    room: Sequence[int]
    initial: bool = False
    goods: int = 0


class Offer(Effect, frozen=True):
    """An effect that takes money off lines. `PICKS` says that it chooses among pieces by their price."""

    NAME: ClassVar[str]
    PICKS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""
    LANE: ClassVar[Lane]

    def only(self) -> Goods | None:
        """The goods without which it can do nothing: the rule is not even looked at when none is there."""
        return None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        """Minor units to take off each line of the context; never more than the room."""
        raise AssertionError(context, ask)

    def scope(self, context: Context) -> Sequence[int]:
        """The lines that the effect may work on, before the rule's own `goods`."""
        return context.discountable


Given = Gift | Issue | Privilege | Message
"""What is no money and no points."""


class Give(Effect, frozen=True):
    """An effect that gives something other than money and points."""

    NAME: ClassVar[str]
    SHORT: ClassVar[str] = ""
    LANE: ClassVar[Lane] = Lane.GIFTS

    def needs(self) -> Needs:
        """What of the member must be loaded for it."""
        return NOTHING

    def give(self, context: Context, rule: str, number: int) -> Sequence[Given] | Reason:
        """What the rule gives here; `number` is the effect's place in its rule. A reason where that is nothing."""
        raise AssertionError(context, rule, number)
