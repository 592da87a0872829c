"""Dated versions of a programme: which one is in force at a moment, and whether another may be published.

A version is never changed: what was decided under it can be explained and replayed for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.mistakes import Mistake, caution, error
from kopilka.core.programme.places import key_path

BACK_MAX: Final = timedelta(minutes=5)
"""How far into the past a version may be dated: clocks differ, decisions already made do not change."""


class Version(msgspec.Struct, frozen=True):
    """One published text of a programme, in force from `valid_from` (UTC) until the next one."""

    programme_id: str
    number: int
    valid_from: datetime
    text: str
    sha256: str


def version_of(programme_id: str, number: int, valid_from: datetime, text: str) -> Version:
    """A version with the digest of its text."""
    return Version(programme_id, number, valid_from, text, digest(text))


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """The version of a moment: the latest that had begun, of several beginning together the last published."""
    begun = [version for version in versions if version.valid_from <= at]
    return max(begun, key=lambda version: (version.valid_from, version.number), default=None)


def coming(versions: Iterable[Version], at: datetime) -> list[Version]:
    """Versions that have not begun yet, soonest first; one that is replaced before it begins is left out."""
    latest = {v.valid_from: v for v in sorted(versions, key=lambda v: v.number) if v.valid_from > at}
    return sorted(latest.values(), key=lambda version: version.valid_from)


def next_number(versions: Iterable[Version]) -> int:
    """The number of the version to be published."""
    return max((version.number for version in versions), default=0) + 1


def check_dates(versions: Sequence[Version], wanted: Version, now: datetime) -> tuple[Mistake, ...]:
    """Why a version must not (errors) or had better not (warnings) begin when and where it says."""
    return tuple(_dates(versions, wanted, now))


def check_continuity(
    programme: Programme, *, before: Programme | None = None, others: Iterable[Programme] = ()
) -> tuple[Mistake, ...]:
    """Why a programme must not (errors) or had better not (warnings) follow `before`.

    `others` are the organisation's other programmes: points kinds of one id are one kind.
    """
    known = [*others] if before is None else [before, *others]
    return (*(() if before is None else _continuity(before, programme)), *_shared_kinds(programme, known))


def _dates(versions: Sequence[Version], wanted: Version, now: datetime) -> Iterator[Mistake]:
    if wanted.valid_from < now - BACK_MAX:
        yield error("version_in_the_past", "valid_from", at=wanted.valid_from.isoformat())
    if wanted.number != next_number(versions):
        yield error("version_number", "number", value=wanted.number, most=next_number(versions))
    if any(version.programme_id != wanted.programme_id for version in versions):
        yield error("other_programme", "programme", value=wanted.programme_id)
    ruling = in_force(versions, wanted.valid_from)
    if ruling is not None and ruling.sha256 == wanted.sha256:
        yield caution("nothing_changes", "text", value=ruling.number)
    for version in coming(versions, max(now, wanted.valid_from)):
        yield caution("later_version", "valid_from", value=version.number, at=version.valid_from.isoformat())


def _continuity(before: Programme, after: Programme) -> Iterator[Mistake]:
    """What wallets and totals already hold must keep its unit."""
    if after.programme != before.programme:
        yield error("programme_renamed", "programme", value=after.programme, other=before.programme)
    if after.currency != before.currency:
        yield error("currency_changed", "currency", value=after.currency, other=before.currency)
    for id_, old in before.points.items():
        path, new = key_path("points", id_), after.points.get(id_)
        if new is None:
            yield caution("kind_removed", path, kind=id_)
        elif new.worth != old.worth:
            yield caution("worth_changed", f"{path}.worth", kind=id_, old=old.worth, new=new.worth)
    if after.zone != before.zone:
        yield caution("zone_changed", "zone", value=after.zone, other=before.zone)


def _shared_kinds(programme: Programme, others: Iterable[Programme]) -> Iterator[Mistake]:
    """A kind counts in the same unit in every programme and version."""
    for other in others:
        for id_, kind in programme.points.items():
            shared = other.points.get(id_)
            if shared is not None and shared.decimals != kind.decimals:
                path = f"{key_path('points', id_)}.decimals"
                yield error("decimals_changed", path, kind=id_, value=kind.decimals, other=shared.decimals)
