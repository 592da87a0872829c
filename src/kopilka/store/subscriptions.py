"""Subscriptions; see `usecases.subscriptions.SubscriptionStore`."""

from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.members import Act
from kopilka.usecases.subscriptions import Backlog, Sealed, Subscription

SQL, OUTBOX = queries("subscriptions"), queries("deliveries")


class PostgresSubscriptions:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def all(self) -> list[Sealed]:
        with self._pool.connection() as connection:
            return [_sealed(row) for row in connection.execute(SQL["all"]).fetchall()]

    def get(self, subscription_id: str) -> Sealed | None:
        with self._pool.connection() as connection:
            row = connection.execute(SQL["get"], (subscription_id,)).fetchone()
        return None if row is None else _sealed(row)

    def add(self, sealed: Sealed, act: Act) -> None:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["add"], _row(sealed))
            add_act(connection, act)

    def change(self, sealed: Sealed, act: Act) -> None:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["change"], _row(sealed))
            add_act(connection, act)

    def pause(self, subscription_id: str, act: Act) -> None:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["lock"], (subscription_id,))
            connection.execute(SQL["pause"], {"id": subscription_id, "at": act.at})
            add_act(connection, act)

    def resume(self, subscription_id: str, act: Act, *, skip: bool) -> None:
        wanted = {"id": subscription_id, "at": act.at}
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["resume"], wanted)
            if skip:
                connection.execute(SQL["from_now"], wanted)
                connection.execute(OUTBOX["lock_all_lanes"], (subscription_id,))
                connection.execute(SQL["pass_over"], wanted)
                connection.execute(SQL["delete_lanes"], (subscription_id,))
            else:
                connection.execute(SQL["release_lanes"], wanted)
            add_act(connection, act)

    def delete(self, subscription_id: str, act: Act) -> None:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["delete"], {"id": subscription_id, "at": act.at})
            connection.execute(SQL["delete_lanes"], (subscription_id,))
            connection.execute(SQL["delete_deliveries"], (subscription_id,))
            add_act(connection, act)

    def backlog(self, subscription_id: str, most: int) -> Backlog:
        with self._pool.connection() as connection:
            row: Any = connection.execute(
                SQL["backlog"], {"id": subscription_id, "most": most + 1}
            ).fetchone()
        return Backlog(*row)


def _row(sealed: Sealed) -> dict[str, object]:
    made = sealed.subscription
    return {
        "id": made.subscription_id, "title": made.title, "address": made.address, "names": list(made.names),
        "format": made.format, "connection": made.connection_id, "state": made.state, "state_at": made.state_at,
        "reason": made.reason, "created_at": made.created_at, "secret": sealed.secret, "former": sealed.former,
        "former_until": made.former_until,
    }  # fmt: skip


def _sealed(row: Any) -> Sealed:
    fields: Any = [*row[:3], tuple(row[3]), *row[4:16]]
    made = Subscription(*fields)
    return Sealed(made, bytes(row[16]), None if row[17] is None else bytes(row[17]))
