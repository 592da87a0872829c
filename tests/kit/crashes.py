"""A served Kopilka over a folder of its own, that can be killed in every way, and tills that never give up."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psycopg

from kopilka.app.compose import House
from kopilka.app.postgres import find_database
from kopilka.core.receipt import Shop
from kopilka.store.migrate import migrate
from kopilka.usecases.commands import Adjust, Enrol, Identifier, Ref

PROGRAMME = """
programme: crash
title: {en: Crash, ru: Авария}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00}
rules:
  - {id: cashback, earn: 5}
spend: {up_to: 50%}
"""
MEMBERS = 12
POINTS = 100_000


class Served:
    """The server as a process of its own, with its PostgreSQL and workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = ""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    def furnish(self) -> None:
        """A programme, a shop, members with points and an API key."""
        with self.database() as conninfo:
            house = House(conninfo)
            now = datetime.now(UTC)
            house.reference.add_version(
                "crash", expected=1, valid_from=now, text=PROGRAMME, sha256=b"", at=now, by="test"
            )
            house.reference.put_shops([Shop("s", "Europe/Moscow", "crash")], now)
            desk = house.desk()
            numbers = range(MEMBERS)
            desk.run(
                [Enrol((Identifier("card", f"c{n}"),), "crash", client="t", key=f"e{n}") for n in numbers]
            )
            desk.run([Adjust(Ref("card", f"c{n}"), "bonus", POINTS, "start", "t", f"a{n}") for n in numbers])
            made = house.keys.create("tills", ("admin",))
            assert isinstance(made, tuple)
            self.secret = made[1]
            house.close()

    def database(self) -> "Opened":
        """The database of the folder while nobody serves it."""
        return Opened(self.folder)

    def start(self) -> None:
        """Begin to serve; ready when tills get answers."""
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kopilka.app.main", "--data", str(self.folder), "serve", "--port", str(self.port)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self.ready():
            assert time.monotonic() < deadline, "the server did not come up within a minute"
            time.sleep(0.05)

    def ready(self) -> bool:
        """Whether the database behind the server answers."""
        return call(self.port, "GET", "/ready", self.secret)[0] == 200

    def stop(self) -> None:
        """An orderly end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def kill_server(self) -> None:
        """Kill the parent at once; what it left behind must not be in the way of the next start."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.start()

    def kill_worker(self) -> None:
        """Kill one of the processes that answer."""
        assert self.process is not None
        nurseries = children(self.process.pid, "kopilka.app.nursery")
        workers = [pid for nursery in nurseries for pid in children(nursery, "kopilka.app.nursery")]
        assert workers, "no worker found"
        os.kill(workers[0], signal.SIGKILL)

    def kill_database(self) -> None:
        """Kill every PostgreSQL process at once."""
        pids = [pid for pid in processes() if str(self.folder) in command(pid) and "postgres" in command(pid)]
        backends = [pid for root in pids for pid in descendants(root)]
        postgres = [
            pid
            for pid in {*pids, *backends}
            if "postgres" in command(pid) and "kopilka" not in command(pid)[:40]
        ]
        assert postgres, "no PostgreSQL process found"
        for pid in postgres:
            if pid != os.getpid() and "kopilka.app" not in command(pid):
                signal_quietly(pid)


class Opened:
    """A context over the database of a folder."""

    def __init__(self, folder: Path) -> None:
        self._database = find_database(None, folder)

    def __enter__(self) -> str:
        conninfo = self._database.start()
        migrate(conninfo)
        return conninfo

    def __exit__(self, *_: object) -> None:
        self._database.stop()


class Tills:
    """Tills that close receipts one after another and repeat each until it is acknowledged."""

    def __init__(self, served: Served, count: int) -> None:
        self.acknowledged: dict[str, dict[str, object]] = {}
        self.repeats = 0
        self._served = served
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive(), "a till never got its answer"

    def _work(self, till: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            id_ = f"t{till}-{number}"
            body = {
                "shop": "s", "at": datetime.now(UTC).isoformat(), "currency": "RUB",
                "member": {"card": f"c{(till * 7 + number) % MEMBERS}"}, "spend": {"points": "3"},
                "lines": [{"id": "1", "sku": "a", "sum": "100.00"}, {"id": "2", "sku": "b", "sum": "57.90"}],
            }  # fmt: skip
            while True:
                status, answer = call(
                    self._served.port, "POST", f"/v1/receipts/{id_}/close", self._served.secret, body
                )
                if status == 200:
                    self.acknowledged[id_] = answer
                    break
                assert status in {0, 500, 503}, (status, answer)
                self.repeats += 1
                time.sleep(0.05)


def call(
    port: int, method: str, path: str, secret: str, body: object = None
) -> tuple[int, dict[str, object]]:
    """Status and answer; status 0 where nobody answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        data = None if body is None else json.dumps(body)
        head = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        connection.request(method, path, data, head)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.startswith(b"{") else {}
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


def processes() -> list[int]:
    """All process ids."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def command(pid: int) -> str:
    """The command line of a process, or nothing where it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def parent(pid: int) -> int:
    """The parent of a process, 0 where it has gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def children(pid: int, named: str) -> list[int]:
    """Children of a process whose command line says so."""
    return [child for child in processes() if parent(child) == pid and named in command(child)]


def descendants(pid: int) -> list[int]:
    """Children, and theirs."""
    direct = [child for child in processes() if parent(child) == pid]
    return direct + [below for child in direct for below in descendants(child)]


def signal_quietly(pid: int) -> None:
    """Kill, unless it has gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def sums(conninfo: str) -> tuple[int, int, int]:
    """Receipts closed, and units earned and spent on receipts."""
    with psycopg.connect(conninfo) as connection:
        receipts = connection.execute("SELECT count(*) FROM receipt WHERE state = 'closed'").fetchone()
        units = connection.execute(
            "SELECT coalesce(sum(units) FILTER (WHERE debit LIKE 'issuance:%'), 0)::bigint,"
            " coalesce(sum(units) FILTER (WHERE credit LIKE 'spending:%'), 0)::bigint FROM posting WHERE verb = 'close'"
        ).fetchone()
    assert receipts is not None
    assert units is not None
    return receipts[0], units[0], units[1]
