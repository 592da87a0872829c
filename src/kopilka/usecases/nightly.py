"""Housekeeping that nothing waits for: what is due to expire is written down, levels that have fallen are noted.

Balances and levels are right without it at every instant; it keeps tables short and tells the outside world.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import window_start
from kopilka.core.programme.document import LevelDown, Levels
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Release
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Refused
from kopilka.values.ids import BUCKETS, TRANSACTION, make_id
from kopilka.values.period import local_day

STRIDE = 32


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
    low: int
    high: int
    at: datetime
    txn: str


class Night(msgspec.Struct, frozen=True):
    """What a night's work did."""

    lots_expired: int
    units_expired: int
    levels_moved: int


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


def move_levels(store: NightStore, catalogue: Catalogue, at: datetime, chance: int) -> int:
    """Write the levels that hold now, in every programme whose levels may fall."""
    catalogue.refresh(store.version())
    moved = 0
    for programme in catalogue.programmes():
        rules = catalogue.ruleset(programme, at)
        levels = None if rules is None else rules.programme.levels
        if rules is None or levels is None or levels.down is LevelDown.NEVER:
            continue
        since = window_start(levels, local_day(at, rules.programme.zone))
        txn = make_id("", int(at.timestamp() * 1000), chance)
        for low in range(0, BUCKETS, STRIDE):
            moved += store.move_levels(LevelMove(programme, levels, since, low, low + STRIDE - 1, at, txn))
    return moved


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
    return Night(lots, units, move_levels(store, catalogue, at, chance))
