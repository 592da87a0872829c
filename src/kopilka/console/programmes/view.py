"""Programmes: what runs, from when and where."""

import msgspec

from kopilka.console.shell import Shell
from kopilka.core.programme.versions import coming, in_force
from kopilka.look.visit import Answer, Visit
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


class Programmes:
    """The screen."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The list."""
        rows = [
            row
            for id_ in self._shell.services.programmes.names()
            if (row := self._words(visit, id_)) is not None
        ]
        return self._shell.page(
            visit, "programmes/page.html", title=catalogue(visit.language).gettext("Programmes"), place="programmes",
            rows=rows,
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
