"""One run of a command: the reader's language, JSON or text, the database meant, and how it ends."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kopilka.cli.rooms import Place, Rooms, Wiring, programmes_of
from kopilka.values.period import zone
from kopilka.words.catalogue import catalogue

if TYPE_CHECKING:
    from kopilka.usecases.outcomes import Refused

REFUSED, MISUSED = 1, 2
_ROOM_WIDTH = 120


class StopError(Exception):
    """The command ends here with an exit code; what had to be said has been said."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class Session:
    """What every command is given as the context's object."""

    def __init__(
        self, language: str, place: Place, wiring: Callable[[], Wiring], *, json: bool, environ: Mapping[str, str]
    ) -> None:  # fmt: skip
        self.language = language
        self.json = json
        self.place = place
        self.environ = environ
        self._wiring = wiring
        self.out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
        self.err = Console(stderr=True, highlight=False)

    def gettext(self, msgid: str, **params: object) -> str:
        """A text in the reader's language."""
        return catalogue(self.language).gettext(msgid, **params)

    @property
    def wiring(self) -> Wiring:
        """What only `app` can do, made at its first use."""
        return self._wiring()

    @contextmanager
    def house(self) -> Iterator[Rooms]:
        """An open house."""
        with self.wiring.house(self.place) as rooms:
            yield rooms

    # -- saying -------------------------------------------------------------------------------------------------

    def give(self, value: object, show: Callable[[], None]) -> None:
        """The result: as JSON, or shown."""
        if self.json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
        else:
            show()

    def say(self, text: str) -> None:
        """A line for people; with --json nothing is said beside the result."""
        if not self.json:
            self.out.print(text, markup=False)

    def table(
        self, heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """Rows under heads; numbers stand to the right. Nothing is cut: what is long wraps."""
        made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        for number, head in enumerate(heads):
            made.add_column(head, justify="right" if number in right else "left", overflow="fold")
        for row in rows:
            made.add_row(*row)
        self.out.print(made)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, one to a line."""
        made = Table(box=None, pad_edge=False, show_header=False)
        made.add_column(style="dim")
        made.add_column(overflow="fold")
        for name, value in rows:
            if value:
                made.add_row(name, value)
        self.out.print(made)

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A bar on stderr while something takes long; nothing where no terminal looks."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)

    def moment(self, at: datetime | None, zone_name: str = "UTC") -> str:
        """A moment as people at a terminal read it."""
        return "" if at is None else at.astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")

    # -- ending -------------------------------------------------------------------------------------------------

    def refuse(self, refused: "Refused", rooms: Rooms | None = None) -> NoReturn:
        """Say a use case's "no" and end with code 1."""
        from kopilka.words.refusals import refusal  # noqa: PLC0415 - a server starts without all this
        from kopilka.words.tongue import tongue_of  # noqa: PLC0415 - the same

        known = [] if rooms is None else programmes_of(rooms)
        said = refusal(refused, tongue_of(self.language, known))
        if refused.field and not self.json:
            said += f" ({refused.field})"
        self.fail(refused.code, said, params=refused.params, field=refused.field)

    def fail(self, code: str, text: str, **more: Any) -> NoReturn:
        """Say what is wrong and end with code 1."""
        if self.json:
            value = {"error": code, "message": text, **{name: item for name, item in more.items() if item}}
            sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        else:
            self.err.print(text, markup=False)
        raise StopError(REFUSED)

    def misused(self, text: str) -> NoReturn:
        """Say that the command was not called rightly and end with code 2."""
        self.err.print(text, markup=False)
        raise StopError(MISUSED)

    def read(self, path: str) -> bytes:
        """A file's bytes; `-` is what is piped in."""
        if path == "-":
            return sys.stdin.buffer.read()
        try:
            return Path(path).read_bytes()
        except OSError as error:
            self.misused(f"{path}: {error.strerror}")
