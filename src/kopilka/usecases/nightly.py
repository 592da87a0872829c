"""Housekeeping that nothing waits for: what is due to expire is written down, levels that have fallen are noted.

Balances and levels are right without it at every instant; it keeps tables short and tells the outside world.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import Climb, counts_from, grows, keeps, window_start
from kopilka.core.member.outlook import first_below
from kopilka.core.member.standing import Reign, Standing
from kopilka.core.programme.document import LevelBy, Levels, Programme
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Release
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Refused
from kopilka.values.ids import BUCKETS, TRANSACTION, make_id
from kopilka.values.period import Span, local_day

STRIDE = 32
PAGE = 5_000


class NightStore(Protocol):
    """Set-based work on the whole ledger."""

    def version(self) -> int:
        """The version of the catalogue."""
        ...

    def expire(self, bucket: int, at: datetime, txn: str) -> tuple[int, int]:
        """Expire what is due in a bucket; returns (lots, units)."""
        ...

    def due_others(self, at: datetime) -> Sequence[tuple[int, str]]:
        """Holders with due lots that only the book can settle."""
        ...

    def settle(self, holders: Sequence[tuple[int, str]], at: datetime, txn: str) -> int:
        """Bring the books of holders to an instant; returns the lots expired."""
        ...

    def move_levels(self, move: "LevelMove") -> int:
        """Write levels that differ from what totals reach; returns how many."""
        ...

    def standings(
        self, programme: str, since: date | None, after: tuple[int, str], limit: int
    ) -> Sequence[tuple[int, str, Standing]]:
        """A page of standings after a (bucket, holder), in that order, with kept purchases from a day on."""
        ...

    def note_levels(self, programme: str, rows: Sequence["Noted"], at: datetime, txn: str) -> tuple[int, int]:
        """Write moved levels and falls to tell, where nothing has come in since; returns how many of each."""
        ...


class Lapsed(Protocol):
    """Finds receipts whose hold has run out."""

    def lapsed(self, at: datetime) -> Sequence[str]:
        """Their ids, some at a time."""
        ...


class LevelMove(msgspec.Struct, frozen=True):
    """One programme's ladder over some buckets; days before `since` do not count."""

    programme: str
    levels: Levels
    since: date | None
    today: date
    low: int
    high: int
    at: datetime
    txn: str


class Noted(msgspec.Struct, frozen=True, gc=False):
    """A level that has become `new` from `old`, or (with `falls_on`) will fall; the totals by which that was found."""

    bucket: int
    holder_id: str
    old: str
    new: str
    spend_minor: int
    receipts: int
    points: int
    falls_on: date | None = None
    falls_to: str = ""


class Night(msgspec.Struct, frozen=True):
    """What a night's work did."""

    lots_expired: int
    units_expired: int
    levels_moved: int
    falls_told: int = 0


def expire_due(store: NightStore, at: datetime, chance: int) -> tuple[int, int]:
    """Write every expiry that is due at an instant; returns (lots, units)."""
    lots = units = 0
    ms = int(at.timestamp() * 1000)
    for bucket in range(BUCKETS):
        count, amount = store.expire(bucket, at, make_id(TRANSACTION, ms, chance + bucket))
        lots += count
        units += amount
    for number in range(1_000_000):
        others = store.due_others(at)
        done = store.settle(others, at, make_id(TRANSACTION, ms, chance + BUCKETS + number)) if others else 0
        lots += done
        if done == 0:
            break
    return lots, units


def move_levels(store: NightStore, catalogue: Catalogue, at: datetime, chance: int) -> tuple[int, int]:
    """Write the levels that hold now and tell of falls to come, in every programme; returns how many of each. Ladders
    that only a total decides are done in the store, in sets; the others by the same function that sales ask.
    """
    catalogue.refresh(store.version())
    moved = told = 0
    txn = make_id("", int(at.timestamp() * 1000), chance)
    for id_ in catalogue.programmes():
        rules = catalogue.ruleset(id_, at)
        if rules is None or rules.programme.levels is None:
            continue
        programme, levels = rules.programme, rules.programme.levels
        today = local_day(at, programme.zone)
        if in_sets(levels, catalogue.reigns(id_)):
            since = window_start(levels, today)
            for low in range(0, BUCKETS, STRIDE):
                move = LevelMove(id_, levels, since, today, low, low + STRIDE - 1, at, txn)
                moved += store.move_levels(move)
        else:
            for page in standings_of(store, programme, catalogue.reigns(id_), today):
                rows = [row for each in page if (row := noted(programme, each, today)) is not None]
                done = store.note_levels(id_, rows, at, txn) if rows else (0, 0)
                moved, told = moved + done[0], told + done[1]
    return moved, told


def in_sets(levels: Levels, reigns: tuple[Reign, ...]) -> bool:
    """Whether totals alone decide this ladder, and nobody is told of falls to come."""
    by_total = levels.by in {LevelBy.SPEND, LevelBy.RECEIPTS, LevelBy.POINTS}
    return by_total and levels.warn == Span() and not (keeps(levels) and (not grows(levels) or reigns))


Row = tuple[int, str, Standing]


class Pages(Protocol):
    """Standings by pages; see `NightStore.standings`."""

    def standings(
        self, programme: str, since: date | None, after: tuple[int, str], limit: int
    ) -> Sequence[Row]: ...


def standings_of(
    store: Pages, programme: Programme, reigns: tuple[Reign, ...], today: date
) -> Iterator[Sequence[Row]]:
    """Every standing of a programme, page by page, with as many purchases as its ladder asks for."""
    levels = programme.levels
    ladders = reigns or (Reign(date.min, levels),)
    days = [counts_from(ladders, number, today) for number in range(len(ladders))]
    since = min((day for day in days if day is not None), default=None)
    after = (-1, "")
    while page := store.standings(programme.programme, since, after, PAGE):
        for _, _, standing in page:
            standing.reigns = reigns
        yield page
        after = page[-1][:2]


def noted(programme: Programme, row: Row, today: date) -> Noted | None:
    """What there is to write of a standing; None where nothing has changed and nothing is to be told."""
    levels: Levels = programme.levels  # type: ignore[assignment]
    bucket, holder_id, standing = row
    climb = Climb(programme, standing, today)
    level = levels.ladder[climb.rank(today)].id
    falls_on = None
    if levels.warn != Span() and (standing.warned_for is None or standing.warned_for <= today):
        falls_on = first_below(climb, today, levels.warn)
    if level == standing.level and falls_on is None:
        return None
    return Noted(
        bucket, holder_id, standing.level, level, standing.spend_minor, standing.receipts, standing.points, falls_on,
        "" if falls_on is None else levels.ladder[climb.rank(falls_on)].id,
    )  # fmt: skip


def release_lapsed(store: Lapsed, desk: Desk, at: datetime) -> int:
    """Release receipts whose hold has run out, so that budgets they drew are there for others; returns how many."""
    released = 0
    while ids := store.lapsed(at):
        outcomes = desk.run([Release(id_, client="night") for id_ in ids])
        done = sum(not isinstance(outcome, Refused) for outcome in outcomes)
        released += done
        if done < len(ids):
            break
    return released


def run_night(store: NightStore, catalogue: Catalogue, at: datetime, chance: int) -> Night:
    """The whole night's work at an instant; `chance` supplies random bits for ids."""
    lots, units = expire_due(store, at, chance)
    return Night(lots, units, *move_levels(store, catalogue, at, chance))
