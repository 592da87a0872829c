"""Cautions about terms that are hard to grasp, that the till must bear, or that nobody can reach."""

from collections.abc import Iterator, Sequence

from kopilka.core.programme.document import (
    Goods,
    Lane,
    LevelBy,
    LevelOver,
    Levels,
    Programme,
)
from kopilka.core.programme.effect_checks import lane_of
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import caution
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.visit import Visited
from kopilka.values.period import Span
from kopilka.values.rounding import PERCENT_WHOLE

STEPS_MAX = 6
MONTH_DAYS = 31
_WINDOW_DAYS = {
    LevelOver.CALENDAR_YEAR: 12 * MONTH_DAYS,
    LevelOver.CALENDAR_QUARTER: 3 * MONTH_DAYS,
    LevelOver.CALENDAR_MONTH: MONTH_DAYS,
}
"""At most so many days lie in a calendar window; a level that needs more is out of reach for certain."""


def onerous(programme: Programme, registry: Registry, seen: Sequence[Visited]) -> Iterator[Finding]:
    """Everything of the sort."""
    yield from _zero_receipts(programme)
    yield from _hard(seen)
    yield from _split_spending(programme, registry)
    if programme.levels is not None:
        yield from _out_of_reach(programme, programme.levels)


def _zero_receipts(programme: Programme) -> Iterator[Finding]:
    """Points that may pay the whole: the till must be able to print a receipt of nothing."""
    spend = programme.spend
    if spend is None or spend.keep:
        return
    if PERCENT_WHOLE in (spend.up_to, *spend.inside.values()):
        yield found(caution("zero_receipt", "spend.up_to"), "spend.keep", "spend.in")


def _hard(seen: Sequence[Visited]) -> Iterator[Finding]:
    """Scales of many steps, and exceptions of exceptions."""
    for field in seen:
        match field.value:
            case ByTotal(steps=steps) | BySpent(steps=steps) if len(steps) > STEPS_MAX:
                yield found(caution("many_steps", field.path, given=len(steps)))
            case ByLevel(values=values) if len(values) > STEPS_MAX:
                yield found(caution("many_steps", field.path, given=len(values)))
            case Goods(without=Goods(without=Goods())):
                yield found(caution("except_except", f"{field.path}.not.not"))


def _split_spending(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """Points that pay in one channel and not in another."""
    for condition in () if programme.spend is None else programme.spend.when:
        if registry.condition_name(condition) == "channel":
            yield found(caution("split_terms", "spend.when.channel"))


def _out_of_reach(programme: Programme, levels: Levels) -> Iterator[Finding]:
    """Levels that the ladder's own numbers put out of reach."""
    days = _days(levels.over)
    for number, step in enumerate(levels.ladder):
        path = f"levels.ladder[{number}].from"
        if levels.by is LevelBy.RECEIPTS and days is not None and step.start > days:
            yield found(caution("daily_purchases", path, value=step.id, days=days), "levels")
        if levels.by is LevelBy.POINTS and step.start and not _earned(programme, levels.points):
            yield found(caution("points_never_earned", path, value=step.id), "levels", "rules", "points")
            return


def _days(over: Span | LevelOver) -> int | None:
    """How many days a window has at most; None where it has no end."""
    if isinstance(over, Span):
        return over.days + over.months * MONTH_DAYS
    return _WINDOW_DAYS.get(over)


def _earned(programme: Programme, kind: str) -> bool:
    """Whether any rule gives points of a kind."""
    first = next(iter(programme.points), "")
    return any(
        (getattr(effect, "kind", "") or first) == kind
        for rule in programme.rules
        if not rule.paused
        for effect in rule.effects
        if lane_of(effect) is Lane.EARNING
    )
