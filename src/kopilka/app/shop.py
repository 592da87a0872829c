"""`kopilka serve`: the database, the pages, and where they are.

<data>/serving.json   where a living process serves, for those who start a second one
"""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from kopilka.app.begin import begin
from kopilka.app.night import Watch
from kopilka.app.nursery import GRACE_SECONDS
from kopilka.app.postgres import AlreadyRunning, find_database
from kopilka.app.postgres.database import is_locked
from kopilka.app.seal_key import hold_key
from kopilka.app.serve import serve as serve_over
from kopilka.app.settings import settings_from
from kopilka.cli.rooms import Place
from kopilka.store.migrate import migrate
from kopilka.values.errors import KopilkaError
from kopilka.words.catalogue import catalogue

PORTS_TRIED = 50
NOTE = "serving.json"
LEFT_BEHIND_SECONDS = GRACE_SECONDS + 5
"""How long the workers of a server that was killed may take to end."""
POLL_SECONDS = 0.02


class NoPortError(KopilkaError):
    """No port is free; choose another with --port."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def serve(place: Place, *, host: str, port: int, language: str) -> None:
    """Serve a shop of one's own until stopped."""
    if not place.url:
        refuse_second(place.data, language)
    hold_key(place.data)
    begun = begin()
    database = find_database(place.url or None, place.data)
    try:
        conninfo = database.start()
        migrate(conninfo)
        address = Address(host, free_port(host, port, language, place.data))
        rows = pages(address.shown, language)
        panel = Panel(facts(rows), title="Kopilka", expand=False)
        serve_at(conninfo, place.data, address, lambda: panel, begun)
    finally:
        database.stop()


class Address(msgspec.Struct, frozen=True):
    """Where to listen."""

    host: str
    port: int

    @property
    def shown(self) -> str:
        """What to type into a browser."""
        near = {"127.0.0.1", "0.0.0.0", "::", "::1"}  # noqa: S104 - only shown
        return f"http://{'localhost' if self.host in near else self.host}:{self.port}"


def serve_at(
    conninfo: str, data: Path, address: Address, box: Callable[[], Panel], begun: "Popen[bytes] | None"
) -> None:
    """Answer at an address until stopped; `box` is printed once calls are answered."""
    workers = settings_from().workers

    def ready() -> None:
        Console(highlight=False).print(box())

    with serving(data, address), Watch(conninfo, data / "daily-roots.jsonl"):
        serve_over(conninfo, host=address.host, port=address.port, workers=workers, ready=ready, begun=begun)


def refuse_second(data: Path, language: str) -> None:
    """A folder that a living process serves already is told with its address."""
    if not is_locked(data / "postgres"):
        return
    words = catalogue(language)
    text = words.gettext(
        "Kopilka runs over %(data)s already: %(address)s", data=data, address=_noted(data) or "…"
    )
    raise AlreadyRunning(text)


@contextmanager
def serving(data: Path, address: Address) -> Iterator[None]:
    """Note where this process serves."""
    note = data / NOTE
    data.mkdir(parents=True, exist_ok=True)
    note.write_bytes(msgspec.json.encode({"address": address.shown}))
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def free_port(host: str, port: int, language: str, data: Path | None = None) -> int:
    """The port, or the next one that is free, which is told. Where a server over `data` was killed while it served on the
    port, its workers are waited for: tills know the address.
    """
    deadline = time.monotonic() + (LEFT_BEHIND_SECONDS if data is not None and _left_at(data, port) else 0)
    while not _is_free(host, port) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for wanted in range(port, port + PORTS_TRIED):
        if not _is_free(host, wanted):
            continue
        if wanted != port:
            text = catalogue(language).gettext(
                "Port %(port)s is taken; this is %(other)s.", port=port, other=wanted
            )
            sys.stderr.write(text + "\n")
        return wanted
    raise NoPortError


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def _left_at(data: Path, port: int) -> bool:
    """Whether a server over the folder, which is ours now, noted that it served there and never that it ended."""
    return _noted(data).endswith(f":{port}")


def _noted(data: Path) -> str:
    try:
        return msgspec.json.decode((data / NOTE).read_bytes(), type=dict[str, str])["address"]
    except (OSError, msgspec.DecodeError, KeyError):
        return ""


def pages(address: str, language: str) -> list[tuple[str, str]]:
    """The addresses of the rooms."""
    words = catalogue(language)
    return [
        (words.gettext("Console"), f"{address}/console"),
        (words.gettext("Till"), f"{address}/till"),
        ("API", f"{address}/docs"),
    ]


def facts(rows: list[tuple[str, str]]) -> Table:
    """Names and values, one to a line."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made
