"""The whole database at one moment, streamed; and projections made again. See `usecases.audit.finding`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kopilka.core.ledger.posting import Draw, Posting
from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Used
from kopilka.store.batch import sale_of
from kopilka.store.connect import Connection, Pool
from kopilka.store.coupon_rows import coupon_of
from kopilka.store.queries import queries
from kopilka.usecases.audit.finding import Chain, Root
from kopilka.usecases.ports import StoredSale

SQL = queries("audit")
ROWS = 5_000
REBUILD = ("rebuild_holds", "drop_lots", "rebuild_lots", "drop_wallets", "rebuild_wallets")


class PostgresBooks:
    """Opens audits on pooled connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def open(self) -> Iterator["PostgresAudit"]:
        with self._pool.connection() as connection:
            connection.execute(SQL["measure"])
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield PostgresAudit(connection)

    def add_root(self, root: Root, at: datetime) -> None:
        with self._pool.connection() as connection:
            connection.execute(SQL["add_root"], (root.day, root.wallets, root.root, at))

    def rebuild(self) -> int:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["stop_writers"])
            return sum(connection.execute(SQL[name]).rowcount for name in REBUILD)


class PostgresAudit:
    """Reads within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def places(self, question: str) -> list[str]:
        rows: list[Any] = self._connection.execute(SQL[question]).fetchall()
        return [row[0] for row in rows]

    def chains(self) -> Iterator[Chain]:
        draws = self._stream("all_draws")
        draw = next(draws, None)
        for row in self._stream("postings"):
            key, mine = row[:4], []
            while draw is not None and draw[:4] < key:  # a draw without a posting is for another sentence
                draw = next(draws, None)
            while draw is not None and draw[:4] == key:
                mine.append(Draw(draw[2], draw[3], draw[4], draw[5]))
                draw = next(draws, None)
            yield Chain(row[1], Posting(*row[2:]), mine)

    def kept_sales(self) -> Iterator[StoredSale]:
        return map(sale_of, self._stream("kept_sales"))

    def coupon_sales(self) -> Iterator[StoredSale]:
        return map(sale_of, self._stream("coupon_sales"))

    def taken_coupons(self) -> Iterator[Coupon]:
        return map(coupon_of, self._stream("taken_coupons"))

    def activity(self) -> dict[tuple[str, str, date], tuple[int, int]]:
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in self._stream("activity")}

    def budget_uses(self) -> dict[tuple[str, str], Used]:
        return {(row[0], row[1]): Used(*row[2:]) for row in self._stream("budget_uses")}

    def heads(self, before: datetime) -> Iterator[tuple[int, str, str, int, bytes]]:
        return self._stream("heads", (before,))

    def roots(self) -> list[Root]:
        return [Root(*row) for row in self._stream("roots")]

    def _stream(self, name: str, parameters: tuple[Any, ...] = ()) -> Iterator[Any]:
        with self._connection.cursor(name) as cursor:
            cursor.itersize = ROWS
            cursor.execute(SQL[name], parameters)
            yield from cursor


class RootFile:
    """Daily roots as JSON lines in a file that lives elsewhere than the database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def roots(self) -> list[Root]:
        if not self._path.exists():
            return []
        rows = [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines() if line]
        return [
            Root(date.fromisoformat(row["day"]), row["wallets"], bytes.fromhex(row["root"])) for row in rows
        ]

    def add(self, root: Root) -> None:
        row = {"day": root.day.isoformat(), "wallets": root.wallets, "root": root.root.hex()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
