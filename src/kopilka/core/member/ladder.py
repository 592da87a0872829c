"""Where a member stands on a ladder on any day: a pure function of kept purchases by day, the ladders that have ruled
and the level set by hand. Nothing else is remembered, so a purchase that came back leaves no trace and no work has to
be done on time. How far it is to the next level stands in `outlook`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

import msgspec

from kopilka.core.member.standing import Reign, Standing
from kopilka.core.programme.document import LevelBy, LevelDown, LevelOver, Levels, Programme
from kopilka.values.period import DAY, Span, local_day

_COLUMN = {LevelBy.SPEND: 0, LevelBy.RECEIPTS: 1, LevelBy.POINTS: 2, LevelBy.LTV: 0, LevelBy.TENURE: 1}
_MONTHS = {LevelOver.CALENDAR_YEAR: 12, LevelOver.CALENDAR_QUARTER: 3, LevelOver.CALENDAR_MONTH: 1}
YEAR_DAYS, YEAR_MONTHS = 365, 12
_FAR_BACK = 200
"""No shop has sold anything in this year or before."""
_SLACK = timedelta(days=4)
"""A month back and a month on may miss each other by days (31 March → 28 February → 28 March)."""


def rank_now(programme: Programme, standing: Standing, today: date) -> int:
    """The rank of the level that holds on a day (0 is the lowest), where the programme has a ladder."""
    levels: Levels = programme.levels  # type: ignore[assignment]
    if remembers(levels, standing):
        return Climb(programme, standing, today).rank(today)
    rank = rank_for(levels, level_total(programme, standing, today))
    manual = standing.manual
    return rank if manual is None or not manual.holds(today) else max(rank, rank_of(levels, manual.level))


def ruling(programme: Programme, standing: Standing, today: date) -> Programme:
    """The programme with the ladder that rules today, whatever version decided an earlier sale."""
    begun = [reign for reign in standing.reigns if reign.first_on <= today]
    if not begun or begun[-1].levels == programme.levels:
        return programme
    return msgspec.structs.replace(programme, levels=begun[-1].levels)


def level_total(programme: Programme, standing: Standing, today: date) -> int:
    """What counts towards the ladder on a day, in the unit of the ladder's criterion."""
    levels: Levels = programme.levels  # type: ignore[assignment]
    if levels.by is LevelBy.TENURE:
        return full_months(local_day(standing.enrolled_at, programme.zone), today)
    column, start = _COLUMN[levels.by], window_start(levels, today)
    if start is None:
        total = (standing.spend_minor, standing.receipts, standing.points)[column]
    elif standing.window and standing.window[:2] == [start, column]:
        total = standing.window[2]  # type: ignore[assignment]
    else:
        total = sum([row[column] for day, row in standing.days.items() if day >= start])
        standing.window = [start, column, total]
    if levels.by is LevelBy.LTV:
        joined = local_day(standing.enrolled_at, programme.zone)
        return lifetime_value(levels, total, months_apart(start, joined, today))
    return total


def window_start(levels: Levels, today: date) -> date | None:
    """The first day whose purchases count on `today`; None where all do."""
    match levels.over:
        case LevelOver.EVER:
            return None
        case LevelOver():
            return period_start(levels.over, today)
        case Span() as span:
            return span.before(today) + DAY


def period_start(over: LevelOver, day: date) -> date:
    """The first day of the calendar period that a day lies in."""
    months = _MONTHS[over]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_last(over: LevelOver, day: date) -> date:
    """The last day of the calendar period that a day lies in."""
    return Span(months=_MONTHS[over]).after(period_start(over, day)) - DAY


def full_months(since: date, day: date) -> int:
    """Whole calendar months from one day to another; one that began on the 31st is full on a shorter month's last."""
    months = (day.year - since.year) * YEAR_MONTHS + day.month - since.month
    return max(0, months - (Span(months=months).after(since) > day if months > 0 else 0))


def months_apart(start: date | None, joined: date, day: date) -> int:
    """The days over which a lifetime value takes its mean, times twelve: those of the window, but none before the
    member joined, and at least a twelfth of a year.
    """
    first = joined if start is None else max(start, joined)
    return max(YEAR_DAYS, YEAR_MONTHS * ((day - first).days + 1))


def lifetime_value(levels: Levels, total: int, apart: int) -> int:
    """LTV = ARPA / churn: the mean kept spend of a month (a twelfth of 365 days) times the months that a customer is
    expected to stay, rounded down.
    """
    return total * levels.months * YEAR_DAYS // apart


def rank_for(levels: Levels, total: int) -> int:
    """The rank of the highest level that a total reaches (0 is the lowest level)."""
    rank = 0
    for position, step in enumerate(levels.ladder):
        if total >= step.start:
            rank = position
    return rank


def rank_of(levels: Levels, level: str) -> int:
    """The rank of a level id; 0 where the ladder does not have it."""
    return next((rank for rank, step in enumerate(levels.ladder) if step.id == level), 0)


def keeps(levels: Levels) -> bool:
    """Whether a level is kept for some time after it has lost its support."""
    return levels.down is not LevelDown.AT_ONCE or bool(levels.grace.days or levels.grace.months)


def grows(levels: Levels) -> bool:
    """Whether time alone never takes support away."""
    return levels.over is LevelOver.EVER and levels.by is not LevelBy.LTV


def remembers(levels: Levels, standing: Standing) -> bool:
    """Whether the level of a day depends on earlier days; where not, the total of the day alone decides."""
    return keeps(levels) and (not grows(levels) or len(standing.reigns) > 1)


def reaches_back(levels: Levels, day: date) -> date:
    """The earliest day whose support can still keep a level on `day`, or a little earlier."""
    if levels.down is LevelDown.NEVER:
        return date.min
    try:
        for _ in range(len(levels.ladder) if levels.one_step else 1):
            day = levels.grace.before(day) - _SLACK
            if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
                day = period_start(levels.over, day) - DAY
        if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
            day = period_start(levels.over, day)
    except (OverflowError, ValueError):
        return date.min
    return day


def counts_from(reigns: Sequence[Reign], number: int, day: date, *, past: bool = False) -> date | None:
    """The first day whose purchases can matter to the level of a day under one of the ladders that have ruled; None
    where totals are enough. `past` says that the day is over, so that later purchases have to be known apart.
    """
    reign = reigns[number]
    levels = reign.levels
    if levels is None:
        return None
    wanted = [day if past and levels.over is LevelOver.EVER else window_start(levels, day)]
    if keeps(levels) and (number or not grows(levels)):
        back = reaches_back(levels, day)
        if number and back < reign.first_on:
            wanted.append(counts_from(reigns, number - 1, reign.first_on - DAY, past=True))
        first = max(back, reign.first_on) if number else back
        if first.year <= _FAR_BACK:
            return date.min
        wanted.append(first if levels.over is LevelOver.EVER else window_start(levels, first))
    return min((each for each in wanted if each is not None), default=None)


class Climb:
    """One standing on its ladder, asked for any number of days; those after `today` as if nothing more were bought."""

    def __init__(self, programme: Programme, standing: Standing, today: date) -> None:
        self.levels: Levels = programme.levels  # type: ignore[assignment]
        self.standing = standing
        self.joined = local_day(standing.enrolled_at, programme.zone)
        self.days = sorted([min(day, today) for day in standing.days])
        self._rows = [standing.days[day] for day in sorted(standing.days)]
        self._sums: dict[int, list[int]] = {}
        self._reigns = _reigns(standing.reigns, self.levels, today)

    def rank(self, day: date) -> int:
        """The rank that holds on a day."""
        rank, manual = self.earned(day), self.standing.manual
        if manual is not None and manual.holds(day):
            return max(rank, rank_of(self.levels, manual.level))
        return rank

    def earned(self, day: date) -> int:
        """The rank that holds on a day, whatever was set by hand."""
        return self._held(len(self._reigns) - 1, day)

    def total(self, day: date) -> int:
        """What counts on a day."""
        return self._total(self.levels, day)

    def spend(self, day: date) -> int:
        """The sum that counts on a day, before it is made a lifetime value."""
        return self._sum(self.levels, day)

    def apart(self, day: date) -> int:
        """See `months_apart`."""
        return months_apart(window_start(self.levels, day), self.joined, day)

    def _sum(self, levels: Levels, day: date) -> int:
        column, start = _COLUMN[levels.by], window_start(levels, day)
        sums = self._sums.get(column)
        if sums is None:
            sums = self._sums[column] = [0, *accumulate([row[column] for row in self._rows])]
        until = sums[bisect_right(self.days, day)]
        if start is not None:
            return until - sums[bisect_left(self.days, start)]
        standing = self.standing
        return (standing.spend_minor, standing.receipts, standing.points)[column] - sums[-1] + until

    def _total(self, levels: Levels, day: date) -> int:
        if levels.by is LevelBy.TENURE:
            return full_months(self.joined, day)
        total = self._sum(levels, day)
        if levels.by is LevelBy.LTV:
            return lifetime_value(levels, total, months_apart(window_start(levels, day), self.joined, day))
        return total

    def _held(self, number: int, day: date) -> int:
        """The rank that holds on a day of a reign, by its own ladder."""
        levels = self._reigns[number].levels
        if levels is None:
            return 0
        now = rank_for(levels, self._total(levels, day))
        if not keeps(levels):
            return now
        last = self._last_supported(number, levels, day, now)
        above: date | None = None
        for rank in range(len(levels.ladder) - 1, now, -1):
            found = last.get(rank)
            kept = None if found is None else _base(levels, found)
            if levels.one_step and above is not None:
                below = _next_base(levels, above)
                kept = below if kept is None else max(kept, below)
            if kept is not None and _kept_until(levels, kept) >= day:
                return rank
            above = kept
        return now

    def _last_supported(self, number: int, levels: Levels, day: date, now: int) -> dict[int, date]:
        """The last day on which each rank above `now` had its support, where that may still matter."""
        reign, back = self._reigns[number], reaches_back(levels, day)
        first = max(back, min([self.joined, day, *self.days[:1]]))
        if number:
            first = max(first, reign.first_on)
        last: dict[int, date] = {}
        best, low = now, bisect_right(self.days, first)
        starts = [first, *self.days[low : bisect_right(self.days, day)]]
        end = day
        for start in reversed(starts):
            rank = rank_for(levels, self._total(levels, start)) if levels.by is not LevelBy.TENURE else now
            for each in range(best + 1, rank + 1):
                last[each] = self._last_day(levels, start, end, each)
            best, end = max(best, rank), start - DAY
        if number and back < reign.first_on:
            before = reign.first_on - DAY
            for each in range(best + 1, self._carried(number, levels, before) + 1):
                last[each] = before
        return last

    def _last_day(self, levels: Levels, first: date, end: date, rank: int) -> date:
        """The last day of a stretch without purchases that still supports a rank: support only fades in it."""
        least = levels.ladder[rank].start
        low, high = first.toordinal(), max(first, end).toordinal()
        while low < high:
            middle = (low + high + 1) // 2
            if self._total(levels, date.fromordinal(middle)) >= least:
                low = middle
            else:
                high = middle - 1
        return date.fromordinal(low)

    def _carried(self, number: int, levels: Levels, before: date) -> int:
        """The rank, on this ladder, of the level that the ladder before it left."""
        earlier = self._reigns[number - 1].levels
        if earlier is None:
            return 0
        return rank_of(levels, earlier.ladder[self._held(number - 1, before)].id)


def _reigns(reigns: tuple[Reign, ...], levels: Levels, today: date) -> tuple[Reign, ...]:
    """The ladders up to the one asked for; one that has not ruled yet begins today."""
    begun = [reign for reign in reigns if reign.first_on <= today]
    for number in range(len(begun) - 1, -1, -1):
        if begun[number].levels == levels:
            return tuple(begun[: number + 1])
    return (*[reign for reign in begun if reign.first_on < today], Reign(today, levels))


def _base(levels: Levels, last: date) -> date:
    """Through which day support of a day carries a level, before grace."""
    if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
        return period_last(levels.over, period_last(levels.over, last) + DAY)
    return last


def _next_base(levels: Levels, base: date) -> date:
    """The same for the level below one that has fallen."""
    if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
        return period_last(levels.over, base + DAY)
    return levels.grace.after(base)


def _kept_until(levels: Levels, base: date) -> date:
    return date.max if levels.down is LevelDown.NEVER else levels.grace.after(base)


def keeps_beyond(levels: Levels, day: date) -> bool:
    """Whether support on a day alone carries a level to the day after it."""
    return _kept_until(levels, _base(levels, day)) > day
