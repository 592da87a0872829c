"""Points on top of those that other rules give: what each multiplying rule adds to the offers that stand."""

from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from kopilka.core.programme.document import PointsKind
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Earned, points_by_line
from kopilka.core.rules.effects.multiply import Multiply
from kopilka.core.rules.limits import limited_points
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import NOTHING_EARNED, Candidate, Ruleset
from kopilka.values.share import allocate

NOTHING = NOTHING_EARNED()
Days = tuple[date, date | None]


class Source(msgspec.Struct, frozen=True, gc=False):
    """Points of another rule that are multiplied: their days, and how many of them lie on each line in scope."""

    of: Candidate
    days: Days
    parts: list[int]
    units: int


class OnTop:
    """What one multiplying rule could add. Points of different days are multiplied apart and keep those days."""

    def __init__(
        self, context: Context, rules: Ruleset, candidate: Candidate,
        offers: Sequence[tuple[Candidate, Earned]], goods: Sequence[int],
    ) -> None:  # fmt: skip
        effect = candidate.effect
        if not isinstance(effect, Multiply):
            raise TypeError(effect)
        self.candidate = candidate
        self.kind_id = effect.kind or rules.first_kind
        self._kind: PointsKind = rules.programme.points[self.kind_id]
        self._effect = effect
        self._context = context
        self._scope = context.among(goods, candidate.bit)
        self._sources = [
            self._source(other, offer)
            for other, offer in offers
            if offer.kind == self.kind_id and effect.means(offer.rule, candidate.id)
        ]

    def _source(self, other: Candidate, offer: Earned) -> Source:
        context = self._context
        by_line = points_by_line(offer, context.left, context.net, context.goods_count, context.order)
        parts = [0] * len(by_line)
        for i in self._scope:
            parts[i] = by_line[i]
        return Source(other, (offer.active_on, offer.last_on), parts, sum(parts))

    def units(self, chosen: Collection[Candidate]) -> int | Reason:
        """What is added to the offers of these candidates, within the rule's limits; a reason where that is nothing."""
        wanted = sum(
            [self._effect.added(units, self._kind.round) for units in self._by_days(chosen).values()]
        )
        return self._limited(wanted)

    def rows(self, chosen: Collection[Candidate]) -> list[Earned] | Reason:
        """The same as rows of the Decision, one for each pair of days."""
        by_days = self._by_days(chosen)
        wanted = {days: self._effect.added(units, self._kind.round) for days, units in by_days.items()}
        whole = sum(wanted.values())
        most = self._limited(whole)
        if isinstance(most, Reason):
            return most
        ordered = sorted(wanted, key=lambda days: (days[0], days[1] or date.max))
        shares = allocate(most, [wanted[days] for days in ordered], range(len(ordered)))
        paid = max(0, sum([self._context.net[i] for i in self._scope]))
        return [
            Earned(
                self.candidate.id, self.kind_id, share, paid, *days, self._parts(chosen, days, share),
                wanted=wanted[days] if share < wanted[days] else 0,
            )
            for days, share in zip(ordered, shares, strict=True)
            if share
        ]  # fmt: skip

    def _by_days(self, chosen: Collection[Candidate]) -> dict[Days, int]:
        found: dict[Days, int] = {}
        for source in self._sources:
            if source.units and source.of in chosen:
                found[source.days] = found.get(source.days, 0) + source.units
        return found

    def _limited(self, wanted: int) -> int | Reason:
        if wanted <= 0:
            return NOTHING
        candidate = self.candidate
        if not candidate.capped and candidate.rule.caps.receipt_points is None:
            return wanted
        most = limited_points(self._context, candidate.rule, self._kind, wanted)
        return most or NOTHING

    def _parts(self, chosen: Collection[Candidate], days: Days, share: int) -> tuple[int, ...]:
        """The extra points of each line, as the points that they multiply lie."""
        weights = [0] * len(self._context.lines)
        for source in self._sources:
            if source.of in chosen and source.days == days:
                weights = [weight + part for weight, part in zip(weights, source.parts, strict=True)]
        return tuple(allocate(share, weights, self._context.order))
