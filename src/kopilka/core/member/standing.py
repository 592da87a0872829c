"""A holder's standing in one programme: kept purchases by day, the level won, uses of caps.

The working copy that a batch reads and changes; `store` loads and writes it.
"""

from datetime import date, datetime

import msgspec

from kopilka.core.member.member import NOT_USED, Used
from kopilka.core.programme.document import Levels, PeriodName


class Reign(msgspec.Struct, frozen=True, gc=False):
    """A ladder (None: the programme had none) and the first day on which it ruled."""

    first_on: date
    levels: Levels | None


class Manual(msgspec.Struct, frozen=True, gc=False):
    """A level set by hand: the member stands no lower through its last day (None: for ever)."""

    level: str
    last_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it counts on a day."""
        return self.last_on is None or day <= self.last_on


class Standing:
    """Totals count what was finally kept; `days` maps a local day to [spend minor, receipts, points] and
    `days_changed` to what this batch added to it. `reigns` are the programme's ladders, first to last, where it has had
    more than one; `warned_for` is the fall that the member was last told of.
    """

    __slots__ = (
        "days", "days_changed", "dirty", "enrolled_at", "level", "level_since", "manual", "points",
        "programme", "receipts", "reigns", "spend_minor", "used", "used_changed", "warned_for", "window",
    )  # fmt: skip

    def __init__(self, programme: str, enrolled_at: datetime) -> None:
        self.programme = programme
        self.enrolled_at = enrolled_at
        self.level = ""
        self.level_since: datetime | None = None
        self.manual: Manual | None = None
        self.warned_for: date | None = None
        self.reigns: tuple[Reign, ...] = ()
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
