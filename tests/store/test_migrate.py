"""A database comes to the schema that the program knows, once, whoever starts and however often."""

import threading
import time
from pathlib import Path

import psycopg
import pytest

from kopilka.store.migrate import FOLDER, MigrationError, migrate, read_migrations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001.shop.sql").write_text(
        "CREATE TABLE shop (id int); SELECT pg_sleep(0.1);", encoding="utf-8"
    )
    (tmp_path / "0002.till.sql").write_text("CREATE TABLE till (id int);", encoding="utf-8")
    return tmp_path


def test_files_run_once_in_the_order_of_their_names(empty_database: str, folder: Path) -> None:
    assert migrate(empty_database, folder) == ["0001.shop", "0002.till"]
    assert migrate(empty_database, folder) == []


def test_two_starts_at_once_apply_each_file_once(empty_database: str, folder: Path) -> None:
    applied: list[str] = []
    starts = [
        threading.Thread(target=lambda: applied.extend(migrate(empty_database, folder))) for _ in range(4)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert sorted(applied) == ["0001.shop", "0002.till"]


def test_a_failed_file_is_undone_and_named(empty_database: str, folder: Path) -> None:
    (folder / "0003.bad.sql").write_text("CREATE TABLE half (id int); SELECT 1 / 0;", encoding="utf-8")
    with pytest.raises(MigrationError, match=r"0003\.bad failed and was undone: division by zero"):
        migrate(empty_database, folder)

    with psycopg.connect(empty_database) as connection:
        row = connection.execute("SELECT to_regclass('half'), to_regclass('till') IS NOT NULL").fetchone()
    assert row == (None, True)


def test_a_file_changed_after_it_was_applied_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, folder)
    (folder / "0002.till.sql").write_text("CREATE TABLE till (id bigint);", encoding="utf-8")

    with pytest.raises(MigrationError, match=r"Changed after it was applied: 0002\.till"):
        migrate(empty_database, folder)


def test_a_database_newer_than_the_program_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, folder)
    (folder / "0002.till.sql").unlink()

    with pytest.raises(MigrationError, match=r"newer than this program: it has 0002\.till"):
        migrate(empty_database, folder)


def test_nothing_to_do_costs_nearly_nothing(database: str) -> None:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        migrate(database)
        times.append(time.perf_counter() - started)

    assert min(times) < 0.05


def test_names_of_migrations_tell_their_order() -> None:
    names = [migration.name for migration in read_migrations(FOLDER)]

    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
