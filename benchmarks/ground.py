"""What benchmarks stand on: a PostgreSQL of their own with fsync on, a migrated database, shops and members."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from kopilka.app.compose import House
from kopilka.app.postgres import find_database
from kopilka.app.replays import install
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Shop
from kopilka.store.migrate import migrate
from kopilka.usecases.commands import Adjust, Enrol, Identifier, Ref

PROGRAMMES = Path(__file__).parent / "programmes"
URL = ""


@contextmanager
def server(url: str | None = None) -> Iterator[str]:
    """A PostgreSQL server, ours unless a URL names another; gives a connection string."""
    with tempfile.TemporaryDirectory(prefix="kopilka-bench-") as folder:
        database = find_database(url, Path(folder))
        conninfo = database.start()
        try:
            yield conninfo
        finally:
            database.stop()


@contextmanager
def fresh(conninfo: str) -> Iterator[str]:
    """A migrated database that is dropped afterwards."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    ours = make_conninfo(conninfo, dbname=name)
    migrate(ours)
    try:
        yield ours
    finally:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def programme_text(name: str) -> str:
    """A programme document of the benchmarks."""
    return (PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8")


def settle(conninfo: str, name: str, members: int, points: int) -> Programme:
    """Publish a programme, add a shop "bench", enrol members with card numbers `c0`, `c1`, … and points each."""
    programme = install(conninfo, programme_text(name))
    house = House(conninfo)
    now = datetime.now(UTC)
    house.reference.put_shops([Shop("bench", programme.zone, programme.programme, (), "Benchmark")], now)
    desk = house.desk()
    kind = next(iter(programme.points))
    for start in range(0, members, 2000):
        numbers = range(start, min(start + 2000, members))
        desk.run(
            [
                Enrol((Identifier("card", f"c{n}"),), programme.programme, client="b", key=f"e{n}")
                for n in numbers
            ]
        )
        if points:
            desk.run([Adjust(Ref("card", f"c{n}"), kind, points, "start", "b", f"a{n}") for n in numbers])
    house.close()
    return programme
