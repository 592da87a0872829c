"""A night's work for a million members: every one has a lot to expire and a level to lose."""

import time
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.ground import fresh, programme_text
from benchmarks.measure import Figure
from kopilka.app.compose import House
from kopilka.app.replays import install
from kopilka.core.rules.registry import REGISTRY
from kopilka.store.nightly import PostgresNight
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.nightly import expire_due, move_levels

MEMBERS = 1_000_000

FILL = """
INSERT INTO holder SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'person', %(then)s FROM generate_series(1, %(members)s) n;
INSERT INTO wallet SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'bonus', 100, 0, 1, sha256('x')
    FROM generate_series(1, %(members)s) n;
INSERT INTO lot SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'bonus', 1, 100, 100, 0, true, %(then)s, %(due)s,
    %(then)s, '', 'issuance:cashback' FROM generate_series(1, %(members)s) n;
INSERT INTO standing SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'twenty', %(then)s, 'silver', %(then)s, 4000000, 9, 0
    FROM generate_series(1, %(members)s) n;
INSERT INTO activity SELECT n %% 256, 'hdr_' || lpad(n::text, 26, '0'), 'twenty', %(then)s::date, 4000000, 9, 0
    FROM generate_series(1, %(members)s) n;
ANALYZE
"""
PEER = "UPDATE wallet SET balance = balance + 1"


def run(conninfo: str) -> list[Figure]:
    """Expiry and level moves, each beside one set-based UPDATE of a million rows."""
    now = datetime.now(UTC)
    with fresh(conninfo) as database:
        install(database, programme_text("twenty"))
        fill(database, now)
        house = House(database)
        night = PostgresNight(house.pool)
        began = time.perf_counter()
        lots, _ = expire_due(night, now, 1)
        expiry = time.perf_counter() - began
        began = time.perf_counter()
        moved, _ = move_levels(night, Catalogue(house.reference, REGISTRY), now, 1)
        levels = time.perf_counter() - began
        with psycopg.connect(database, autocommit=True) as connection:
            began = time.perf_counter()
            connection.execute(PEER)
            peer = time.perf_counter() - began
        house.close()
    if (lots, moved) != (MEMBERS, MEMBERS):
        message = f"{lots} lots expired, {moved} levels moved of {MEMBERS}"
        raise AssertionError(message)
    beside = "one UPDATE of a million rows"
    detail: dict[str, float | int | str] = {"peer_seconds": peer}
    return [
        Figure(
            "expiry_million", expiry, 60, "s", beside=beside, detail={**detail, "times_peer": expiry / peer}
        ),
        Figure(
            "level_moves_million",
            levels,
            60,
            "s",
            beside=beside,
            detail={**detail, "times_peer": levels / peer},
        ),
    ]


def fill(database: str, now: datetime) -> None:
    """A million members with one lot due now and purchases older than the level's window."""
    then = now - timedelta(days=500)
    parameters = {"members": MEMBERS, "then": then, "due": now - timedelta(days=1)}
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in FILL.split(";"):
            connection.execute(statement.encode(), parameters)
