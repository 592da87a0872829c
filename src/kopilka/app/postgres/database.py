"""Which database the system works with: the one it is pointed to, else the one that it brings along."""

import fcntl
import os
import time
from pathlib import Path
from typing import Protocol

from kopilka.app.postgres import cluster
from kopilka.app.postgres.errors import AlreadyRunning, CannotRun
from kopilka.app.postgres.server import POLL_SECONDS, READY_LINE, EmbeddedPostgres, pid_lines

PORT_LINE, SOCKET_LINE = 3, 4  # of postmaster.pid
JOIN_SECONDS = 60
TRIES = 3


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


class SharedPostgres:
    """Our own server for a short command: the one that a living Kopilka keeps over the folder, else one started now.

    A joined server is not ours to stop; when its keeper ends, our connections end with it.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._own: EmbeddedPostgres | None = None

    def start(self) -> str:
        """Return how to connect; a Kopilka that is still starting is waited for."""
        for _ in range(TRIES):
            joined = join(self.data)
            if joined is not None:
                return joined
            try:
                own = EmbeddedPostgres(self.data)
                conninfo = own.start()
            except AlreadyRunning:
                continue  # somebody was quicker: join them
            self._own = own
            return conninfo
        raise AlreadyRunning(f"Another Kopilka keeps starting and stopping over {self.data}. Try again.")

    def stop(self) -> None:
        if self._own is not None:
            self._own.stop()
            self._own = None


def find_database(url: str | None, data: Path, *, shared: bool = False) -> Database:
    """The server named by `DATABASE_URL`; without one, our own over `data`, with the newest programs found.

    `shared` is for short commands, which use a server that runs already; a server that is to be kept alone refuses.
    """
    if url:
        return GivenDatabase(url)
    return SharedPostgres(data / "postgres") if shared else EmbeddedPostgres(data / "postgres")


def join(data: Path) -> str | None:
    """How to connect to the server that a living Kopilka keeps over this folder; None where nobody does."""
    deadline = time.monotonic() + JOIN_SECONDS
    while is_locked(data):
        lines = pid_lines(data / "cluster")
        if len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready" and (data / "made").exists():
            socket, port = lines[SOCKET_LINE].strip(), lines[PORT_LINE].strip()
            return f"host={socket} port={port} user={cluster.USER} dbname={cluster.DATABASE}"
        if time.monotonic() > deadline:
            raise CannotRun(
                f"Another Kopilka uses {data}, but its server is not ready after {JOIN_SECONDS} s."
            )
        time.sleep(POLL_SECONDS)
    return None


def is_locked(data: Path) -> bool:
    """Whether a living process holds the folder's lock."""
    try:
        file = os.open(data / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
