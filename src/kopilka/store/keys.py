"""API keys in the database; see `usecases.keys.KeyStore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from kopilka.store.connect import Connection, Pool
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.keys import Key
from kopilka.usecases.members import Act
from kopilka.usecases.ports import StoreUnavailableError

SQL = queries("keys")


class PostgresKeys:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def by_hash(self, digest: bytes) -> tuple[Key, bytes] | None:
        with self._connection() as connection:
            row: Any = connection.execute(SQL["by_hash"], (digest,)).fetchone()
        return None if row is None else (_key(row), bytes(row[7]))

    def all(self) -> list[Key]:
        with self._connection() as connection:
            return [_key(row) for row in connection.execute(SQL["all"]).fetchall()]

    def add(self, key: Key, digest: bytes, act: Act) -> None:
        row = (key.key_id, digest, key.title, list(key.scopes), key.shop, key.till, key.created_at)
        with self._connection() as connection, connection.transaction():
            connection.execute(SQL["add"], row)
            add_act(connection, act)

    def revoke(self, key_id: str, at: datetime, act: Act) -> bool:
        with self._connection() as connection, connection.transaction():
            if connection.execute(SQL["revoke"], (at, key_id)).rowcount != 1:
                return False
            add_act(connection, act)
        return True

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error


def _key(row: Any) -> Key:
    return Key(row[0], row[1], tuple(row[2]), row[3], row[4], row[5], row[6])
