"""What happened, in the order of commits; see `usecases.feed.Feed`."""

from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.feed import MemberChange, Operation, Place, ReceiptChange, Recent, Sort, Spot, Window

SQL = queries("feed")


class PostgresFeed:
    """Reads with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def bound(self) -> int:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["bound"]).fetchone()
        return int(row[0])

    def receipts(self, window: Window) -> list[ReceiptChange]:
        rows = self._all("receipts", window)
        return [ReceiptChange(Place(row[0], row[1]), *row[2:6]) for row in rows]

    def members(self, window: Window) -> list[MemberChange]:
        return [MemberChange(Place(row[0], row[1]), row[2]) for row in self._all("holders", window)]

    def operations(self, recent: Recent) -> list[Operation]:
        last = recent.before
        wanted = {
            "shops": list(recent.shops), "kind": recent.kind, "at": None if last is None else last.at,
            "sort": 0 if last is None else last.sort, "id": "" if last is None else last.id,
            "number": 0 if last is None else last.number, "skip": recent.skip, "limit": recent.limit,
            "most": recent.skip + recent.limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["operations"], wanted).fetchall()
        return [Operation(Spot(row[0], Sort(row[1]), *row[2:4]), *row[4:8]) for row in rows]

    def _all(self, name: str, window: Window) -> list[Any]:
        wanted = {
            "txid": window.after.txid, "place": window.after.place, "bound": window.bound, "since": window.since,
            "shop": window.shop, "limit": window.limit, "floor": window.floor,
        }  # fmt: skip
        with self._pool.connection() as connection:
            return list(connection.execute(SQL[name], wanted).fetchall())
