"""Replays of the Complete Journey data over one database: several processes share the households."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.managers import ListProxy, SyncManager
from threading import Event, Thread

import msgspec

from kopilka.app.compose import House
from kopilka.connectors.completejourney import ZONE, receipts, shops
from kopilka.core.programme.document import Programme
from kopilka.core.rules.registry import REGISTRY
from kopilka.store.totals import PostgresTotals
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.replay import Gifts, ReplayReport, Tally, replay, report
from kopilka.values.period import day_end

YEAR_END = day_end(date(2017, 12, 31), ZONE) - timedelta(microseconds=1)
BEFORE_THE_DATA = datetime(2016, 1, 1, tzinfo=UTC)


def install(conninfo: str, text: str) -> Programme:
    """Publish a programme for the time of the data and let every shop of the data run it."""
    reading = read_programme_text(text, REGISTRY)
    if reading.programme is None:
        raise ValueError([(mistake.line, mistake.code, mistake.path) for mistake in reading.mistakes])
    programme = reading.programme
    house = House(conninfo)
    now = datetime.now(UTC)
    house.reference.add_version(
        programme.programme, expected=1, valid_from=BEFORE_THE_DATA, text=text,
        sha256=sha256(text.encode()).digest(), at=now, by="replay",
    )  # fmt: skip
    house.reference.put_shops(shops(programme.programme), now)
    house.close()
    return programme


class Job(msgspec.Struct, frozen=True):
    """What to replay: how many households (None: all), by how many processes, with gifts exchanged or not."""

    workers: int = 2
    households: int | None = None
    gifts: Gifts | None = None


WHOLE = Job()


def replay_journey(
    conninfo: str, programme: Programme, job: Job = WHOLE, progress: Callable[[int], None] | None = None
) -> ReplayReport:
    """Send the whole data set (or a sample of households) through desk and database, each household's receipts in
    time order; return the sums just before midnight of the last day.
    """
    began = time.perf_counter()
    if job.workers == 1:
        tally = _part(conninfo, programme, job, 0, progress)
    else:
        tally = _parallel(conninfo, programme, job, progress)
    house = House(conninfo)
    seconds = time.perf_counter() - began
    result = report(PostgresTotals(house.pool), tally, programme, until=YEAR_END, seconds=seconds)
    house.close()
    return result


def _part(
    conninfo: str, programme: Programme, job: Job, number: int, progress: Callable[[int], None] | None
) -> Tally:
    house = House(conninfo)
    purchases = receipts(job.households, restricted=False, part=(number, job.workers))
    tally = replay(house.desk(), purchases, programme, gifts=job.gifts, progress=progress)
    house.close()
    return tally


def _worker(conninfo: str, programme: Programme, job: Job, number: int, counts: "ListProxy[int]") -> Tally:
    def tell(done: int) -> None:
        counts[number] = done

    return _part(conninfo, programme, job, number, tell)


def _parallel(conninfo: str, programme: Programme, job: Job, progress: Callable[[int], None] | None) -> Tally:
    context = get_context("spawn")
    manager: SyncManager
    with context.Manager() as manager, ProcessPoolExecutor(job.workers, mp_context=context) as pool:
        counts = manager.list([0] * job.workers)
        parts = [
            pool.submit(_worker, conninfo, programme, job, number, counts) for number in range(job.workers)
        ]
        done = Event()
        teller = Thread(target=_tell, args=(counts, progress, done), daemon=True)
        teller.start()
        tallies = [part.result() for part in parts]
        done.set()
        teller.join()
    whole = Tally()
    for tally in tallies:
        whole = whole.plus(tally)
    return whole


def _tell(counts: "ListProxy[int]", progress: Callable[[int], None] | None, done: Event) -> None:
    while progress is not None and not done.wait(0.2):
        progress(sum(counts))
