"""Webhooks as they came; see `usecases.inbox.InboxStore`."""

from datetime import datetime
from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.inbox import InboxItem

SQL = queries("inbox")


class PostgresInbox:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add(self, item: InboxItem) -> bool:
        row = (item.connection_id, item.delivery_id, item.topic, item.body, item.received_at, item.due_at)
        with self._pool.connection() as connection:
            return connection.execute(SQL["add"], row).rowcount == 1

    def take(self, now: datetime, until: datetime, limit: int) -> list[InboxItem]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(
                SQL["take"], {"now": now, "until": until, "limit": limit}
            ).fetchall()
        return sorted((_item(row) for row in rows), key=lambda item: (item.received_at, item.delivery_id))

    def finish(self, item: InboxItem) -> None:
        row = (item.tries, item.due_at, item.done_at, item.outcome, item.connection_id, item.delivery_id)
        with self._pool.connection() as connection:
            connection.execute(SQL["finish"], row)

    def items(self, connection_id: str, limit: int) -> list[InboxItem]:
        with self._pool.connection() as connection:
            return [_item(row) for row in connection.execute(SQL["items"], (connection_id, limit)).fetchall()]

    def forget(self, before: datetime) -> int:
        with self._pool.connection() as connection:
            return connection.execute(SQL["forget"], (before,)).rowcount


def _item(row: Any) -> InboxItem:
    return InboxItem(row[0], row[1], row[2], bytes(row[3]), *row[4:9])
