"""Earning points."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Effect, Lane, PointsKind
from kopilka.core.programme.fields import PERCENT, POINTS, KindId, MoneyMinor, Scale, Span
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
        by_line = self.round is RoundEach.LINE
        total = sum([paid_parts[i] for i in scope])
        paid = max(0, total)
        if self.percent is not None:
            share, whole = context.scale(self.percent, bit) * kind.scale, PERCENT_WHOLE * kind.worth
            if by_line:
                return [divide(max(0, paid_parts[i]) * share, whole, kind.round) for i in scope], paid
            return [divide(paid * share, whole, kind.round)], paid
        if self.points is None:
            return [0], paid
        each = context.scale(self.points, bit) * kind.scale
        if self.each:
            basis = [context.lines[i].quantity for i in scope]
        else:
            basis = [max(0, paid_parts[i]) for i in scope]
        if not by_line:
            basis = [sum(basis) if self.each else paid]
        return self._points(each, basis, kind), paid

    def _points(self, each: int, basis: list[int], kind: PointsKind) -> list[int]:
        if self.each:
            return [divide(count * each, ONE * HUNDREDTHS, kind.round) for count in basis]
        if self.per is None:
            return [divide(each, HUNDREDTHS, kind.round)]
        if self.whole:
            return [divide(paid // self.per * each, HUNDREDTHS, kind.round) for paid in basis]
        return [divide(paid * each, self.per * HUNDREDTHS, kind.round) for paid in basis]
