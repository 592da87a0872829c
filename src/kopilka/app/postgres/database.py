"""Which database the system works with: the one it is pointed to, else the one that it brings along."""

from pathlib import Path
from typing import Protocol

from kopilka.app.postgres.server import EmbeddedPostgres


class Database(Protocol):
    """Where the data is. `start` returns a libpq connection string, and is called before anything connects."""

    def start(self) -> str: ...

    def stop(self) -> None: ...


class GivenDatabase:
    """A server that somebody else keeps: nothing to start, nothing to stop."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo

    def start(self) -> str:
        return self.conninfo

    def stop(self) -> None:
        pass


def find_database(url: str | None, data: Path) -> Database:
    """The server named by `DATABASE_URL`; without one, our own over `data`, with the newest programs found."""
    return GivenDatabase(url) if url else EmbeddedPostgres(data / "postgres")
