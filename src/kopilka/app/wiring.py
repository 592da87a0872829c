"""Everything that the command line needs wired: databases for a moment, throw-away ones, doors of other rooms. What only
some commands need is imported by them, so that a server starts quickly.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from kopilka.app.postgres import EmbeddedPostgres, find_database
from kopilka.app.seal_key import hold_key
from kopilka.cli.rooms import (
    AuditReport,
    DemoWish,
    Place,
    Progress,
    ReceiptWish,
    ReplayWish,
    Rooms,
)
from kopilka.store.migrate import migrate

if TYPE_CHECKING:
    import msgspec

    from kopilka.app.cli_house import CliHouse
    from kopilka.core.programme.registry import Registry
    from kopilka.usecases.desk_counter import DeskCounter
    from kopilka.usecases.manifest import Manifest


class AppWiring:
    """See `cli.rooms.Wiring`."""

    @property
    def registry(self) -> "Registry":
        """Every kind of rule there is."""
        found: Registry = import_module("kopilka.core.rules.registry").REGISTRY
        return found

    def manifests(self) -> "Sequence[Manifest]":
        """What the connectors say of themselves."""
        return [each.manifest for each in import_module("kopilka.app.trade").CONNECTORS]

    @contextmanager
    def house(self, place: Place) -> "Iterator[CliHouse]":
        """An open house over a database brought to this program's schema."""
        from kopilka.app.cli_house import CliHouse  # noqa: PLC0415 - a server opens none

        database = find_database(place.url or None, place.data, shared=True)
        conninfo = database.start()
        hold_key(place.data)
        try:
            migrate(conninfo)
            with closing(CliHouse(conninfo)) as house:
                yield house
        finally:
            database.stop()

    def migrate(self, place: Place) -> list[str]:
        """Bring the database to this program's schema."""
        database = find_database(place.url or None, place.data, shared=True)
        try:
            return migrate(database.start())
        finally:
            database.stop()

    @contextmanager
    def counter(self) -> "Iterator[DeskCounter]":
        """A counter over a database that is thrown away afterwards."""
        from kopilka.app.compose import House  # noqa: PLC0415 - only situations need all this
        from kopilka.app.night import work_in  # noqa: PLC0415 - the same
        from kopilka.usecases.desk_counter import DeskCounter  # noqa: PLC0415 - the same
        from kopilka.usecases.situation_counter import Hand  # noqa: PLC0415 - the same

        hand = Hand(datetime.now(UTC))
        with throwaway() as conninfo, closing(House(conninfo, clock=hand)) as house:
            yield DeskCounter(house, hand, partial(work_in, house))

    def receipt(self, rooms: Rooms, wish: ReceiptWish) -> tuple[bool, bytes]:
        """Answer a verb about a receipt as the HTTP API does."""
        door = import_module("kopilka.app.receipt_door")
        return asyncio.run(door.answer(rooms, wish))  # type: ignore[no-any-return]

    def replay(self, wish: ReplayWish, progress: Progress) -> "msgspec.Struct":
        """Replay a real year over a throw-away database."""
        replays = import_module("kopilka.app.replays")
        gifts = import_module("kopilka.usecases.replay").Gifts(wish.gifts_block) if wish.gifts_block else None
        with throwaway() as conninfo:
            programme = replays.install(conninfo, wish.text)
            report: msgspec.Struct = replays.replay_journey(
                conninfo, programme, replays.Job(households=wish.households, gifts=gifts), progress
            )
            return report

    def audit(self, place: Place, *, rebuild: bool, progress: Progress) -> AuditReport:
        """Check the ledger."""
        with self.house(place) as house:
            report: AuditReport = import_module("kopilka.app.audits").run(
                house, rebuild=rebuild, progress=progress, roots=place.data / "daily-roots.jsonl"
            )
            return report

    def serve(self, place: Place, *, host: str, port: int, language: str) -> None:
        """Serve until stopped."""
        import_module("kopilka.app.shop").serve(place, host=host, port=port, language=language)

    def demo(self, wish: DemoWish) -> None:
        """Make the example shop where it is not there, then serve it."""
        import_module("kopilka.app.demo.start").demo(wish)


@contextmanager
def throwaway() -> Iterator[str]:
    """A migrated database of our own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kopilka-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", unsafe=True)
        try:
            conninfo = server.start()
            migrate(conninfo)
            yield conninfo
        finally:
            server.stop()
