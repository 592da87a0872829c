"""Connections and the log of their calls; see `usecases.connections.ConnectionStore`."""

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from kopilka.store.connect import Packed, Pool
from kopilka.store.foreign import give_numbers
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.connections import Connection, ConnectorCall, Kept
from kopilka.usecases.members import Act

SQL = queries("connections")
NUMBER_KIND = "connection"
_encode = msgspec.json.Encoder().encode
_settings = msgspec.json.Decoder(dict[str, str])


class PostgresConnections:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def all(self) -> list[Kept]:
        with self._pool.connection() as connection:
            return [_kept(row) for row in connection.execute(SQL["all"]).fetchall()]

    def add(self, kept: Kept, act: Act) -> bool:
        made = kept.connection
        row = (
            made.connection_id, made.connector, made.title, made.shop, made.programme, _encode(made.settings).decode(),
            kept.digest, kept.sealed, made.created_at,
        )  # fmt: skip
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(SQL["add"], row).rowcount != 1:
                return False
            give_numbers(connection, NUMBER_KIND, [made.connection_id])
            add_act(connection, act)
        return True

    def change(self, kept: Kept, act: Act) -> bool:
        made = kept.connection
        row = (
            made.title, made.shop, made.programme, _encode(made.settings).decode(), kept.digest, kept.sealed,
            made.closed_at, made.connection_id,
        )  # fmt: skip
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute(SQL["change"], row)
                add_act(connection, act)
        except psycopg.errors.UniqueViolation:
            return False
        return True

    def add_calls(self, calls: Sequence[ConnectorCall], keep: int) -> None:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["add_calls"], (Packed(_encode(calls)),))
            for id_ in sorted({call.connection_id for call in calls}):
                connection.execute(SQL["forget_calls"], {"connection": id_, "keep": keep - 1})

    def calls(self, connection_id: str, limit: int) -> list[ConnectorCall]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["calls"], (connection_id, limit)).fetchall()
        return [ConnectorCall(*row) for row in rows]


def _kept(row: Any) -> Kept:
    id_, connector, title, shop, programme = row[:5]
    found = Connection(
        id_, connector, title, shop, programme, _settings.decode(row[5]), row[6], row[7], row[8]
    )
    return Kept(found, bytes(row[9]), bytes(row[10]))
