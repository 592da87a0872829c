"""Programmes: check a text, see what it changes, publish it, read what was published. Mistakes come in words."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.checking import read
from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.numbers import DecimalOut
from kopilka.api.problems import Problem, of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.texts import Mistakes, Moment, utc
from kopilka.core.programme.difference import Change
from kopilka.core.programme.document import Programme
from kopilka.core.programme.mistakes import Mistake
from kopilka.core.programme.versions import Version, in_force
from kopilka.core.programme.written import BYTES_MAX
from kopilka.core.rules.registry import REGISTRY
from kopilka.usecases.cautions_from_data import cautions_from_data
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.programmes import Faulty, Wanted
from kopilka.values.money import decimal_text
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue, render
from kopilka.words.tongue import title_of, tongue_of

Text = Annotated[str, Meta(max_length=BYTES_MAX, description="The document in YAML or JSON.")]


class TextIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A programme document."""

    text: Text


class PublishIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document to publish. `expected_version` is the newest version that its author has seen (0: none yet)."""

    text: Text
    expected_version: Annotated[int, Meta(ge=0, le=1_000_000)]
    valid_from: Moment | None = None


class MistakeOut(msgspec.Struct, omit_defaults=True):
    """A mistake at its place, in words."""

    code: str
    severity: str
    path: str
    words: str
    line: int = 0
    column: int = 0


class CheckOut(msgspec.Struct):
    """Whether a document may be published, and everything that is wrong with it."""

    valid: bool
    mistakes: list[MistakeOut]


class ChangeOut(msgspec.Struct):
    """One change, in words."""

    code: str
    path: str
    words: str


class DifferenceOut(msgspec.Struct):
    """What a document changes in the newest version."""

    changes: list[ChangeOut]


class MoveOut(msgspec.Struct):
    """Members who stand on one level today and would stand on another one, or the same; `examples` are members' ids.
    An empty level: there was no ladder, or there will be none.
    """

    before: str
    after: str
    members: int
    examples: tuple[str, ...]


class PreviewOut(msgspec.Struct):
    """What a document's ladder would do to today's members; `share` is the percent of them whose level moves."""

    changes: bool
    members: int = 0
    up: int = 0
    down: int = 0
    share: DecimalOut = "0"
    moves: list[MoveOut] = []


class VersionOut(msgspec.Struct, omit_defaults=True):
    """A published version; its text never changes."""

    programme: str
    version: int
    valid_from: datetime
    sha256: str
    text: str = ""
    warnings: list[MistakeOut] = []


class VersionsOut(msgspec.Struct):
    """Versions, first to last."""

    versions: list[VersionOut]


class ProgrammeOut(msgspec.Struct):
    """A programme and the version in force."""

    id: str
    title: str
    version: int
    valid_from: datetime


class ProgrammesOut(msgspec.Struct):
    """All programmes."""

    programmes: list[ProgrammeOut]


_text = msgspec.json.Decoder(TextIn)
_publish = msgspec.json.Decoder(PublishIn)


async def check(doors: Doors, request: Request) -> Reply:
    """Every mistake of a document."""
    door = read(_text, request.body)
    reading = await doors.run(doors.services.programmes.check, door.text)
    tongue = _tongue(request.language, reading.programme)
    mistakes = [*reading.mistakes]
    if reading.programme is not None:
        gaps = await doors.run(doors.services.views.purchase_gaps, reading.programme.programme)
        mistakes += cautions_from_data(reading.programme, REGISTRY, gaps)
    return Reply(CheckOut(reading.programme is not None and not reading.errors, _said(mistakes, tongue)))


async def difference(doors: Doors, request: Request) -> Reply:
    """What a document changes."""
    door = read(_text, request.body)
    found = await doors.run(doors.services.programmes.difference, door.text)
    if isinstance(found, Refused):
        raise of_refusal(found)
    if isinstance(found, Faulty):
        raise _faulty(found.mistakes, request.language)
    tongue = doors.tongue(request.language)
    return Reply(DifferenceOut([ChangeOut(row.code, row.path, _change(row, tongue)) for row in found]))


def _change(change: Change, tongue: Tongue) -> str:
    return render(in_language(change.words, tongue.language), change.params, tongue, code=change.code)


async def preview(doors: Doors, request: Request) -> Reply:
    """What a document's ladder would do."""
    door = read(_text, request.body)
    reading = await doors.run(doors.services.programmes.check, door.text)
    if reading.programme is None:
        raise _faulty(reading.mistakes, request.language)
    found = await doors.run(doors.services.views.preview_ladder, reading.programme)
    if found is None:
        return Reply(PreviewOut(changes=False))
    moves = [MoveOut(row.before, row.after, row.members, row.examples) for row in found.moves]
    share = decimal_text(found.share, 2)
    return Reply(PreviewOut(True, found.members, found.up, found.down, share, moves))


async def publish(doors: Doors, request: Request) -> Reply:
    """Publish a document."""
    door, id_ = read(_publish, request.body), request.args[0]
    mistakes = Mistakes()
    valid_from = None if door.valid_from is None else utc(door.valid_from, "valid_from", mistakes)
    refuse(mistakes)
    reading = await doors.run(doors.services.programmes.check, door.text)
    if reading.programme is not None and reading.programme.programme != id_:
        raise Problem("other_programme", field="text")
    wanted = Wanted(door.text, door.expected_version, valid_from, request.key.key_id)
    found = await doors.run(doors.services.programmes.publish, wanted)
    if isinstance(found, Refused):
        raise of_refusal(found)
    if isinstance(found, Faulty):
        raise _faulty(found.mistakes, request.language)
    await doors.refresh()
    out = _version(found.version)
    out.warnings = _said(found.cautions, _tongue(request.language, reading.programme))
    return Reply(out, 201)


async def programmes(doors: Doors, request: Request) -> Reply:
    """All programmes."""
    rows = []
    for id_ in await doors.run(doors.services.programmes.names):
        versions = await doors.run(doors.services.programmes.versions, id_)
        version = in_force(versions, doors.services.clock()) or versions[0]
        document = await doors.run(doors.services.programmes.read, version)
        title = id_ if document is None else title_of(document, request.language)
        rows.append(ProgrammeOut(id_, title, version.number, version.valid_from))
    return Reply(ProgrammesOut(rows))


async def versions(doors: Doors, request: Request) -> Reply:
    """Versions of a programme."""
    found = await doors.run(doors.services.programmes.versions, request.args[0])
    if not found:
        raise Problem("unknown_programme")
    return Reply(VersionsOut([_version(row) for row in found]))


async def version(doors: Doors, request: Request) -> Reply:
    """A version with its text."""
    id_, number = request.args
    for row in await doors.run(doors.services.programmes.versions, id_):
        if str(row.number) == number:
            out = _version(row)
            out.text = row.text
            return Reply(out)
    raise Problem("unknown_version")


def _version(row: Version) -> VersionOut:
    return VersionOut(row.programme_id, row.number, row.valid_from, row.sha256)


def _tongue(language: str, programme: Programme | None) -> Tongue:
    return tongue_of(language, [] if programme is None else [programme])


def _said(mistakes: Iterable[Mistake], tongue: Tongue) -> list[MistakeOut]:
    return [
        MistakeOut(
            row.code, row.severity.value, row.path,
            render(in_language(row.words(), tongue.language), row.params, tongue, code=row.code), row.line, row.column,
        )
        for row in mistakes
    ]  # fmt: skip


def _faulty(mistakes: Iterable[Mistake], language: str) -> Problem:
    said = _said(mistakes, _tongue(language, None))
    return Problem(
        "faulty_programme", field="text", told=tuple((row.path, row.code, row.words) for row in said)
    )


_SCOPE = "programmes"
ROUTES = (
    Route("GET", "/v1/programmes", programmes, "All programmes", _SCOPE, None, ProgrammesOut),
    Route(
        "POST", "/v1/programmes/validate", check, "Every mistake of a programme document, in words", _SCOPE, TextIn,
        CheckOut,
    ),
    Route(
        "POST", "/v1/programmes/difference", difference, "What a document changes, in words", _SCOPE, TextIn,
        DifferenceOut, problems=("unknown_programme", "faulty_programme"),
    ),
    Route(
        "POST", "/v1/programmes/preview", preview, "What a document's levels would do to today's members", _SCOPE, TextIn,
        PreviewOut, problems=("faulty_programme",),
    ),
    Route(
        "GET", "/v1/programmes/{id}/versions", versions, "Published versions", _SCOPE, None, VersionsOut,
        problems=("unknown_programme",),
    ),
    Route(
        "POST", "/v1/programmes/{id}/versions", publish, "Publish a version", _SCOPE, PublishIn, VersionOut, 201,
        problems=("faulty_programme", "version_taken", "same_text", "other_programme"),
    ),
    Route(
        "GET", "/v1/programmes/{id}/versions/{number}", version, "A version with its text", _SCOPE, None, VersionOut,
        problems=("unknown_version",),
    ),
)  # fmt: skip
