"""Staff: who may sign in, and the log of what everybody did. For owners."""

from collections.abc import Mapping
from urllib.parse import urlencode

from kopilka.console.shell import ROLES, Shell
from kopilka.look.shapes import Column, Trouble
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Action, Role, Staff
from kopilka.words import calendar
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue

PAGE = 30
_ACTIONS = {
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
    "staff.added": N_("opened an account"),
    "member.enrolled": N_("enrolled a member"),
    "member.changed": N_("changed facts about a member"),
    "points.adjusted": N_("booked points by hand"),
    "level.set": N_("set a level by hand"),
    "card.issued": N_("issued a card"),
    "card.replaced": N_("replaced a card"),
    "card.blocked": N_("blocked a card"),
    "card.unblocked": N_("unblocked a card"),
    "receipt.closed": N_("closed a receipt"),
    "receipt.voided": N_("voided a receipt"),
    "receipt.returned": N_("booked a return"),
    "programme.published": N_("published a programme"),
    "coupons.made": N_("made coupons"),
    "coupons.listed": N_("downloaded codes of coupons"),
    "coupon.given": N_("gave a coupon"),
    "coupon.activated": N_("activated a coupon"),
    "coupon.cancelled": N_("withdrew a coupon"),
    "shop.changed": N_("changed a shop"),
    "subscription.made": N_("added a receiver of events"),
    "subscription.changed": N_("changed a receiver of events"),
    "subscription.paused": N_("paused events to a receiver"),
    "subscription.resumed": N_("resumed events to a receiver"),
    "subscription.skipped": N_("skipped what a receiver had missed"),
    "subscription.secret_changed": N_("changed a receiver's secret"),
    "subscription.replayed": N_("sent events once more"),
    "subscription.deleted": N_("deleted a receiver of events"),
    "delivery.skipped": N_("passed over a delivery"),
    "connection.made": N_("connected a system"),
    "connection.changed": N_("changed a connection"),
    "connection.secret_changed": N_("changed the key of a connection"),
    "connection.closed": N_("closed a connection"),
    "member.erased": N_("erased a person"),
    "member.exported": N_("read everything that is known of a member"),
    "data_request.asked": N_("noted a request about personal data"),
    "data_request.done": N_("answered a request about personal data"),
    "data_request.dismissed": N_("dismissed a request about personal data"),
}
_SUBJECTS = {
    "mem_": "/console/members/",
    "rcp_": "/console/receipts/",
    "sub_": "/console/events/",
    "con_": "/console/connections/",
}


class StaffScreen:
    """The screen and its deed."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """Accounts and the log."""
        return self._page(visit)

    def add(self, visit: Visit) -> Answer:
        """Open an account."""
        reception = self._shell.services.reception
        role = next((role for role in Role if role.value == visit.get("role")), Role.CASHIER)
        wanted = Staff(
            "", visit.get("login"), visit.get("name").strip(), role, visit.language, visit.get("shop")
        )
        added = reception.add(wanted, visit.get("password"))
        if isinstance(added, Refused):
            return self._page(visit, self._shell.trouble(visit, added))
        reception.note(visit.staff, "staff.added", added.staff_id, role=role.value)
        return Answer(goto="/console/staff?done=staff_added")

    def _page(self, visit: Visit, trouble: Trouble | None = None) -> Answer:
        services, say = self._shell.services, catalogue(visit.language)
        tongue = self._shell.tongue(visit)
        found = services.reception.actions(after=visit.get("after"), limit=PAGE + 1)
        columns = (
            Column(key="who", title=say.gettext("Who")),
            Column(key="what", title=say.gettext("What")),
            Column(key="when", title=say.gettext("When"), kind="number"),
        )
        shops = [
            ("", say.gettext("All shops")),
            *((shop.id, shop.title or shop.id) for shop in services.programmes.shops()),
        ]
        return self._shell.page(
            visit, "staff/page.html", title=say.gettext("Staff"), place="staff", tongue=tongue, trouble=trouble,
            people=[(row, say.gettext(ROLES[row.role])) for row in services.reception.staff()],
            roles=[(role.value, say.gettext(name)) for role, name in ROLES.items()], shops=shops, columns=columns,
            rows=[_row(action, tongue) for action in found[:PAGE]], errors=dict(trouble.fields) if trouble else {},
            following="?" + urlencode({"after": found[PAGE - 1].action_id}) if len(found) > PAGE else "",
            previous="/console/staff" if visit.get("after") else "", status=422 if trouble else 200,
        )  # fmt: skip


def _row(action: Action, tongue: Tongue) -> Mapping[str, object]:
    say = catalogue(tongue.language)
    detail = ", ".join(f"{name} {value}" for name, value in action.detail.items())
    place = next((href for prefix, href in _SUBJECTS.items() if action.subject.startswith(prefix)), "")
    return {
        "who": action.name or action.staff_id,
        "what": say.gettext(_ACTIONS.get(action.action, action.action)),
        "small_what": " · ".join(filter(None, (action.subject, detail))),
        "when": calendar.moment(tongue.language, action.done_at, tongue.zone),
        **({"href": place + action.subject} if place else {}),
    }
