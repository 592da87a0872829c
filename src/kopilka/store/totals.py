"""Sums over the whole ledger, for replays and overviews."""

from datetime import date, datetime
from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.replay import KindTotals

SQL = queries("totals")


class PostgresTotals:
    """See `usecases.replay.Totals`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def by_kind(self, at: datetime) -> dict[str, KindTotals]:
        """Issued, spent, expired and outstanding of each kind at an instant."""
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["by_kind"], {"at": at}).fetchall()
        return {row[0]: KindTotals(*(int(number) for number in row[1:])) for row in rows}

    def level_totals(self, programme: str, since: date | None) -> list[tuple[int, int, int]]:
        """(spend minor, receipts, points) of every holder from a day on."""
        with self._pool.connection() as connection:
            parameters = {"programme": programme, "since": since}
            rows: list[Any] = connection.execute(SQL["level_totals"], parameters).fetchall()
        return [(int(row[1]), int(row[2]), int(row[3])) for row in rows]
