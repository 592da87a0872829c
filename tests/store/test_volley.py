"""Statements in one volley: answers in their order, one that fails stops the rest, nothing is left half done."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from world import World

from kopilka.store.connect import Connection, Packed, connect
from kopilka.store.volley import Volley, now


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database) as made:
        made.execute("CREATE TEMP TABLE thing (id int PRIMARY KEY, name text)")
        yield made


def test_answers_come_in_order_with_the_drivers_types(connection: Connection) -> None:
    volley = Volley(connection)
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    wrote = volley.ask("INSERT INTO thing SELECT g, 'n' || g FROM generate_series(1, %s) g", (3,))
    read = volley.ask(
        "SELECT id, name FROM thing WHERE id = ANY(%(ids)s) AND id <> %(not)s", {"ids": [1, 2], "not": 2}
    )
    typed = volley.ask(
        "SELECT %(at)s::timestamptz, %(day)s::date, %(none)s::text, %(at)s::timestamptz, 7 %% 4, '{\"a\": 1}'::json",
        {"at": at, "day": date(2026, 3, 1), "none": None},
    )
    nothing = volley.ask("SELECT 1 WHERE false")
    rows = volley.ask("SELECT * FROM json_to_recordset(%s) AS x(a int)", (Packed(b'[{"a": 1}, {"a": 2}]'),))
    volley.fire()

    assert 3 == wrote.count
    assert ([(1, "n1")], 1) == (read.rows, read.count)
    assert [(at, date(2026, 3, 1), None, at, 3, b'{"a": 1}')] == typed.rows
    assert ([], 0) == (nothing.rows, nothing.count)
    assert [(1,), (2,)] == rows.rows


def test_an_empty_volley_asks_nothing(connection: Connection) -> None:
    Volley(connection).fire()

    assert (1,) == connection.execute("SELECT 1").fetchone()


def test_one_that_fails_stops_the_rest_and_the_next_volley_works(connection: Connection) -> None:
    for _ in range(2):
        volley = Volley(connection)
        volley.ask("INSERT INTO thing VALUES (%s, 'a')", (1,))
        volley.ask("INSERT INTO thing VALUES (%s, 'b')", (1,))
        after = volley.ask("SELECT name FROM thing WHERE id = %s", (1,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            volley.fire()
        assert [] == after.rows
        assert (0,) == connection.execute("SELECT count(*) FROM thing").fetchone()
    volley = Volley(connection)
    volley.ask("INSERT INTO thing VALUES (%s, 'a')", (1,))
    after = volley.ask("SELECT name FROM thing WHERE id = %s", (1,))
    volley.fire()
    assert [("a",)] == after.rows


def test_a_value_that_cannot_be_written_sends_nothing(connection: Connection) -> None:
    volley = Volley(connection)
    volley.ask("INSERT INTO thing VALUES (%s, 'a')", (1,))
    with pytest.raises(psycopg.DataError):
        volley.ask("INSERT INTO thing VALUES (2, %s)", ("\0",))

    assert (0,) == connection.execute("SELECT count(*) FROM thing").fetchone()


def test_more_than_the_network_holds_goes_through(connection: Connection) -> None:
    volley, long = Volley(connection), "я" * 1_000_000
    answers = [volley.ask("SELECT %s::text", (long,)) for _ in range(12)]
    volley.fire()

    assert all([(long,)] == answer.rows for answer in answers)


def test_a_transaction_goes_on_over_volleys_and_is_undone(connection: Connection) -> None:
    volley = Volley(connection)
    volley.ask("BEGIN")
    volley.ask("INSERT INTO thing VALUES (1, 'a')")
    volley.fire()
    inside = Volley(connection)
    seen = inside.ask("SELECT count(*) FROM thing")
    inside.fire()
    connection.execute("ROLLBACK")

    assert [(1,)] == seen.rows
    assert (0,) == connection.execute("SELECT count(*) FROM thing").fetchone()


def test_a_server_that_goes_away_is_an_error_of_the_connection(database: str, connection: Connection) -> None:
    pid = connection.info.backend_pid
    volley = Volley(connection)
    volley.ask("SELECT pg_sleep(20)")

    def kill() -> None:
        with psycopg.connect(database, autocommit=True) as other:
            while not other.execute("SELECT pg_terminate_backend(%s)", (pid,)).fetchone():
                pass

    killer = threading.Timer(0.2, kill)
    killer.start()
    with pytest.raises(psycopg.OperationalError):
        volley.fire()
    killer.join()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_statements_that_somebody_let_go_of_are_prepared_again(connection: Connection) -> None:
    assert [(1,)] == now(connection, "SELECT %s::int", (1,))
    connection.execute("DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        now(connection, "SELECT %s::int", (1,))

    assert [(1,)] == now(connection, "SELECT %s::int", (1,))


def test_a_batch_goes_on_over_a_connection_whose_statements_are_gone(world: World) -> None:
    who = world.enrol()
    world.close(who, 10000)
    with world.pool.connection() as lent:
        lent.execute("DEALLOCATE ALL")

    assert world.close(who, 10000).sale is not None
