"""One programme: its text by lines, its versions; and the editor: check, see the change in words, publish."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.core.programme.difference import Change
from kopilka.core.programme.document import Programme as ProgrammeDocument
from kopilka.core.programme.mistakes import Mistake, Severity
from kopilka.core.programme.versions import in_force
from kopilka.core.rules.registry import REGISTRY
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.cautions_from_data import cautions_from_data
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.usecases.programmes import Faulty, Wanted
from kopilka.usecases.staff import Right
from kopilka.values.period import zone
from kopilka.words import calendar, formats, levels
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.reasons import in_language
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue, render
from kopilka.words.terms import terms_in
from kopilka.words.tongue import title_of, tongue_of

TEXT_MAX = 200_000
MOVE_COLUMNS = (
    ("before", N_("Today"), False),
    ("after", N_("Then"), False),
    ("members", N_("Members"), True),
)


class MistakeWords(msgspec.Struct, frozen=True):
    """A mistake as the editor shows it."""

    line: int
    text: str
    fatal: bool


class Checked(msgspec.Struct, frozen=True):
    """What the editor found in a text."""

    mistakes: tuple[MistakeWords, ...]
    changes: tuple[str, ...]
    title: str
    newest: int
    refused: str = ""
    moves: tuple[Mapping[str, object], ...] = ()
    moved: tuple[str, ...] = ()

    @property
    def publishable(self) -> bool:
        """Whether nothing stands in the way."""
        return bool(self.title) and not any(row.fatal for row in self.mistakes)


class Programme:
    """The screens."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The text of a version, the one in force unless another is asked for."""
        services, tag = self._shell.services, visit.language
        versions = services.programmes.versions(visit.names["programme_id"])
        if not versions:
            raise ClosedError(404)
        ruling = in_force(versions, services.clock())
        wanted = visit.get("version")
        shown = next((row for row in versions if str(row.number) == wanted), ruling or versions[0])
        programme = services.programmes.read(shown)
        zone_name = "UTC" if programme is None else programme.zone
        id_ = shown.programme_id
        return self._shell.page(
            visit, "programme/page.html", title=id_ if programme is None else title_of(programme, tag),
            place="programmes", shown=shown, lines=shown.text.rstrip("\n").split("\n"), ruling=ruling,
            paused=programme is not None and programme.paused,
            versions=[
                (row.number, calendar.moment(tag, row.valid_from, zone_name), row == ruling) for row in reversed(versions)
            ],
            shops=[shop for shop in services.programmes.shops() if shop.programme == id_],
            terms=None if programme is None else terms_in(programme, self._shell.tongue(visit, programme)),
        )  # fmt: skip

    def edit(self, visit: Visit) -> Answer:
        """The editor with a version, a playbook, or nothing."""
        name, id_ = visit.get("playbook"), visit.get("programme")
        text = playbook(name) if name in playbook_names() else ""
        if id_:
            versions = self._shell.services.programmes.versions(id_)
            text = versions[-1].text if versions else ""
        return self._editor(visit, text, None)

    def check(self, visit: Visit) -> Answer:
        """Check a text, and publish it where that is asked and nothing stands in the way."""
        if visit.get("do") == "publish" and not visit.staff.may(Right.PUBLISH):
            raise ClosedError(403)
        text = visit.get("text").replace("\r\n", "\n")[:TEXT_MAX]
        checked = self._checked(visit, text)
        if visit.get("do") != "publish" or not checked.publishable:
            return self._editor(visit, text, checked)
        services = self._shell.services
        try:
            valid_from = self._moment(visit, text)
        except ValueError:
            return self._editor(visit, text, msgspec.structs.replace(checked, refused="bad_day"))
        expected = visit.get("expected")
        wanted = Wanted(text, int(expected) if expected.isdigit() else 0, valid_from, visit.staff.staff_id)
        outcome = services.programmes.publish(wanted)
        tongue = self._shell.tongue(visit)
        if isinstance(outcome, Refused):
            return self._editor(
                visit, text, msgspec.structs.replace(checked, refused=refusal(outcome, tongue))
            )
        if isinstance(outcome, Faulty):
            faulty = _words(outcome.mistakes, tongue)
            return self._editor(visit, text, msgspec.structs.replace(checked, mistakes=faulty))
        version = outcome.version
        services.reception.note(
            visit.staff, "programme.published", version.programme_id, version=version.number
        )
        return Answer(
            goto=f"/console/programmes/{version.programme_id}?version={version.number}&done=published"
        )

    def _checked(self, visit: Visit, text: str) -> Checked:
        services, tongue = self._shell.services, self._shell.tongue(visit)
        reading = services.programmes.check(text)
        if reading.programme is None:
            return Checked(_words(reading.mistakes, tongue), (), "", 0)
        gaps = services.views.purchase_gaps(reading.programme.programme)
        told = cautions_from_data(reading.programme, REGISTRY, gaps)
        mistakes = _words((*reading.mistakes, *told), tongue)
        versions = services.programmes.versions(reading.programme.programme)
        changes = services.programmes.difference(text)
        said = tuple(_change(row, tongue) for row in changes) if isinstance(changes, list) else ()
        newest = max((version.number for version in versions), default=0)
        found = Checked(mistakes, said, title_of(reading.programme, visit.language), newest)
        return self._previewed(found, reading.programme, visit) if found.publishable else found

    def _previewed(self, checked: Checked, draft: ProgrammeDocument, visit: Visit) -> Checked:
        """With what the document's ladder would do to today's members, where it changes any level."""
        views = self._shell.services.views
        found, ruling = views.preview_ladder(draft), views.ruleset(draft.programme)
        if found is None:
            return checked
        tongue = tongue_of(visit.language, [draft, *([] if ruling is None else [ruling.programme])])
        moves = tuple(
            {
                "before": levels.title(tongue, row.before) or "—",
                "after": levels.title(tongue, row.after) or "—",
                "members": formats.number(tongue.language, row.members),
                **({"href": f"/console/members/{row.examples[0]}"} if row.examples else {}),
            }
            for row in found.moves
        )
        said = tuple(levels.preview_lines(found, tongue))
        return msgspec.structs.replace(checked, moves=moves, moved=said)

    def _moment(self, visit: Visit, text: str) -> datetime | None:
        """From when on: a local moment of the programme's zone; nothing typed is now."""
        typed = visit.get("from").strip()
        programme = self._shell.services.programmes.check(text).programme
        if not typed or programme is None:
            return None
        return datetime.fromisoformat(typed).replace(tzinfo=zone(programme.zone)).astimezone(UTC)

    def _editor(self, visit: Visit, text: str, checked: Checked | None) -> Answer:
        say = catalogue(visit.language)
        if checked is not None and checked.refused == "bad_day":
            refused = refusal(Refused("bad_day"), self._shell.tongue(visit))
            checked = msgspec.structs.replace(checked, refused=refused)
        wrong = {row.line for row in checked.mistakes} if checked is not None else set()
        return self._shell.page(
            visit, "programme/edit.html", title=say.gettext("Programme editor"), place="programmes", text=text,
            checked=checked, wrong=wrong, move_columns=columns_in(visit.language, MOVE_COLUMNS), lines=text.split("\n") if wrong else (),
            status=422 if checked is not None and (not checked.publishable or checked.refused) else 200,
        )  # fmt: skip


def _words(mistakes: tuple[Mistake, ...], tongue: Tongue) -> tuple[MistakeWords, ...]:
    return tuple(
        MistakeWords(
            row.line,
            render(in_language(row.words(), tongue.language), row.params, tongue, code=row.code),
            row.severity is Severity.ERROR,
        )
        for row in mistakes
    )


def _change(change: Change, tongue: Tongue) -> str:
    return render(in_language(change.words, tongue.language), change.params, tongue, code=change.code)
