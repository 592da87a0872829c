"""What would a new ladder do to a million members: counted in sets, and one by one where the ladder has a memory."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg

from benchmarks.ground import fresh, programme_text
from benchmarks.measure import Figure
from kopilka.app.compose import House
from kopilka.app.replays import install
from kopilka.core.programme.document import Levels, Programme
from kopilka.usecases.preview_ladder import LadderPreview
from kopilka.values.period import Span

MEMBERS, DAYS = 1_000_000, 8

FILL = """
INSERT INTO standing (bucket, holder_id, programme, enrolled_at, level, level_since, spend_minor, receipts, points)
    SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'twenty', %(then)s, 'bronze', %(then)s,
        %(days)s * (n * 7 %% 900000), %(days)s, 0
    FROM generate_series(1, %(members)s) n;
INSERT INTO activity
    SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'twenty', %(then)s::date + 50 * d, n * 7 %% 900000, 1, 0
    FROM generate_series(1, %(members)s) n, generate_series(1, %(days)s) d;
ANALYZE standing, activity
"""


def run(conninfo: str, members: int = MEMBERS) -> list[Figure]:
    """Each member has bought on eight days of the last 500, five of them in the window of a year."""
    now = datetime.now(UTC)
    with fresh(conninfo) as database:
        programme = install(database, programme_text("twenty"))
        with psycopg.connect(database, autocommit=True) as connection:
            for statement in FILL.split(";"):
                parameters = {"members": members, "days": DAYS, "then": now - timedelta(days=500)}
                connection.execute(statement.encode(), parameters)
        house = House(database)
        figures = [
            timed("preview_in_sets", house, draft_of(programme, grace=Span()), (members, 60)),
            timed("preview_one_by_one", house, draft_of(programme, grace=Span(days=30)), (members, 180)),
        ]
        house.close()
    return figures


def draft_of(programme: Programme, *, grace: Span) -> Programme:
    """The programme with every threshold doubled."""
    levels: Levels = programme.levels  # type: ignore[assignment]
    ladder = tuple(msgspec.structs.replace(step, start=2 * step.start) for step in levels.ladder)
    return msgspec.structs.replace(
        programme, levels=msgspec.structs.replace(levels, ladder=ladder, grace=grace)
    )


def timed(name: str, house: House, draft: Programme, size: tuple[int, float]) -> Figure:
    """One preview, its seconds brought to a million members; `size` is how many there are, and the limit."""
    members, limit = size
    began = time.perf_counter()
    found = house.views.preview_ladder(draft)
    seconds = time.perf_counter() - began
    if not isinstance(found, LadderPreview) or found.members != members:
        raise AssertionError(name)
    detail: dict[str, float | int | str] = {"members": members, "moved": found.up + found.down}
    return Figure(name, seconds * MEMBERS / members, limit, "s", beside="a million members", detail=detail)
