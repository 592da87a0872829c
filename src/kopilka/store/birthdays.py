"""Whose birthday it is, by the index of the days of birth; see `usecases.birthdays.BirthdayStore`."""

from collections.abc import Sequence
from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.birthdays import Party

SQL = queries("birthdays")
CATALOGUE = queries("batch")["catalogue_version"]


class PostgresBirthdays:
    """Reads with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def version(self) -> int:
        """The version of the catalogue."""
        with self._pool.connection() as connection:
            row: Any = connection.execute(CATALOGUE).fetchone()
        return int(row[0])

    def celebrants(self, party: Party, after: str, limit: int) -> Sequence[str]:
        """Ids of members, in their order."""
        begins, ends = party.ends()
        wanted = {
            "programme": party.programme, "joined_by": party.joined_by, "days": party.month_days(), "day": party.day,
            "after": after, "begins": begins, "ends": ends, "limit": limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["celebrants"], wanted).fetchall()
        return [row[0] for row in rows]
