"""Earning points."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Effect, Lane, PointsKind
from kopilka.core.programme.fields import PERCENT, POINTS, KindId, MoneyMinor, Scale, Span, Words
from kopilka.core.rules.context import Context
from kopilka.values.quantity import ONE
from kopilka.values.rounding import PERCENT_WHOLE, divide

HUNDREDTHS = 100


class RoundEach(Enum):
    """What is rounded: the whole receipt once, or every line."""

    RECEIPT = "receipt"
    LINE = "line"


class Earn(Effect, frozen=True):
    """Gives points of a kind: `percent` of what was paid (in the worth of the points), or `points` — once, for
    every `per` of money paid, or for each piece (`each`). What was paid with points counts only where
    `with_points_part` says so. `pending` and `life` override those of the kind.
    """

    NAME: ClassVar[str] = "earn"
    SHORT: ClassVar[str] = "percent"
    LANE: ClassVar[Lane] = Lane.EARNING
    TERMS: ClassVar[Words] = {
        "ru": "[{percent} от оплаченного в виде {kind:kind}][{points}][ за каждые {per}]{each? за каждую штуку|}"
        "{whole? (только за полные)|}{with_points_part?, и с оплаченного бонусами тоже|}"
        "[, тратить можно через {pending}][, сгорают через {life}]",
        "en": "[{percent} of what is paid back as {kind:kind}][{points}][ for every {per}]{each? for each piece|}"
        "{whole? (whole ones only)|}{with_points_part?, also of what points paid|}"
        "[, spendable after {pending}][, gone after {life}]",
    }
    percent: Annotated[Scale | None, PERCENT] = None
    points: Annotated[Scale | None, POINTS] = None
    per: MoneyMinor | None = None
    each: bool = False
    whole: bool = False
    kind: KindId = ""
    round: RoundEach = RoundEach.RECEIPT
    with_points_part: bool = False
    pending: Span | None = None
    life: Span | None = None

    def units(
        self, context: Context, kind: PointsKind, scope: Sequence[int], bit: int
    ) -> tuple[list[int], int]:
        """Smallest units earned, one number for the receipt or one for each line in scope; and the money that
        they were counted from.
        """
        paid_parts = context.left if self.with_points_part else context.net
        total = sum(paid_parts) if len(scope) == len(paid_parts) else sum([paid_parts[i] for i in scope])
        paid = max(0, total)
        if self.round is RoundEach.RECEIPT:
            pieces = sum([context.lines[i].quantity for i in scope]) if self.each else 0
            return [self._given(context, kind, bit, (paid, pieces))], paid
        rows = [(max(0, paid_parts[i]), context.lines[i].quantity) for i in scope]
        return [self._given(context, kind, bit, row) for row in rows], paid

    def _given(self, context: Context, kind: PointsKind, bit: int, basis: tuple[int, int]) -> int:
        """Smallest units for money paid and pieces bought."""
        paid, pieces = basis
        if self.percent is not None:
            share = context.scale(self.percent, bit) * kind.scale
            return divide(paid * share, PERCENT_WHOLE * kind.worth, kind.round)
        if self.points is None:
            return 0
        each = context.scale(self.points, bit) * kind.scale
        if self.each:
            return divide(pieces * each, ONE * HUNDREDTHS, kind.round)
        if self.per is None:
            return divide(each, HUNDREDTHS, kind.round)
        if self.whole:
            return divide(paid // self.per * each, HUNDREDTHS, kind.round)
        return divide(paid * each, self.per * HUNDREDTHS, kind.round)
