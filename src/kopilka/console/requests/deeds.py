"""What owners do with the data of one member: read all of it, write down what they ask for, erase them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec

from kopilka.console.member.offers import Card
from kopilka.console.requests.export import export_context
from kopilka.console.requests.words import GROUNDS
from kopilka.console.shell import Shell
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.erase_member import ErasureWish
from kopilka.usecases.erasure_act import PERSON
from kopilka.usecases.export_member import MemberExport
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView
from kopilka.values.errors import BadValueError
from kopilka.words.catalogue import catalogue
from kopilka.words.entry import day_entry


class MemberData:
    """The deeds on a member's card."""

    def __init__(self, shell: Shell, card: Card) -> None:
        self._shell = shell
        self._card = card

    def erase(self, visit: Visit) -> Answer:
        """Erase the member; the act is shown."""
        member = self._card.found(visit)
        outcome = self._erased(visit, member)
        if isinstance(outcome, Refused):
            return self._card.again(visit, member, "erase", self._shell.trouble(visit, outcome), "")
        return Answer(goto=f"/console/acts/{outcome}?done=erased")

    def write_down(self, visit: Visit) -> Answer:
        """A member has asked by letter or by word of mouth."""
        member = self._card.found(visit)
        asked_at = self._asked_at(visit, member)
        outcome = (
            asked_at
            if isinstance(asked_at, Refused)
            else self._shell.services.privacy.requests.write_down(
                member.member_id, visit.get("wish"), asked_at, visit.staff.staff_id
            )
        )
        if isinstance(outcome, Refused):
            return self._card.again(visit, member, "request", self._shell.trouble(visit, outcome), "")
        return Answer(goto=f"/console/requests/{outcome.request_id}?done=request_written")

    def export(self, visit: Visit) -> Answer:
        """Everything that is known, to be read and printed."""
        found = self._exported(visit)
        tongue = self._shell.tongue(visit)
        return self._shell.page(
            visit, "requests/export.html", title=catalogue(visit.language).gettext("Everything that is known"),
            place="members", tongue=tongue, name=found.person.name or found.person.phone or found.member_id,
            here=f"/console/members/{found.member_id}", status=200, **export_context(found, tongue, self._titles()),
        )  # fmt: skip

    def download(self, visit: Visit) -> Answer:
        """The same as a file."""
        found = self._exported(visit)
        body = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
        return Answer(body=body, kind="application/json", file=f"{found.member_id}.json")

    def _exported(self, visit: Visit) -> MemberExport:
        member = self._card.found(visit)
        found = self._shell.services.privacy.exports.export(member.member_id, visit.staff.staff_id)
        if isinstance(found, Refused):
            raise ClosedError(404)
        return found

    def _erased(self, visit: Visit, member: MemberView) -> str | Refused:
        """The id of the act."""
        if not visit.get("sure"):
            return Refused("required", field="sure")
        ground = visit.get("ground")
        wish = ErasureWish(member.member_id, visit.staff.staff_id, ground if ground in GROUNDS else PERSON)
        done = self._shell.services.privacy.erasures.erase(wish)
        return done if isinstance(done, Refused) else done.act.act_id

    def _asked_at(self, visit: Visit, member: MemberView) -> datetime | Refused:
        """The beginning of the day on which they asked; today it is now."""
        del member
        zone, now = ZoneInfo(self._shell.tongue(visit).zone), self._shell.services.clock()
        if not visit.get("asked_on"):
            return now
        try:
            day = day_entry(visit.get("asked_on"), field="asked_on")
        except BadValueError:
            return Refused("bad_day", field="asked_on")
        return now if day == now.astimezone(zone).date() else datetime.combine(day, time(), zone)

    def _titles(self) -> dict[str, str]:
        shops = self._shell.services.views.catalogue().shops
        return {id_: shop.title or id_ for id_, shop in shops.items()}
