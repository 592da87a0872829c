"""Housekeeping that nothing waits for: what is due to expire is written down, levels that have fallen are noted.

Balances and levels are right without it at every instant; it keeps tables short and tells the outside world.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import Climb, window_start
from kopilka.core.member.outlook import first_below
from kopilka.core.programme.document import Levels, Programme
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Release
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.standings import Pages, Row, by_total, ladders_of, standings_of
from kopilka.values.ids import BUCKETS, TRANSACTION, make_id
from kopilka.values.period import Span, local_day

STRIDE = 32


class NightStore(Pages, Protocol):
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
        reigns = ladders_of(catalogue.reigns(id_), levels)
        if by_total(levels, reigns) and levels.warn == Span():
            since = window_start(levels, today)
            for low in range(0, BUCKETS, STRIDE):
                move = LevelMove(id_, levels, since, today, low, low + STRIDE - 1, at, txn)
                moved += store.move_levels(move)
        else:
            for page in standings_of(store, id_, reigns, today):
                rows = [row for each in page if (row := noted(programme, each, today)) is not None]
                done = store.note_levels(id_, rows, at, txn) if rows else (0, 0)
                moved, told = moved + done[0], told + done[1]
    return moved, told


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
