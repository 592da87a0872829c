"""Every statement is understood by the migrated schema, and every table and column says what it is."""

import re

import psycopg

from kopilka.store.queries import FOLDER, queries

ROOMS = sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem != "migrate")
STATEMENTS = [(room, name) for room in ROOMS for name in queries(room)]


def numbered(statement: str) -> str:
    """Psycopg's placeholders as PostgreSQL counts them."""
    names: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        key = found[1] or f"#{len(names)}"
        return f"${names.setdefault(key, len(names) + 1)}"

    return re.sub(r"%%|%(?:\((\w+)\))?s", place, statement)


def test_every_statement_is_prepared_against_the_schema(database: str) -> None:
    wrong = []
    with psycopg.connect(database, autocommit=True) as connection:
        for room, name in STATEMENTS:
            text = numbered(queries(room)[name]).strip().rstrip(";")
            try:
                connection.execute(f"PREPARE {room}_{name} AS {text}".encode())
            except psycopg.Error as error:
                wrong.append(f"{room}.{name}: {error}")

    assert [] == wrong


def test_every_statement_opens_with_a_line_that_says_what_it_is_for() -> None:
    mute = [f"{room}.{name}" for room, name in STATEMENTS if not queries(room)[name].startswith("-- ")]

    assert [] == mute


def test_every_table_and_column_has_a_comment(database: str) -> None:
    with psycopg.connect(database) as connection:
        mute = connection.execute(
            "SELECT c.oid::regclass::text || coalesce('.' || a.attname, '') FROM pg_class c"
            " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace::regnamespace::text IN ('public', 'personal')"
            " AND c.relname NOT LIKE 'procrastinate%%'"
            " AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)"
        ).fetchall()

    assert [] == mute


def test_tables_of_wallets_are_keyed_by_bucket_and_holder_first(database: str) -> None:
    with psycopg.connect(database) as connection:
        keys = connection.execute(
            "SELECT c.relname, (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::int[]) WITH ORDINALITY"
            " k(attnum, n) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)"
            " FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
            " WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'holder_id')"
            " AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'claim'"
        ).fetchall()

    assert [] == [name for name, key in keys if key[:2] != ["bucket", "holder_id"]]


def test_no_trigger_and_no_foreign_key_hides_a_rule(database: str) -> None:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND connamespace::regnamespace::text IN ('public', 'personal')"
        ).fetchall()

    assert [] == [name for (name,) in found if not name.startswith("procrastinate")]
