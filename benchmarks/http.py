"""Purchases and quotes over HTTP with server, database and load on the same cores, beside their floors."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg

from benchmarks.ground import fresh, settle
from benchmarks.load import Plan, Result
from benchmarks.measure import Figure
from kopilka.app.audits import run as audit
from kopilka.app.compose import House

HERE = Path(__file__).parent
MEMBERS, POINTS = 5_000, 1_000_000
SECONDS = 10.0
CALM = 0.7


def run(conninfo: str) -> list[Figure]:
    """Floor, purchases, quotes, 200 parallel spends of one member; then the ledger must be clean."""
    with fresh(conninfo) as database:
        floor = floor_rate(database)
    with fresh(conninfo) as database:
        settle(database, "twenty", MEMBERS, POINTS)
        peer = bare_rate(database)
        secret = make_key(database)
        with serving(database) as port:
            figures = [*purchases(port, secret, floor), *quotes(port, secret, peer), spends(port, secret)]
        house = House(database)
        found = [row for row in audit(house, rebuild=False, progress=lambda _: None).findings if row.broken]
        house.close()
        if found:
            message = f"the ledger is not clean after the load: {found[:3]}"
            raise AssertionError(message)
    return figures


def purchases(port: int, secret: str, floor: float) -> list[Figure]:
    """Closed loop at 32 connections, then open loop at 70 % of it."""
    loaded(Plan(port, "close", secret, seconds=3, members=MEMBERS, prefix="warm"))
    full = loaded(Plan(port, "close", secret, seconds=SECONDS, members=MEMBERS, prefix="full"))
    calm = loaded(
        Plan(
            port,
            "close",
            secret,
            seconds=SECONDS,
            rate=full.rate * CALM,
            members=MEMBERS,
            prefix="calm",
            seed=2,
        )
    )
    detail: dict[str, float | int | str] = {
        "per_second": full.rate, "floor_per_second": floor, "errors": full.errors + calm.errors, "p50_ms": calm.p50_ms,
    }  # fmt: skip
    return [
        Figure(
            "purchase_of_floor",
            full.rate / floor,
            0.25,
            "×",
            "more",
            beside="pgbench, same rows",
            detail=detail,
        ),
        Figure(
            "purchase_p99", calm.p99_ms, 25, "ms", detail={"rate": full.rate * CALM, "max_ms": calm.max_ms}
        ),
    ]


def quotes(port: int, secret: str, peer: float) -> list[Figure]:
    """The same for quotes, beside a bare framework's primary-key read."""
    loaded(Plan(port, "quote", secret, seconds=2, members=MEMBERS))
    full = loaded(Plan(port, "quote", secret, seconds=SECONDS, members=MEMBERS))
    calm = loaded(
        Plan(port, "quote", secret, seconds=SECONDS, rate=full.rate * CALM, members=MEMBERS, seed=2)
    )
    detail: dict[str, float | int | str] = {
        "per_second": full.rate, "peer_per_second": peer, "errors": full.errors + calm.errors, "p50_ms": calm.p50_ms,
    }  # fmt: skip
    return [
        Figure(
            "quote_of_bare_read",
            full.rate / peer,
            0.5,
            "×",
            "more",
            beside="Litestar, one key read",
            detail=detail,
        ),
        Figure("quote_p99", calm.p99_ms, 15, "ms", detail={"rate": full.rate * CALM, "max_ms": calm.max_ms}),
    ]


def spends(port: int, secret: str) -> Figure:
    """200 connections, each spending one point of the same member again and again."""
    full = loaded(Plan(port, "spend", secret, connections=200, seconds=5, prefix="spend"))
    detail: dict[str, float | int | str] = {"errors": full.errors, "p99_ms": full.p99_ms}
    if full.errors:
        message = f"parallel spends failed: {full.statuses}"
        raise AssertionError(message)
    return Figure("parallel_spends_http", full.rate, 300, "/s", "more", detail=detail)


def loaded(plan: Plan) -> Result:
    """Run a plan in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.load", msgspec.json.encode(plan).decode()]
    done = subprocess.run(command, capture_output=True, check=True, cwd=HERE.parent)
    return msgspec.json.decode(done.stdout, type=Result)


def make_key(database: str) -> str:
    """An API key that may everything."""
    house = House(database)
    made = house.keys.create("benchmark", ("admin",))
    house.close()
    return str(made[1])


@contextmanager
def serving(database: str) -> Iterator[int]:
    """Our server with two workers."""
    port = free_port()
    command = [sys.executable, "-m", "kopilka.app.main", "serve", "--port", str(port)]
    with process(command, {"DATABASE_URL": database}, port, "/ready"):
        yield port


def bare_rate(database: str) -> float:
    """Requests per second of the bare peer with two workers."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--port", str(port), "--workers", "2",
        "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    with process(command, {"BENCH_DATABASE": database}, port, "/row/1"):
        loaded(Plan(port, "row", seconds=2, members=MEMBERS))
        return loaded(Plan(port, "row", seconds=SECONDS, members=MEMBERS)).rate


@contextmanager
def process(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[None]:
    """A server process that is answering."""
    child = subprocess.Popen(command, env={**os.environ, **environment}, cwd=HERE.parent)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2)
                break
            except OSError:
                if time.monotonic() > deadline or child.poll() is not None:
                    raise
                time.sleep(0.1)
        yield
    finally:
        child.terminate()
        child.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def floor_rate(database: str) -> float:
    """pgbench: 32 clients calling one function that writes the same rows, fsync on."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((HERE / "floor.sql").read_bytes())
        info = connection.info.get_parameters()
    program = shutil.which("pgbench") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), None
    )
    if program is None:
        message = "pgbench is needed for the floor (Debian's postgresql-contrib)"
        raise RuntimeError(message)
    target = ["-h", info["host"], "-p", info.get("port", "5432"), "-U", info["user"]]
    command = [
        program,
        "-n",
        "-M",
        "prepared",
        "-c",
        "32",
        "-j",
        "1",
        "-T",
        "10",
        "-f",
        str(HERE / "floor.pgbench"),
    ]
    done = subprocess.run([*command, *target, info["dbname"]], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split("(")[0])
