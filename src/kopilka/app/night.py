"""The night's work on a served house: every hour, by whichever process comes first."""

import secrets
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from kopilka.values.errors import KopilkaError

if TYPE_CHECKING:
    from kopilka.app.compose import House

HOUR = 3_600.0
SOON = 60.0
log = structlog.get_logger(__name__)


class Watch:
    """A thread of the parent of the workers; what it needs is loaded when it first works."""

    def __init__(self, conninfo: str, roots: Path | None) -> None:
        self._conninfo = conninfo
        self._roots = roots
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="night", daemon=True)

    def __enter__(self) -> "Watch":  # noqa: PYI034 - nobody derives from it
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _keep(self) -> None:
        wait = SOON
        while not self._stop.wait(wait):
            wait = HOUR
            try:
                work(self._conninfo, self._roots)
            except KopilkaError as error:
                log.warning("night_put_off", reason=str(error))


def work(conninfo: str, roots: Path | None) -> bool:
    """Write due expiries and levels, release what has lapsed, give to birthdays, keep the daily root; False where another
    is at it.
    """
    from kopilka.app.compose import House  # noqa: PLC0415 - the parent of the workers starts without all this
    from kopilka.core.rules.registry import REGISTRY  # noqa: PLC0415 - the same
    from kopilka.store.audit import PostgresBooks, RootFile  # noqa: PLC0415 - the same
    from kopilka.store.nightly import PostgresNight  # noqa: PLC0415 - the same
    from kopilka.usecases.audit import keep_roots  # noqa: PLC0415 - the same
    from kopilka.usecases.catalogue import Catalogue  # noqa: PLC0415 - the same
    from kopilka.usecases.nightly import run_night  # noqa: PLC0415 - the same

    house = House(conninfo)
    try:
        store, now = PostgresNight(house.pool), house.clock()
        with store.alone() as mine:
            if not mine:
                return False
            released, birthdays = work_in(house, now)
            done = run_night(store, Catalogue(house.reference, REGISTRY), now, secrets.randbits(70))
            house.deliveries.prune()
            made = [] if roots is None else keep_roots(PostgresBooks(house.pool), RootFile(roots), now)
            forgotten = house.inbox.forget() + house.verifications.forget() + house.uploads.forget()
            forgotten += house.foreign.forget()
            forgotten += house.privacy.erasures.sweep()
            log.info(
                "night",
                forgotten=forgotten,
                released=released,
                birthdays=birthdays,
                expired=done.lots_expired,
                moved=done.levels_moved,
                roots=len(made),
            )
            return True
    finally:
        house.close()


def work_in(house: "House", now: datetime) -> tuple[int, int]:
    """What members see of a night's work: lapsed holds released, birthdays given to; how many of each."""
    from kopilka.store.birthdays import PostgresBirthdays  # noqa: PLC0415 - see `work`
    from kopilka.store.nightly import PostgresNight  # noqa: PLC0415 - the same
    from kopilka.usecases.birthdays import celebrate_all  # noqa: PLC0415 - the same
    from kopilka.usecases.nightly import release_lapsed  # noqa: PLC0415 - the same

    released = release_lapsed(PostgresNight(house.pool), house.desk(), now)
    return released, celebrate_all(PostgresBirthdays(house.pool), house.desk(), now)
