"""Members: a search over name, phone, card and e-mail, page by page; and the form of a new member."""

from urllib.parse import urlencode

from kopilka.console.rows import MEMBER_COLUMNS, columns_in, member_rows
from kopilka.console.shell import Shell
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.commands import Enrol, Identifier, Person
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Refused
from kopilka.values.errors import BadValueError
from kopilka.words.catalogue import catalogue
from kopilka.words.entry import day_entry
from kopilka.words.tongue import title_of

PAGE = 30
_PURPOSES = ("personal_data", "advertising")


class Members:
    """The screens."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """A page of the list."""
        text, after = visit.get("q"), visit.get("after")
        found = self._shell.services.views.search(text, after=after, limit=PAGE + 1)
        shown, tongue = found[:PAGE], self._shell.tongue(visit)
        following = urlencode({"q": text, "after": shown[-1].member_id}) if len(found) > PAGE else ""
        return self._shell.page(
            visit, "members/page.html", title=catalogue(visit.language).gettext("Members"), place="members",
            tongue=tongue, q=text, rows=member_rows(shown, tongue), columns=columns_in(visit.language, MEMBER_COLUMNS),
            following=f"?{following}" if following else "", previous=f"?{urlencode({'q': text})}" if after else "",
        )  # fmt: skip

    def ask(self, visit: Visit) -> Answer:
        """The empty form; a phone from an unsuccessful search is carried over."""
        return self._form(visit, self._shell.services.new_id("enr_"), None)

    def enrol(self, visit: Visit) -> Answer:
        """Enrol; sending the form twice is enrolling once."""
        services, key = self._shell.services, visit.get("key")
        command = _enrol(visit, key)
        if isinstance(command, Refused):
            return self._form(visit, key, self._shell.trouble(visit, command))
        outcome = services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._form(visit, key, self._shell.trouble(visit, outcome))
        if not outcome.replayed:
            services.reception.note(
                visit.staff, "member.enrolled", outcome.member_id, programme=command.programme
            )
        return Answer(goto=f"/console/members/{outcome.member_id}?done=enrolled")

    def _form(self, visit: Visit, key: str, trouble: Trouble | None) -> Answer:
        services = self._shell.services
        programmes = [(row.programme, title_of(row, visit.language)) for row in self._shell.ruling()]
        shops = [("", "—"), *((shop.id, shop.title or shop.id) for shop in services.programmes.shops())]
        return self._shell.page(
            visit, "members/new.html", title=catalogue(visit.language).gettext("New member"), place="members",
            key=key, trouble=trouble, errors=dict(trouble.fields) if trouble else {}, programmes=programmes, shops=shops,
            status=422 if trouble else 200,
        )  # fmt: skip


def _enrol(visit: Visit, key: str) -> Enrol | Refused:
    identifiers, found = [], {}
    for kind in ("phone", "email", "card"):
        text = visit.get(kind).strip()
        if text:
            found[kind] = normal(kind, text)
            if not found[kind]:
                return Refused("bad_identifier", field=kind)
            identifiers.append(Identifier(kind, found[kind]))
    if not identifiers:
        return Refused("no_identifier", field="phone")
    try:
        birthday = day_entry(visit.get("birthday"), field="birthday") if visit.get("birthday") else None
    except BadValueError as error:
        return Refused("bad_day", field=error.field)
    person = Person(
        visit.get("name").strip(), found.get("phone", ""), found.get("email", ""), birthday, visit.language
    )
    consents = tuple((purpose, "") for purpose in _PURPOSES if visit.get(purpose))
    return Enrol(
        tuple(identifiers), visit.get("programme"), person, visit.get("shop"), consents=consents,
        client=f"console:{visit.staff.staff_id}", key=key,
    )  # fmt: skip
