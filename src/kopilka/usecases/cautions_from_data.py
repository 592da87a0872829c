"""Cautions that only the receipts of the house can tell: points that burn, or wait, longer than people stay away.

Members who never came back are not counted: of them the receipts say nothing that a term of points could mend.
"""

from collections.abc import Iterator

from kopilka.core.programme.document import Effect, Lane, PointsKind, Programme, Trigger
from kopilka.core.programme.effect_checks import lane_of
from kopilka.core.programme.mistakes import Mistake, caution
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.visit import effect_paths
from kopilka.usecases.views import Gaps
from kopilka.values.period import Span

FEW = 30
"""With fewer comings back than this nothing is concluded."""
RARE_DAYS = 90
MONTH_DAYS = 30


def cautions_from_data(programme: Programme, registry: Registry, gaps: Gaps) -> tuple[Mistake, ...]:
    """What the days between purchases say against a programme's terms."""
    if gaps.count < FEW:
        return ()
    return tuple(_all(programme, registry, gaps.median_days))


def _all(programme: Programme, registry: Registry, gap: int) -> Iterator[Mistake]:
    earns = [
        (effect, path)
        for number, rule in enumerate(programme.rules)
        if rule.on is Trigger.RECEIPT and not rule.paused
        for effect, path in zip(
            rule.effects, effect_paths(rule.effects, f"rules[{number}]", registry), strict=True
        )
        if lane_of(effect) is Lane.EARNING
    ]
    if earns and gap > RARE_DAYS:
        yield caution("rare_purchases", "points", gap=gap)
    for id_, kind in programme.points.items():
        if kind.worth:
            yield from _terms(kind, f"points.{id_}", gap)
    for effect, path in earns:
        yield from _terms(effect, path, gap)


def _terms(part: PointsKind | Effect, path: str, gap: int) -> Iterator[Mistake]:
    life, pending = getattr(part, "life", None), getattr(part, "pending", None)
    if isinstance(life, Span) and _days(life) < gap:
        yield caution("burns_before_return", f"{path}.life", gap=gap, life=_days(life))
    if isinstance(pending, Span) and _days(pending) > gap:
        yield caution("pending_after_return", f"{path}.pending", gap=gap, pending=_days(pending))


def _days(span: Span) -> int:
    return span.days + span.months * MONTH_DAYS
