"""Programmes: check a text, say what would change, publish a version from a moment on, list what was published.

Sentences about mistakes and changes leave as codes with words by language; the doors say them to their reader.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Protocol

import msgspec

from kopilka.core.programme.difference import Change, diff
from kopilka.core.programme.document import Programme
from kopilka.core.programme.mistakes import Mistake, Severity
from kopilka.core.programme.reader import Reading
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.versions import (
    Version,
    check_continuity,
    check_dates,
    digest,
    in_force,
    version_of,
)
from kopilka.core.receipt import Shop
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.programme_text import read_programme_text


class ProgrammeStore(Protocol):
    """Where published texts are kept."""

    def versions(self) -> list[tuple[str, int, datetime, str]]:
        """All programme versions: programme, number, valid from, text."""
        ...

    def add_version(  # noqa: PLR0913 - the row of a version
        self, programme: str, *, expected: int, valid_from: datetime, text: str, sha256: bytes, at: datetime, by: str
    ) -> bool:  # fmt: skip
        """Publish version `expected`; False where somebody else has published it meanwhile."""
        ...

    def shops(self) -> dict[str, Shop]:
        """All shops by id."""
        ...

    def put_shops(self, shops: Sequence[Shop], at: datetime) -> None:
        """Add shops or change them."""
        ...


class Published(msgspec.Struct, frozen=True):
    """A version is published; `cautions` are what its author may want to look at."""

    version: Version
    cautions: tuple[Mistake, ...] = ()


class Faulty(msgspec.Struct, frozen=True):
    """A text that cannot be published: every mistake at once."""

    mistakes: tuple[Mistake, ...]


class Wanted(msgspec.Struct, frozen=True):
    """What to publish: a text that follows the version `expected` (0 for the first), from a moment on or from now."""

    text: str
    expected: int
    valid_from: datetime | None = None
    actor: str = ""


class Programmes:
    """The verbs. `clock` comes from outside."""

    def __init__(self, store: ProgrammeStore, registry: Registry, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock

    def check(self, text: str) -> Reading:
        """The programme of a text and every mistake in it, also beside what is already published."""
        reading = read_programme_text(text, self._registry)
        if reading.programme is None:
            return reading
        rows = self._versions()
        found = check_continuity(
            reading.programme,
            before=self._latest(rows, reading.programme.programme),
            others=self._others(rows, reading.programme.programme),
        )
        return Reading(reading.programme, (*reading.mistakes, *found))

    def difference(self, text: str) -> list[Change] | Faulty | Refused:
        """What the text would change in the newest version of its programme."""
        reading = read_programme_text(text, self._registry)
        if reading.programme is None:
            return Faulty(reading.mistakes)
        before = self._latest(self._versions(), reading.programme.programme)
        if before is None:
            return Refused("unknown_programme", Why.NOT_FOUND, "programme")
        return diff(before, reading.programme, self._registry)

    def publish(self, wanted: Wanted) -> Published | Faulty | Refused:
        """Publish. The same text again is refused, and so is a text that follows another version than the newest."""
        now = self._clock()
        reading = self.check(wanted.text)
        if reading.programme is None:
            return Faulty(reading.mistakes)
        id_ = reading.programme.programme
        mine = self.versions(id_)
        newest = max((version.number for version in mine), default=0)
        if wanted.expected != newest:
            return Refused("version_taken", Why.CONFLICT, "expected_version", {"newest": newest})
        valid_from = wanted.valid_from or now
        version = version_of(id_, newest + 1, valid_from, wanted.text)
        before = in_force(mine, valid_from)
        if before is not None and before.sha256 == version.sha256:
            return Refused("same_text", Why.CONFLICT, "text", {"version": before.number})
        found = (*reading.mistakes, *check_dates(mine, version, now))
        if any(mistake.severity is Severity.ERROR for mistake in found):
            return Faulty(found)
        added = self._store.add_version(
            id_, expected=version.number, valid_from=valid_from, text=wanted.text,
            sha256=sha256(wanted.text.encode()).digest(), at=now, by=wanted.actor,
        )  # fmt: skip
        if not added:
            return Refused("version_taken", Why.CONFLICT, "expected_version", {"newest": version.number})
        return Published(version, found)

    def versions(self, programme: str) -> list[Version]:
        """Every published version of a programme, first to last."""
        return [
            Version(id_, number, valid_from, text, digest(text))
            for id_, number, valid_from, text in self._versions()
            if id_ == programme
        ]

    def names(self) -> list[str]:
        """Ids of all programmes."""
        return sorted({id_ for id_, *_ in self._versions()})

    def read(self, version: Version) -> Programme | None:
        """The document of a published version."""
        return read_programme_text(version.text, self._registry).programme

    def shops(self) -> list[Shop]:
        """All shops, in the order of ids."""
        return [shop for _, shop in sorted(self._store.shops().items())]

    def put_shop(self, shop: Shop) -> Refused | None:
        """Add a shop or change it: its name, zone, groups, and the programme that it runs."""
        if shop.programme not in self.names():
            return Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": shop.programme})
        self._store.put_shops([shop], self._clock())
        return None

    def _versions(self) -> list[tuple[str, int, datetime, str]]:
        return self._store.versions()

    def _latest(self, rows: list[tuple[str, int, datetime, str]], programme: str) -> Programme | None:
        mine = [row for row in rows if row[0] == programme]
        if not mine:
            return None
        return read_programme_text(max(mine, key=lambda row: row[1])[3], self._registry).programme

    def _others(self, rows: list[tuple[str, int, datetime, str]], programme: str) -> list[Programme]:
        found = [self._latest(rows, id_) for id_ in sorted({row[0] for row in rows}) if id_ != programme]
        return [each for each in found if each is not None]
