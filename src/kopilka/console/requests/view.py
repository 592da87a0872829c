"""Requests about personal data, one of them, acts of erasure. For owners."""

from collections.abc import Iterable

from kopilka.console.requests.words import (
    ACT_COLUMNS,
    COLUMNS,
    ENDED_COLUMNS,
    GROUNDS,
    STATES,
    WISHES,
    act_rows,
    answer_words,
    burnt_words,
    count_rows,
    due_words,
    request_rows,
)
from kopilka.console.rows import columns_in
from kopilka.console.shell import Shell
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.commands import Ref
from kopilka.usecases.data_requests import ERASE_ALL, EXPORT, DataRequest
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView
from kopilka.words import calendar, formats
from kopilka.words.catalogue import catalogue

PLACE = "/console/requests"
ACTS = 20


class Requests:
    """The screens and their deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._privacy = shell.services.privacy

    def show(self, visit: Visit) -> Answer:
        """What has to be answered, what was answered, acts."""
        tongue, now, tag = self._shell.tongue(visit), self._shell.services.clock(), visit.language
        open_ones, ended = self._privacy.requests.open(), self._privacy.requests.ended()
        names = self._names([*open_ones, *ended])
        return self._shell.page(
            visit, "requests/page.html", title=catalogue(tag).gettext("Requests about personal data"), place="requests",
            tongue=tongue, columns=columns_in(tag, COLUMNS), ended_columns=columns_in(tag, ENDED_COLUMNS),
            act_columns=columns_in(tag, ACT_COLUMNS),
            rows=request_rows(open_ones, names, self._systems(), tongue, now),
            ended=request_rows(ended, names, self._systems(), tongue, now),
            acts=act_rows(self._privacy.erasures.acts(ACTS), tongue),
            late=[row for row in open_ones if row.due_at <= now],
        )  # fmt: skip

    def one(self, visit: Visit) -> Answer:
        """One request."""
        return self._page(visit, self._found(visit))

    def done(self, visit: Visit) -> Answer:
        """It has been answered."""
        found = self._found(visit)
        outcome = self._privacy.requests.done(found.request_id, visit.staff.staff_id, visit.get("note"))
        if isinstance(outcome, Refused):
            return self._page(visit, found, "done", self._shell.trouble(visit, outcome))
        return Answer(goto=f"{PLACE}/{found.request_id}?done=request_done")

    def dismiss(self, visit: Visit) -> Answer:
        """It is not answered, and why."""
        found = self._found(visit)
        outcome = self._privacy.requests.dismiss(found.request_id, visit.staff.staff_id, visit.get("reason"))
        if isinstance(outcome, Refused):
            return self._page(visit, found, "dismiss", self._shell.trouble(visit, outcome))
        return Answer(goto=f"{PLACE}/{found.request_id}?done=request_dismissed")

    def act(self, visit: Visit) -> Answer:
        """An act, to be printed."""
        act = self._privacy.erasures.act(visit.names["act"])
        if act is None:
            raise ClosedError(404)
        tag, tongue = visit.language, self._shell.tongue(visit)
        say, systems = catalogue(tag), self._systems()
        log = self._shell.services.reception.actions(subject=act.member_id, limit=50)
        line = next((row for row in log if row.action == "member.erased"), None)
        facts = [
            (say.gettext("Whose data"), say.gettext("the member with the id %(id)s", id=act.member_id)),
            (say.gettext("Why"), say.gettext(GROUNDS[act.ground])),
            (say.gettext("Asked through"), systems.get(act.connection_id, act.connection_id)),
            (say.gettext("Asked"), calendar.moment(tag, act.asked_at, tongue.zone)),
            (say.gettext("Erased"), calendar.moment(tag, act.erased_at, tongue.zone)),
            (say.gettext("Carried out by"), (line.name if line is not None else "") or act.actor),
            (say.gettext("Points"), burnt_words(act, tongue)),
            (say.gettext("Requests answered"), ", ".join(act.requests)),
        ]
        return self._shell.page(
            visit, "requests/act.html", title=say.gettext("Act of erasing personal data"), place="requests",
            tongue=tongue, act=act, number=formats.number(tag, act.number), facts=[row for row in facts if row[1]],
            counts=count_rows(act, tongue), log=line, hash=act.sha256.hex(), untouched=act.untouched,
            day=calendar.moment(tag, act.erased_at, tongue.zone, "long"),
            logged="" if line is None else calendar.moment(tag, line.done_at, tongue.zone),
        )  # fmt: skip

    # -- pages --------------------------------------------------------------------------------------------------

    def _found(self, visit: Visit) -> DataRequest:
        found = self._privacy.requests.get(visit.names["asked"])
        if found is None:
            raise ClosedError(404)
        return found

    def _page(
        self, visit: Visit, found: DataRequest, stuck: str = "", trouble: Trouble | None = None
    ) -> Answer:
        tag, tongue, now = visit.language, self._shell.tongue(visit), self._shell.services.clock()
        say, member = catalogue(tag), self._member(found.member_id)
        due = due_words(found, tongue, now)
        content = found.content
        orders = content.get("orders") or []
        facts = [
            (say.gettext("Asked for"), say.gettext(WISHES[found.wish])),
            (say.gettext("From"), self._systems().get(found.connection_id, found.connection_id) or say.gettext("Written down here")),
            (say.gettext("Asked"), calendar.moment(tag, found.asked_at, tongue.zone)),
            (say.gettext("Customer there"), str(content.get("customer") or "")),
            (say.gettext("Orders there"), ", ".join(map(str, orders))),
            (say.gettext("Answered"), "" if found.ended_at is None else calendar.moment(tag, found.ended_at, tongue.zone)),
            (say.gettext("Answer"), answer_words(found, tongue)),
        ]  # fmt: skip
        erased = member is not None and member.status == "erased"
        act = self._privacy.erasures.act_of(found.member_id) if erased else None
        return self._shell.page(
            visit, "requests/one.html", title=say.gettext(WISHES[found.wish]), place="requests", tongue=tongue,
            request=found, state=say.gettext(STATES[found.state]), due=due, facts=[row for row in facts if row[1]],
            member=member, name=_name(member), erased=erased, act=act, stuck=stuck, trouble=trouble,
            errors=dict(trouble.fields) if trouble else {}, status=422 if trouble else 200,
            may_finish=found.wish in {EXPORT, ERASE_ALL} or member is None or erased,
        )  # fmt: skip

    def _member(self, member_id: str) -> MemberView | None:
        return self._shell.services.views.member(Ref("member", member_id)) if member_id else None

    def _names(self, requests: Iterable[DataRequest]) -> dict[str, str]:
        ids = {row.member_id for row in requests if row.member_id}
        return {id_: _name(self._member(id_)) for id_ in ids}

    def _systems(self) -> dict[str, str]:
        return {row.connection_id: row.title for row in self._shell.services.connections.all()}


def _name(member: MemberView | None) -> str:
    return "" if member is None else member.person.name or member.person.phone or member.member_id
