"""A holder's standing in one programme: kept purchases by day, the level won, uses of caps.

The working copy that a batch reads and changes; `store` loads and writes it.
"""

from datetime import date, datetime

from kopilka.core.member.member import NOT_USED, Used
from kopilka.core.programme.document import LevelBy, LevelDown, LevelOver, Levels, PeriodName
from kopilka.values.period import DAY, Span


class Standing:
    """Totals count what was finally kept; `days` maps a local day to [spend minor, receipts, points] and
    `days_changed` to what this batch added to it.
    """

    __slots__ = (
        "days", "days_changed", "dirty", "enrolled_at", "level", "level_since", "points", "programme",
        "receipts", "spend_minor", "used", "used_changed", "window",
    )  # fmt: skip

    def __init__(self, programme: str, enrolled_at: datetime) -> None:
        self.programme = programme
        self.enrolled_at = enrolled_at
        self.level = ""
        self.level_since: datetime | None = None
        self.spend_minor = 0
        self.receipts = 0
        self.points = 0
        self.days: dict[date, list[int]] = {}
        self.used: dict[tuple[str, str], Used] = {}
        self.dirty = False
        self.days_changed: dict[date, list[int]] = {}
        self.used_changed: dict[tuple[str, str], Used] = {}
        self.window: list[object] = []

    def book(self, day: date, *, spend_minor: int, receipts: int, points: int) -> None:
        """Count a purchase (or, negative, take a return back) on its day."""
        self.spend_minor += spend_minor
        self.receipts += receipts
        self.points += points
        for rows in (self.days, self.days_changed):
            row = rows.get(day)
            if row is None:
                rows[day] = [spend_minor, receipts, points]
            else:
                row[0] += spend_minor
                row[1] += receipts
                row[2] += points
        self.window = []
        self.dirty = True

    def use(self, rule: str, period: str, amount: Used, sign: int = 1) -> None:
        """Count a use of a capped rule in a period, or take it back."""
        key = (rule, period)
        self.used[key] = self.used.get(key, NOT_USED).plus(amount, sign)
        self.used_changed[key] = self.used_changed.get(key, NOT_USED).plus(amount, sign)
        self.dirty = True


def window_start(levels: Levels, today: date) -> date | None:
    """The first day whose purchases count on `today`; None where all do."""
    match levels.over:
        case LevelOver.EVER:
            return None
        case LevelOver.CALENDAR_YEAR:
            return date(today.year, 1, 1)
        case LevelOver.CALENDAR_QUARTER:
            return date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        case LevelOver.CALENDAR_MONTH:
            return today.replace(day=1)
        case Span() as span:
            return span.before(today) + DAY


_COLUMN = {LevelBy.SPEND: 0, LevelBy.RECEIPTS: 1, LevelBy.POINTS: 2}


def level_total(levels: Levels, standing: Standing, today: date) -> int:
    """What counts towards the ladder on a day, in the unit of the ladder's criterion."""
    column = _COLUMN[levels.by]
    start = window_start(levels, today)
    if start is None:
        return (standing.spend_minor, standing.receipts, standing.points)[column]
    if standing.window and standing.window[:2] == [start, column]:
        return standing.window[2]  # type: ignore[return-value]
    total = sum(row[column] for day, row in standing.days.items() if day >= start)
    standing.window = [start, column, total]
    return total


def rank_for(levels: Levels, total: int) -> int:
    """The rank of the highest level that a total reaches (0 is the lowest level)."""
    rank = 0
    for position, step in enumerate(levels.ladder):
        if total >= step.start:
            rank = position
    return rank


def rank_now(levels: Levels, standing: Standing, today: date) -> int:
    """The level that holds on a day: what the total reaches, or the one won where levels never fall."""
    reached = rank_for(levels, level_total(levels, standing, today))
    if levels.down is LevelDown.NEVER and standing.level:
        return max(reached, rank_of(levels, standing.level))
    return reached


def rank_of(levels: Levels, level: str) -> int:
    """The rank of a level id; 0 where the ladder no longer has it."""
    return next((rank for rank, step in enumerate(levels.ladder) if step.id == level), 0)


def period_key(per: PeriodName, day: date) -> str:
    """The name of the period that a day lies in: `2026-11-21`, `2026-W47`, `2026-11`, `2026` or `ever`."""
    match per:
        case PeriodName.DAY:
            return day.isoformat()
        case PeriodName.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case PeriodName.MONTH:
            return f"{day.year}-{day.month:02d}"
        case PeriodName.YEAR:
            return str(day.year)
        case PeriodName.EVER:
            return "ever"
