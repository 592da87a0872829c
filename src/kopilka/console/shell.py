"""The frame around every screen of the console: navigation by role, the reader's words, a word after a deed."""

from collections.abc import Sequence

from kopilka.console.services import Services
from kopilka.core.programme.document import Programme
from kopilka.look.shapes import Group, Link, Page, Person, Toast, Trouble
from kopilka.look.visit import Answer, Visit
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Right, Role
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

HOME = "/console"
ROLES = {
    Role.OWNER: N_("Owner"),
    Role.MARKETER: N_("Marketer"),
    Role.SUPPORT: N_("Support"),
    Role.CASHIER: N_("Cashier"),
}
_DONE = {
    "level_set": N_("The level is set."),
    "adjusted": N_("The points are booked."),
    "enrolled": N_("The member is enrolled."),
    "card_added": N_("The card is issued."),
    "card_blocked": N_("The card is blocked."),
    "card_unblocked": N_("The card works again."),
    "card_replaced": N_("The card is replaced; points stay where they are."),
    "changed": N_("The changes are saved."),
    "gift_given": N_("The gift is given; the points are taken."),
    "gift_returned": N_("The gift came back; so did the points."),
    "paid_out": N_("The payout is booked."),
    "returned": N_("The return is booked."),
    "voided": N_("The receipt is voided."),
    "published": N_("The version is published."),
    "coupon_given": N_("The coupon is given."),
    "shop_saved": N_("The shop is saved."),
    "subscription_saved": N_("The changes are saved."),
    "subscription_paused": N_("Nothing is sent until you resume."),
    "subscription_resumed": N_("What waits goes out now, then what was missed."),
    "subscription_skipped": N_("What was missed is skipped: events go from now on."),
    "subscription_replayed": N_("The events go out once more."),
    "subscription_deleted": N_("The receiver is deleted."),
    "delivery_skipped": N_("The delivery is passed over."),
    "staff_added": N_("The account is open."),
    "connection_saved": N_("The connection is saved."),
    "connection_closed": N_("The connection is closed: its calls are refused."),
    "erased": N_("The person is erased."),
    "request_written": N_("The request is written down."),
    "request_done": N_("The request is done."),
    "request_dismissed": N_("The request is dismissed."),
}
_PLACES = (
    (
        "",
        (
            (Right.WATCH, "overview", "home", N_("Overview"), HOME),
            (Right.WATCH, "members", "users", N_("Members"), f"{HOME}/members"),
            (Right.WATCH, "receipts", "receipt", N_("Receipts"), f"{HOME}/receipts"),
        ),
    ),
    (
        N_("Programme"),
        (
            (Right.WATCH, "programmes", "sliders", N_("Programmes"), f"{HOME}/programmes"),
            (Right.WATCH, "coupons", "ticket", N_("Coupons"), f"{HOME}/coupons"),
            (Right.WATCH, "gifts", "gift", N_("Gifts"), f"{HOME}/gifts"),
            (Right.WATCH, "shops", "store", N_("Shops"), f"{HOME}/shops"),
        ),
    ),
    (
        N_("Work"),
        (
            (Right.SELL, "till", "wallet", N_("Till"), "/till"),
            (Right.STAFF, "connections", "plug", N_("Connections"), f"{HOME}/connections"),
            (Right.STAFF, "events", "bell", N_("Events"), f"{HOME}/events"),
            (Right.PRIVACY, "requests", "lock", N_("Personal data"), f"{HOME}/requests"),
            (Right.STAFF, "staff", "shield", N_("Staff"), f"{HOME}/staff"),
        ),
    ),
)
PHONE_PLACES = 4


class Shell:
    """Makes pages: every screen answers through `page`."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def ruling(self) -> list[Programme]:
        """Every programme as it is in force now."""
        known, now = self.services.views.catalogue(), self.services.clock()
        found = (known.ruleset(id_, now) for id_ in known.programmes())
        return [rules.programme for rules in found if rules is not None]

    def tongue(self, visit: Visit, *first: Programme) -> Tongue:
        """The words of the reader, programmes in force after those named."""
        return tongue_of(visit.language, [*first, *self.ruling()])

    def page(  # noqa: PLR0913 - what every screen says of itself
        self, visit: Visit, template: str, *, title: str, place: str, tongue: Tongue | None = None,
        status: int = 200, **context: object,
    ) -> Answer:  # fmt: skip
        """A screen. `place` is the entry of the menu that it belongs to."""
        tongue = tongue or self.tongue(visit)
        body = self.services.pages.render(
            f"console/{template}", tongue, page=frame(visit, title, place), visit=visit, csrf=visit.csrf,
            now=self.services.clock(), may=_rights(visit), **context,
        )  # fmt: skip
        return Answer(body=body, status=status)

    def trouble(self, visit: Visit, refused: Refused, tongue: Tongue | None = None) -> Trouble:
        """A refusal as the page says it; the field it is about links to its input."""
        text = refusal(refused, tongue or self.tongue(visit))
        say = catalogue(visit.language)
        fields = ((refused.field, text),) if refused.field else ()
        return Trouble(title=say.gettext("That did not work"), detail="" if fields else text, fields=fields)


def frame(visit: Visit, title: str, place: str) -> Page:
    """The page around a screen."""
    say = catalogue(visit.language)
    groups = [
        Group(
            title=say.gettext(heading) if heading else "",
            links=tuple(
                Link(title=say.gettext(name), href=href, icon=icon, current=id_ == place)
                for right, id_, icon, name, href in entries
                if visit.staff.may(right)
            ),
        )
        for heading, entries in _PLACES
    ]
    nav = tuple(group for group in groups if group.links)
    links: Sequence[Link] = [link for group in nav for link in group.links]
    done = _DONE.get(visit.query.get("done", ""))
    return Page(
        title=title,
        lang=visit.language,
        theme=visit.theme,
        home=HOME,
        nav=nav,
        phone_nav=tuple(links[:PHONE_PLACES]),
        person=Person(name=visit.staff.name or visit.staff.login, role=say.gettext(ROLES[visit.staff.role])),
        sign_out="/sign-out",
        csrf=visit.csrf,
        toasts=(Toast(text=say.gettext(done)),) if done else (),
    )


def _rights(visit: Visit) -> frozenset[str]:
    """Names of what the visitor may do, for templates."""
    return frozenset(right.value for right in Right if visit.staff.may(right))
