"""Playbooks: ready programmes as cards to choose from, found by words; and one of them as its customers will read it."""

from collections.abc import Sequence

import msgspec

from kopilka.console.shell import Shell
from kopilka.core.programme.fields import Words
from kopilka.core.rules.registry import REGISTRY
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.playbooks import Playbook, described, playbook_names, playbooks
from kopilka.usecases.programme_text import read_programme_text
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.reasons import in_language
from kopilka.words.terms import terms_in
from kopilka.words.tongue import tongue_of

_GROUPS = (
    ("A", N_("Discounts")),
    ("B", N_("Points")),
    ("C", N_("Levels and combinations")),
    ("D", N_("Stickers, samples and perks")),
    ("G", N_("Welcome, terms and a lesson")),
)


class Told(msgspec.Struct, frozen=True):
    """A playbook as its card and its own page tell it, in the reader's language."""

    name: str
    rows: tuple[str, ...]
    title: str
    about: str
    audience: str
    example: str
    settings: str
    mind: tuple[str, ...]


class Playbooks:
    """The screens."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The cards, by what the programmes give; those only that tell of the words looked for."""
        text, say = visit.get("q").strip(), catalogue(visit.language)
        found = playbooks(search=text)
        groups = [
            (say.gettext(title), [_told(book, visit.language) for book in _of(letter, found)])
            for letter, title in _GROUPS
        ]
        return self._shell.page(
            visit, "playbooks/page.html", title=say.gettext("New programme"), place="programmes", q=text,
            groups=[row for row in groups if row[1]],
        )  # fmt: skip

    def look(self, visit: Visit) -> Answer:
        """One playbook: for whom it is, what to mind, what its members will read, and its document."""
        name, tag = visit.names["playbook"], visit.language
        if name not in playbook_names():
            raise ClosedError(404)
        book = described(name)
        programme = read_programme_text(book.text, REGISTRY).programme
        told = _told(book, tag)
        return self._shell.page(
            visit, "playbooks/one.html", title=told.title, place="programmes", book=told,
            terms=None if programme is None else terms_in(programme, tongue_of(tag, [programme])),
            lines=book.text.rstrip("\n").split("\n"),
        )  # fmt: skip


def _of(letter: str, found: Sequence[Playbook]) -> list[Playbook]:
    """Those of a group: the first of a playbook's systems decides."""
    return [book for book in found if book.rows and book.rows[0].startswith(letter)]


def _told(book: Playbook, tag: str) -> Told:
    def said(words: Words) -> str:
        return _begun(in_language(words, tag))

    return Told(
        book.name, book.rows, in_language(book.title, tag) or book.name, said(book.about), said(book.audience),
        said(book.example), said(book.settings), tuple(map(_begun, book.mind.get(tag, ()))),
    )  # fmt: skip


def _begun(text: str) -> str:
    """A text that stood after a colon, as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
