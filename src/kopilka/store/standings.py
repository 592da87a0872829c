"""Standings of a whole programme: in pages for the core to judge, or counted in sets."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from kopilka.core.member.ladder import window_start
from kopilka.core.member.standing import Manual, Standing
from kopilka.core.programme.document import Levels
from kopilka.store.connect import Packed, Pool
from kopilka.store.queries import queries
from kopilka.usecases.preview_ladder import EXAMPLES, LadderMatrix
from kopilka.values.ids import bucket_of

SQL = queries("standings")


class PostgresStandings:
    """See `usecases.preview_ladder.PreviewStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def standings(
        self, programme: str, since: date | None, after: tuple[int, str], limit: int
    ) -> list[tuple[int, str, Standing]]:
        """A page of standings."""
        bucket, holder = after
        parameters = {
            "programme": programme, "since": since, "bucket": bucket, "holder": holder, "limit": limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["standings_after"], parameters).fetchall()
        return [(row[0], row[1], standing_of(programme, row)) for row in rows]

    def ladder_matrix(self, wanted: LadderMatrix) -> list[tuple[int, int, int, list[str]]]:
        """Levels by two ladders."""
        parameters = {
            "programme": wanted.programme, "today": wanted.today, "examples": EXAMPLES,
            "by_before": wanted.before.by.value, "by_after": wanted.after.by.value,
            "since_before": window_start(wanted.before, wanted.today),
            "since_after": window_start(wanted.after, wanted.today),
            "starts_before": [step.start for step in wanted.before.ladder],
            "starts_after": [step.start for step in wanted.after.ladder],
            "ids_before": [step.id for step in wanted.before.ladder],
            "ids_after": [step.id for step in wanted.after.ladder],
        }  # fmt: skip
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["ladder_matrix"], parameters).fetchall()
        return [(row[0], row[1], row[2], list(row[3])) for row in rows]

    def members_of(self, holders: Sequence[str]) -> dict[str, str]:
        """A member of each holder."""
        buckets = sorted({bucket_of(holder) for holder in holders})
        with self._pool.connection() as connection:
            rows: list[Any] = connection.execute(SQL["members_of"], (list(holders), buckets)).fetchall()
        return {row[0]: row[1] for row in rows}


def ladder_rows(levels: Levels) -> Packed:
    """A ladder as a parameter."""
    rows = [{"id": step.id, "start": step.start, "rank": rank} for rank, step in enumerate(levels.ladder)]
    return Packed(msgspec.json.encode(rows))


def standing_of(programme: str, row: Any) -> Standing:
    """A standing of the columns that queries of standings begin with."""
    found = Standing(programme, row[2])
    found.level, found.spend_minor, found.receipts, found.points = row[3:7]
    found.manual = Manual(row[7], row[8]) if row[7] else None
    found.warned_for = row[9]
    if row[10]:
        found.days = {day: [s, r, p] for day, s, r, p in zip(*row[10:14], strict=True)}
    return found
