"""Staff in PostgreSQL: accounts, sessions, the log; and what only their screens ask: days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg

from kopilka.store.connect import Connection, Pool
from kopilka.store.queries import queries
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.staff import Action, Role, Staff, StaffRow
from kopilka.values.period import day_start
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide

SQL = queries("staff")
_json = msgspec.json.Encoder(order="deterministic")
_details = msgspec.json.Decoder(dict[str, int | str])


class PostgresStaff:
    """See `usecases.staff.StaffStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def by_login(self, login: str) -> StaffRow | None:
        """The account of a login."""
        row = self._one("by_login", (login,))
        return None if row is None else StaffRow(_staff(row), row[6], row[7])

    def add(self, row: StaffRow, at: datetime) -> bool:
        """Add an account; False where the login is taken."""
        staff = row.staff
        values = (
            staff.staff_id, staff.login, staff.name, row.password_hash, staff.role.value, staff.language,
            staff.shop, at,
        )  # fmt: skip
        return self._one("add_staff", values) is not None

    def set_password(self, login: str, password_hash: str) -> bool:
        """Another password, and no session opened with the old one; False for an unknown login."""
        with self._pool.connection() as connection, connection.transaction():
            row: Any = connection.execute(SQL["set_password"], (password_hash, login)).fetchone()
            if row is not None:
                connection.execute(SQL["end_sessions"], (row[0],))
        return row is not None

    def staff(self) -> list[Staff]:
        """Everybody who may sign in."""
        return [_staff(row) for row in self._all("all_staff")]

    def open_session(self, session_sha256: bytes, staff_id: str, at: datetime, expires_at: datetime) -> None:
        """Keep a session; ended ones are swept away."""
        with self._connection() as connection, connection.transaction():
            connection.execute(SQL["sweep_sessions"], (at,))
            connection.execute(SQL["open_session"], (session_sha256, staff_id, at, expires_at))

    def session(self, session_sha256: bytes, now: datetime) -> Staff | None:
        """Who a living session belongs to."""
        row = self._one("session", (session_sha256, now))
        return None if row is None else _staff(row)

    def end_session(self, session_sha256: bytes) -> None:
        """Forget a session."""
        self._run("end_session", (session_sha256,))

    def note(self, action: Action) -> None:
        """Write a line of the log."""
        detail = _json.encode(action.detail).decode()
        self._run(
            "note", (action.action_id, action.staff_id, action.action, action.subject, detail, action.done_at)
        )

    def actions(self, *, after: str, subject: str, limit: int) -> list[Action]:
        """Lines of the log, newest first."""
        rows = self._all("actions", {"after": after, "subject": subject, "limit": limit})
        return [
            Action(row[0], row[1], row[2], row[3], _details.decode(row[4] or b"{}"), row[5], row[6])
            for row in rows
        ]

    def days(self, first: date, last: date, *, zone: str, kind: str) -> list[tuple[date, int, int, int, int]]:
        """(day, receipts, paid minor, earned units, spent units) of every day between two."""
        since = day_start(first, zone)
        return self._all("days", {"first": first, "last": last, "zone": zone, "kind": kind, "since": since})

    def last_price(self, sku: str) -> int | None:
        """The price of one piece on the last receipt that has it, where there is one lately."""
        row = self._one("last_price", (sku,))
        return None if row is None or not row[1] else divide(row[0] * ONE, row[1], Rounding.HALF_UP)

    def _one(self, name: str, parameters: Any) -> Any:
        with self._connection() as connection:
            return connection.execute(SQL[name], parameters).fetchone()

    def _all(self, name: str, parameters: Any = ()) -> list[Any]:
        with self._connection() as connection:
            return list(connection.execute(SQL[name], parameters).fetchall())

    def _run(self, name: str, parameters: Any) -> None:
        with self._connection() as connection:
            connection.execute(SQL[name], parameters)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error


def _staff(row: Any) -> Staff:
    return Staff(row[0], row[1], row[2], Role(row[3]), row[4], row[5])
