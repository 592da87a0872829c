"""Programmes: what runs, from when and where; and playbooks, ready documents to start from."""

import re
from functools import cache

import msgspec

from kopilka.console.shell import Shell
from kopilka.core.programme.versions import coming, in_force
from kopilka.core.rules.registry import REGISTRY
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.usecases.programme_text import read_programme_text
from kopilka.words import calendar
from kopilka.words.catalogue import catalogue, ngettext
from kopilka.words.tongue import title_of


class ProgrammeWords(msgspec.Struct, frozen=True):
    """A programme in the list."""

    id: str
    title: str
    version: int
    since: str
    coming: str
    shops: tuple[str, ...]
    paused: bool
    rules: str


class Playbook(msgspec.Struct, frozen=True):
    """A ready document: its name and its first sentence in both languages."""

    name: str
    titles: dict[str, str]
    abouts: dict[str, str]


class Programmes:
    """The screen."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The list and the playbooks."""
        tag = visit.language
        rows = [
            row
            for id_ in self._shell.services.programmes.names()
            if (row := self._words(visit, id_)) is not None
        ]
        books = [
            (book.name, book.titles.get(tag, book.name), book.abouts.get(tag, ""))
            for book in (read_playbook(name) for name in playbook_names())
        ]
        return self._shell.page(
            visit, "programmes/page.html", title=catalogue(tag).gettext("Programmes"), place="programmes", rows=rows,
            books=books,
        )  # fmt: skip

    def _words(self, visit: Visit, programme_id: str) -> ProgrammeWords | None:
        services, tag, say = self._shell.services, visit.language, catalogue(visit.language)
        now, versions = services.clock(), services.programmes.versions(programme_id)
        version = in_force(versions, now) or versions[0]
        programme = services.programmes.read(version)
        if programme is None:
            return None
        later = coming(versions, now)
        zone = programme.zone
        return ProgrammeWords(
            programme_id, title_of(programme, tag), version.number, calendar.moment(tag, version.valid_from, zone),
            say.gettext(
                "version %(number)s comes into force on %(day)s",
                number=later[0].number, day=calendar.moment(tag, later[0].valid_from, zone),
            ) if later else "",
            tuple(shop.title or shop.id for shop in services.programmes.shops() if shop.programme == programme_id),
            programme.paused, ngettext(tag, "%(num)s rule", "%(num)s rules", len(programme.rules)),
        )  # fmt: skip


@cache
def read_playbook(name: str) -> Playbook:
    """Title and first sentences of a playbook: its leading comment holds a Russian line and an English one."""
    text = playbook(name)
    comments = [line[1:].strip() for line in text.split("\n")[:4] if line.startswith("#")]
    abouts = {"ru": " ".join(line for line in comments if re.search("[А-я]", line))}
    abouts["en"] = " ".join(line for line in comments if not re.search("[А-я]", line))
    programme = read_programme_text(text, REGISTRY).programme
    return Playbook(name, {} if programme is None else dict(programme.title), abouts)
