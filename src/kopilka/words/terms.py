"""Public terms as texts in the reader's language."""

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.saying import Saying
from kopilka.core.rules.registry import REGISTRY
from kopilka.usecases.terms import terms_of
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue, render


class PromiseWords(msgspec.Struct, frozen=True):
    """One thing promised: its heading (empty where there is none) and its sentences."""

    title: str
    lines: tuple[str, ...]


class SectionWords(msgspec.Struct, frozen=True):
    """A part of the terms."""

    id: str
    title: str
    promises: tuple[PromiseWords, ...]


class TermsWords(msgspec.Struct, frozen=True):
    """The terms of a programme."""

    title: str
    sections: tuple[SectionWords, ...]

    def text(self) -> str:
        """The terms as plain text."""
        rows = [self.title]
        for section in self.sections:
            rows += ["", section.title]
            for promise in section.promises:
                rows += [f"  {promise.title}"] if promise.title else []
                rows += [f"  — {line}." for line in promise.lines]
        return "\n".join(rows)


def terms_in(programme: Programme, tongue: Tongue) -> TermsWords:
    """The terms of a programme for a reader."""

    def said(saying: Saying) -> str:
        text = render(in_language(saying.words, tongue.language), saying.params, tongue)
        return text[:1].upper() + text[1:]

    found = terms_of(programme, REGISTRY)
    sections = tuple(
        SectionWords(
            section.id,
            said(section.title),
            tuple(PromiseWords(said(row.title), tuple(map(said, row.lines))) for row in section.promises),
        )
        for section in found.sections
    )
    return TermsWords(said(found.title), sections)
