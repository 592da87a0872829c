"""Fixtures for every floor: a real PostgreSQL, one per run, and a fresh database per test.

The server is embedded and unsafe with data, in a folder of its own. KOPILKA_TEST_POSTGRES=15 takes the system's 15
instead; KOPILKA_TEST_POSTGRES=postgresql://… a server whose databases may come and go.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from world import PLAIN, RICH, World, opened

from kopilka.app.postgres import EmbeddedPostgres, GivenDatabase, find_binaries
from kopilka.store.migrate import migrate

CHOICE = os.environ.get("KOPILKA_TEST_POSTGRES", "")
os.environ.setdefault("KOPILKA_SECRET_KEY", "a key of tests alone, which seals nothing real")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, one for each of two workers, so that none runs alone at the end."""
    long = sorted(
        (item for item in items if "test_golden_replays" in item.nodeid), key=lambda item: item.nodeid
    )
    rest = [item for item in items if "test_golden_replays" not in item.nodeid]
    middle = len(rest) // 2
    items[:] = [*long[::2], *rest[:middle], *long[1::2], *rest[middle:]]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """How to reach the run's one server and which database is its migrated template.

    Whichever worker asks first starts the server; all who use it hold a shared lock on `users`, and the starter stops
    it when it can have that lock alone.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with ExitStack() as ours:
        users = ours.enter_context((shared / "postgres.users").open("a"))
        with locked(shared / "postgres.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            known = shared / "postgres.json"
            if not known.exists():
                known.write_text(json.dumps(start_server(shared / "postgres", ours)), encoding="utf-8")
                ours.callback(known.unlink)
                ours.callback(fcntl.flock, users, fcntl.LOCK_EX)
        yield json.loads(known.read_text(encoding="utf-8"))


def start_server(data: Path, ours: ExitStack) -> dict[str, str]:
    server: EmbeddedPostgres | GivenDatabase
    if "://" in CHOICE:
        server = GivenDatabase(CHOICE)
    else:
        binaries = find_binaries(version=int(CHOICE) if CHOICE else None)
        server = EmbeddedPostgres(data, unsafe=True, binaries=binaries)
        ours.callback(shutil.rmtree, data, ignore_errors=True)
    conninfo = server.start()
    ours.callback(server.stop)
    template = f"kopilka_template_{secrets.token_hex(4)}"
    run(conninfo, f"CREATE DATABASE {template}")
    ours.callback(run, conninfo, f"DROP DATABASE {template}")
    migrate(make_conninfo(conninfo, dbname=template))
    return {"conninfo": conninfo, "template": template}


@pytest.fixture
def database(postgres: dict[str, str]) -> Iterator[str]:
    """How to connect to a migrated database of this test alone."""
    with fresh_database(postgres["conninfo"], postgres["template"]) as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def shared_database(postgres: dict[str, str]) -> Iterator[str]:
    """A migrated database for a whole module: for tests that keep out of each other's way by their ids."""
    with fresh_database(postgres["conninfo"], postgres["template"]) as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def served_database(postgres: dict[str, str]) -> Iterator[str]:
    """Another one."""
    with fresh_database(postgres["conninfo"], postgres["template"]) as conninfo:
        yield conninfo


@pytest.fixture
def world(database: str) -> Iterator[World]:
    """A shop with a plain programme: 10 % back in points that pay whole receipts and live ten days."""
    with opened(database, PLAIN) as world:
        yield world


@pytest.fixture
def rich_world(database: str) -> Iterator[World]:
    """A shop with levels, two kinds of points, pending days, a budget and a cap per member."""
    with opened(database, RICH) as world:
        yield world


@pytest.fixture
def empty_database(postgres: dict[str, str]) -> Iterator[str]:
    """How to connect to a database that has never been migrated."""
    with fresh_database(postgres["conninfo"], "template0") as conninfo:
        yield conninfo


@contextmanager
def fresh_database(conninfo: str, template: str) -> Iterator[str]:
    name = f"kopilka_test_{secrets.token_hex(6)}"
    run(conninfo, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield make_conninfo(conninfo, dbname=name)
    finally:
        run(conninfo, f"DROP DATABASE {name} WITH (FORCE)")


def run(conninfo: str, statement: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
