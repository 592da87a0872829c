"""Set-based housekeeping: expiries by bucket, levels by window."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from kopilka.core.ledger.posting import Cause
from kopilka.core.settlement.facts import expired_event
from kopilka.store.batch import PostgresLedger
from kopilka.store.connect import Packed
from kopilka.store.queries import queries
from kopilka.store.standings import PostgresStandings, ladder_rows
from kopilka.usecases.nightly import LevelMove, Noted
from kopilka.usecases.ports import Changes, Wanted
from kopilka.values.ids import EVENT, make_id

SQL = queries("nightly")
CATALOGUE = queries("batch")["catalogue_version"]


class PostgresNight(PostgresStandings):
    """See `usecases.nightly.NightStore`."""

    def version(self) -> int:
        """The version of the catalogue."""
        return int(self._one(CATALOGUE, ())[0])

    def expire(self, bucket: int, at: datetime, txn: str) -> tuple[int, int]:
        """Expire the due lots of a bucket, the first of each wallet and then the next, in one transaction."""
        lots = units = 0
        parameters: dict[str, Any] = {"bucket": bucket, "at": at, "txn": txn}
        with self._pool.connection() as connection, connection.transaction():
            locked: Any = connection.execute(SQL["lock_due"], parameters).fetchone()
            more = locked[0] > 0
            while more:
                row: Any = connection.execute(SQL["expire_round"], parameters).fetchone()
                lots, units, more = lots + int(row[0]), units + int(row[1]), row[0] > 0
        return lots, units

    def due_others(self, at: datetime) -> Sequence[tuple[int, str]]:
        """Holders whose due lots need the book."""
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["due_others"], (at,)).fetchall()
        return [(row[0], row[1]) for row in rows]

    def settle(self, holders: Sequence[tuple[int, str]], at: datetime, txn: str) -> int:
        """Bring books to an instant, in one transaction."""
        with PostgresLedger(self._pool).batch() as batch:
            loaded = batch.load(Wanted(holders), lock=True)
            changes = Changes()
            for holder_id, holding in loaded.holdings.items():
                holding.book.bring_to(at, Cause(txn, "expire", at, at))
                changes.touched[holder_id] = holding
                told = expired_event(holding.book, at)
                if told is not None:
                    event_id = make_id(EVENT, int(at.timestamp() * 1000), secrets.randbits(74))
                    changes.events.append((event_id, holding.bucket, at, told))
            expired = sum(len(holding.book.postings) for holding in loaded.holdings.values())
            batch.write(changes, at)
        return expired

    def move_levels(self, move: LevelMove) -> int:
        """Write levels that differ from what totals reach."""
        row = self._one(
            SQL["move_levels"],
            {
                "by": move.levels.by.value,
                "programme": move.programme,
                "since": move.since,
                "today": move.today,
                "low": move.low,
                "high": move.high,
                "at": move.at,
                "txn": move.txn,
                "ladder": ladder_rows(move.levels),
            },
        )
        return int(row[0])

    def note_levels(self, programme: str, rows: Sequence[Noted], at: datetime, txn: str) -> tuple[int, int]:
        """Write levels and falls."""
        packed = Packed(msgspec.json.encode(rows))
        row = self._one(SQL["note_levels"], {"programme": programme, "rows": packed, "at": at, "txn": txn})
        return int(row[0]), int(row[1])

    def lapsed(self, at: datetime) -> list[str]:
        """Receipts whose hold has run out, five hundred at most."""
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["lapsed"], (at,)).fetchall()
        return [row[0] for row in rows]

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else is at the night's work; if so, nobody will be until this ends."""
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["try_lock"]).fetchone()
            try:
                yield bool(row[0])
            finally:
                if row[0]:
                    connection.execute(SQL["unlock"])

    def _one(self, query: Any, parameters: Any) -> Any:
        with self._pool.connection() as connection:
            return connection.execute(query, parameters).fetchone()
