"""Public terms of a programme: what it promises, in plain sentences of every language of the house. No key is asked for:
terms are for everybody.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.problems import Problem
from kopilka.words.languages import LANGUAGES
from kopilka.words.terms import SectionWords, TermsWords, terms_in
from kopilka.words.tongue import tongue_of


class PromiseOut(msgspec.Struct, omit_defaults=True):
    """One thing promised, in sentences."""

    lines: tuple[str, ...]
    title: str = ""


class SectionOut(msgspec.Struct):
    """A part of the terms."""

    id: str
    title: str
    promises: list[PromiseOut]


class TermsTextOut(msgspec.Struct):
    """The terms in one language; `text` is the whole as plain text."""

    title: str
    sections: list[SectionOut]
    text: str


class TermsOut(msgspec.Struct):
    """The terms of the version in force."""

    programme: str
    version: int
    languages: Annotated[Mapping[str, TermsTextOut], Meta(description="By language tag: `ru`, `en`.")]


async def terms(doors: Doors, request: Request) -> Reply:
    """What a programme promises."""
    await doors.speech_now(request.language)
    known = doors.catalogue
    rules = known.ruleset(request.args[0], doors.services.clock())
    if rules is None:
        raise Problem("unknown_programme")
    programme = rules.programme
    languages = {
        tag: _text(terms_in(programme, tongue_of(tag, [programme], known.shops))) for tag in LANGUAGES
    }
    return Reply(TermsOut(programme.programme, rules.version, languages))


def _text(found: TermsWords) -> TermsTextOut:
    return TermsTextOut(found.title, [_section(row) for row in found.sections], found.text())


def _section(section: SectionWords) -> SectionOut:
    return SectionOut(
        section.id, section.title, [PromiseOut(row.lines, row.title) for row in section.promises]
    )


ROUTES = (
    Route(
        "GET", "/v1/programmes/{id}/terms", terms, "Public terms of a programme, in plain words", takes=None,
        gives=TermsOut, public=True, problems=("unknown_programme",), words="Made from the programme itself, so they never differ from receipts.",
    ),
)  # fmt: skip
