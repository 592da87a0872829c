"""Every statement is understood by the migrated schema, and every table and column says what it is."""

import re
import secrets

import psycopg
import pytest
from world import opened

from kopilka.store.migrate import migrate
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
            prepared = f"PREPARE {room}_{name} AS {text}"
            if re.search(r"^(LOCK TABLE|ANALYZE) ", text, re.MULTILINE):  # has no plan to prepare
                prepared = f"BEGIN; {text}; ROLLBACK"
            try:
                connection.execute(prepared.encode())
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
            " AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('claim', 'coupon_code')"
        ).fetchall()

    assert [] == [name for name, key in keys if key[:2] != ["bucket", "holder_id"]]


def test_no_trigger_and_no_foreign_key_hides_a_rule(database: str) -> None:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND connamespace::regnamespace::text IN ('public', 'personal')"
        ).fetchall()

    assert [] == [name for (name,) in found if not name.startswith("procrastinate")]


def test_what_has_happened_cannot_be_changed_even_by_the_owner(postgres: dict[str, str]) -> None:
    role = f"kopilka_owner_{secrets.token_hex(4)}"
    with psycopg.connect(postgres["conninfo"], autocommit=True) as server:
        server.execute(f"CREATE ROLE {role} LOGIN".encode())
        server.execute(f"CREATE DATABASE {role} OWNER {role} TEMPLATE template0".encode())
        try:
            conninfo = psycopg.conninfo.make_conninfo(postgres["conninfo"], dbname=role, user=role)
            migrate(conninfo)
            with psycopg.connect(conninfo, autocommit=True) as own:
                for wrong in ("DELETE FROM posting", "UPDATE lot_draw SET units = 1", "TRUNCATE budget_draw"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        own.execute(wrong.encode())
        finally:
            server.execute(f"DROP DATABASE {role} WITH (FORCE)".encode())
            server.execute(f"DROP ROLE {role}".encode())


def test_the_desk_works_without_the_right_to_change_what_has_happened(postgres: dict[str, str]) -> None:
    role = f"kopilka_desk_{secrets.token_hex(4)}"
    with psycopg.connect(postgres["conninfo"], autocommit=True) as server:
        server.execute(f"CREATE ROLE {role} LOGIN".encode())
        server.execute(f"CREATE DATABASE {role} OWNER {role} TEMPLATE template0".encode())
        try:
            conninfo = psycopg.conninfo.make_conninfo(postgres["conninfo"], dbname=role, user=role)
            migrate(conninfo)
            with opened(conninfo) as world:
                who = world.enrol()
                world.give(who, 100)
                world.hold(who, 10000, id_="r", spend=60)
                world.close(who, 10000, id_="r", spend=60)
                world.back("r")
                assert 100 == world.balance(who).free
        finally:
            server.execute(f"DROP DATABASE {role} WITH (FORCE)".encode())
            server.execute(f"DROP ROLE {role}".encode())
