"""How far a member is to the next level and to keeping this one, and when a level falls if nothing more is bought."""

from datetime import date

import msgspec

from kopilka.core.member.ladder import (
    YEAR_DAYS,
    Climb,
    grows,
    keeps_beyond,
    rank_of,
    window_start,
)
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import LevelBy, Levels, Programme
from kopilka.values.period import DAY, Span

_YEARS_MAX = 64
"""A fall further away than this is none."""


class Outlook(msgspec.Struct, frozen=True):
    """A member on a ladder, today and to come. `total` is in the unit of the ladder, and so are `missing` (to
    `next_level`) and `keep_missing` (to keep `level`, bought by `keep_by` at the latest); for a lifetime value both are
    purchases. `next_on` is the day on which time alone brings the next level, `falls_on` the first day below this one.
    `manual` says that the level was set by hand (through `manual_until`; None: for ever) and stands only by that.
    """

    rank: int
    level: str
    total: int
    next_level: str = ""
    next_start: int = 0
    missing: int = 0
    next_on: date | None = None
    keep_missing: int = 0
    keep_by: date | None = None
    falls_on: date | None = None
    falls_to: str = ""
    manual: bool = False
    manual_until: date | None = None


def outlook(programme: Programme, standing: Standing, today: date) -> Outlook | None:
    """Where a member stands; None without a ladder."""
    levels = programme.levels
    if levels is None:
        return None
    climb = Climb(programme, standing, today)
    rank, manual = climb.rank(today), standing.manual
    by_hand = (
        manual is not None and manual.holds(today)
        and climb.earned(today) < rank_of(levels, manual.level) == rank
    )  # fmt: skip
    view = Outlook(
        rank, levels.ladder[rank].id, climb.total(today), manual=by_hand,
        manual_until=manual.last_on if by_hand and manual is not None else None,
    )  # fmt: skip
    falls_on = first_below(climb, today)
    if falls_on is not None:
        missing, by = _keeping(climb, rank, falls_on)
        view = msgspec.structs.replace(
            view, falls_on=falls_on, falls_to=levels.ladder[climb.rank(falls_on)].id,
            keep_missing=missing, keep_by=by,
        )  # fmt: skip
    if rank + 1 == len(levels.ladder):
        return view
    step = levels.ladder[rank + 1]
    return msgspec.structs.replace(
        view, next_level=step.id, next_start=step.start, missing=_missing(climb, step.start, today),
        next_on=Span(months=step.start).after(climb.joined) if levels.by is LevelBy.TENURE else None,
    )  # fmt: skip


def first_below(climb: Climb, today: date, within: Span | None = None) -> date | None:
    """The first day on which today's level is lost if nothing more is bought; None where that never comes, or not
    within a span.
    """
    levels, rank, manual = climb.levels, climb.rank(today), climb.standing.manual
    if rank == 0 or (grows(levels) and manual is None and len(climb.standing.reigns) < 2):  # noqa: PLR2004
        return None
    low, high = today, None
    if within is not None:
        high = within.after(today)
        if climb.rank(high) >= rank:
            return None
    years = 1
    while high is None:
        later = Span(months=12 * years).after(today)
        if climb.rank(later) < rank:
            high = later
        elif years >= _YEARS_MAX:
            return None
        else:
            low, years = later, 2 * years
    while low + DAY < high:
        middle = date.fromordinal((low.toordinal() + high.toordinal()) // 2)
        if climb.rank(middle) < rank:
            high = middle
        else:
            low = middle
    return high


def _keeping(climb: Climb, rank: int, falls_on: date) -> tuple[int, date | None]:
    """What must still be bought to keep a level, and by when: on the last day on which it holds, so that it has its
    support that day (where that carries on) or the next. Nothing where buying before that day does not help.
    """
    levels, last = climb.levels, falls_on - DAY
    if levels.by is LevelBy.TENURE:
        return 0, None
    counted = last if keeps_beyond(levels, last) else falls_on
    start = window_start(levels, counted)
    if start is not None and last < start:
        return 0, None
    return _missing(climb, levels.ladder[rank].start, counted), last


def _missing(climb: Climb, start: int, day: date) -> int:
    """How much more would make the total of a day reach a level; purchases, where the total is a lifetime value."""
    levels: Levels = climb.levels
    if levels.by is LevelBy.LTV:
        each = max(1, levels.months * YEAR_DAYS)
        return max(0, -(-start * climb.apart(day) // each) - climb.spend(day))
    return max(0, start - climb.total(day))
