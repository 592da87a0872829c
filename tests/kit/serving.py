"""A served Kopilka as processes of their own over a test's database, which may be killed all at once."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from tests.kit.crashes import call, descendants


class Processes:
    """`kopilka serve` with its workers. After a kill a minute passes at once: what had been lent to them is free."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        self._conninfo, self._folder = conninfo, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._parent: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to serve; ready when calls are answered."""
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "kopilka.app.main", "--data", str(self._folder), "serve", "--port", str(self.port)],
            env={**os.environ, "DATABASE_URL": self._conninfo}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while call(self.port, "GET", "/ready", "")[0] != 200:
            assert time.monotonic() < deadline, "the server did not come up within a minute"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL for every process at once, and wait until the database has let them go."""
        assert self._parent is not None
        for pid in (self._parent.pid, *descendants(self._parent.pid)):
            os.kill(pid, signal.SIGKILL)
        self._parent.wait()
        self._parent = None
        with psycopg.connect(self._conninfo, autocommit=True, application_name="the test") as connection:
            others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'kopilka%'"
            deadline = time.monotonic() + 30
            while connection.execute(others).fetchone() is not None:
                assert time.monotonic() < deadline, "the database keeps connections of the dead"
                time.sleep(0.01)
            connection.execute("UPDATE delivery_lane SET leased_until = leased_until - interval '1 minute'")
            connection.execute(
                "UPDATE personal.inbox SET due_at = due_at - interval '1 minute' WHERE done_at IS NULL"
            )

    def stop(self) -> None:
        """An orderly end, where it is running."""
        if self._parent is not None:
            self._parent.terminate()
            self._parent.wait(30)
            self._parent = None
