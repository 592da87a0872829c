"""The whole Complete Journey: through engine, ledger and database beside COPY of the same rows, and in memory."""

import gc
import time

import psycopg

from benchmarks.ground import fresh, programme_text
from benchmarks.measure import Figure
from kopilka.app.replays import install, replay_journey
from kopilka.connectors.completejourney import reading, receipts
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.rules.ruleset import Ruleset
from kopilka.lab.backtest import Backtest
from kopilka.usecases.programme_text import read_programme_text

TABLES = ("receipt", "posting", "lot", "lot_draw", "wallet", "standing", "activity", "claim", "event")


def run(conninfo: str) -> list[Figure]:
    """Both ways."""
    return [through_database(conninfo), in_memory()]


def through_database(conninfo: str) -> Figure:
    """155,848 receipts with two processes sharing the households."""
    with fresh(conninfo) as database:
        programme = install(database, programme_text("bt-9"))
        result = replay_journey(database, programme)
        copied = copy_seconds(database)
    detail: dict[str, float | int | str] = {
        "receipts": result.receipts, "copy_seconds": copied, "times_copy": result.seconds / copied,
        "points": result.earned["point"],
    }  # fmt: skip
    return Figure("journey_database", result.seconds, 60, "s", beside="COPY of the same rows", detail=detail)


def copy_seconds(database: str) -> float:
    """COPY of every row that the replay wrote, into empty tables with the same keys and indexes."""
    with psycopg.connect(database) as connection:
        streams = {}
        for table in TABLES:
            with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as out:
                streams[table] = [bytes(part) for part in out]
            connection.execute(f"CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)".encode())
        connection.commit()
        began = time.perf_counter()
        for table, parts in streams.items():
            with connection.cursor().copy(f"COPY copy_{table} FROM STDIN (FORMAT binary)".encode()) as into:
                for part in parts:
                    into.write(part)
        connection.commit()
        return time.perf_counter() - began


def in_memory() -> Figure:
    """The same as a back-test on one core, beside only reading the lines."""
    programme = read_programme_text(programme_text("bt-9"), REGISTRY).programme
    if programme is None:
        message = "the programme of the benchmark does not read"
        raise ValueError(message)
    began = time.perf_counter()
    read = reading(receipts(restricted=False))
    reading_seconds = time.perf_counter() - began
    gc.collect()
    gc.freeze()
    history = Backtest(Ruleset(programme))
    began = time.perf_counter()
    history.run(receipts(restricted=False))
    seconds = time.perf_counter() - began
    detail: dict[str, float | int | str] = {
        "receipts": history.receipts, "lines": read.lines, "reading_seconds": reading_seconds,
        "points": history.earned["point"],
    }  # fmt: skip
    return Figure("journey_memory", seconds, 20, "s", beside="reading the lines included", detail=detail)
