"""Brings a database to the schema that this program knows: plain SQL files, in the order of their names.

Each file runs once, in a transaction of its own, together with the note that it ran. There is no way down: a mistake
is mended by the next file.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

import psycopg

HERE = Path(__file__).parent
FOLDER = HERE / "migrations"


class MigrationError(Exception):
    """The database and this program do not fit together."""


@dataclass(frozen=True)
class Migration:
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrate(conninfo: str, folder: Path = FOLDER) -> list[str]:
    """Return the names of the migrations applied now, in order. Safe when several processes start at once.

    Refuses, before anything is changed, a database that has been through migrations unknown to this program, and one
    that has been through another text of a known migration.
    """
    known = read_migrations(folder)
    statements = read_statements()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if not pending(connection, statements, known):
            return []
        connection.execute(statements["lock"])
        connection.execute(statements["create"])
        todo = pending(connection, statements, known)
        for migration in todo:
            apply(connection, migration, statements["note"])
    return [migration.name for migration in todo]


def is_migrated(conninfo: str, folder: Path = FOLDER) -> bool:
    """Whether the database answers and has been through every migration of this program."""
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=2) as connection:
            return not pending(connection, read_statements(), read_migrations(folder))
    except (psycopg.OperationalError, MigrationError):
        return False


def pending(
    connection: psycopg.Connection, statements: dict[str, LiteralString], known: list[Migration]
) -> list[Migration]:
    row = connection.execute(statements["exists"]).fetchone()
    if row is None or not row[0]:
        return known
    applied: dict[str, str] = dict(connection.execute(statements["list"]).fetchall())
    refuse_strangers(known, applied)
    return [migration for migration in known if migration.name not in applied]


def refuse_strangers(known: list[Migration], applied: dict[str, str]) -> None:
    newer = sorted(applied.keys() - {migration.name for migration in known})
    if newer:
        raise MigrationError(
            f"The database is newer than this program: it has {', '.join(newer)}. Update Kopilka."
        )
    changed = [each.name for each in known if applied.get(each.name, each.digest) != each.digest]
    if changed:
        raise MigrationError(
            f"Changed after it was applied: {', '.join(changed)}. Write a new migration instead."
        )


def apply(connection: psycopg.Connection, migration: Migration, note: LiteralString) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text.encode())
            connection.execute(note, (migration.name, migration.digest))
    except psycopg.Error as failure:
        raise MigrationError(f"Migration {migration.name} failed and was undone: {failure}") from failure


def read_migrations(folder: Path) -> list[Migration]:
    files = sorted(folder.glob("*.sql"), key=lambda file: file.name)
    return [Migration(name=file.stem, text=file.read_text(encoding="utf-8")) for file in files]


def read_statements() -> dict[str, LiteralString]:
    text = (HERE / "sql" / "migrate.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], cast("list[LiteralString]", parts[1::2]), strict=True))
