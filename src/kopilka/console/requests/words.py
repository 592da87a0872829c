"""What the screens about personal data say: requests, acts and exports as rows. Facts in, ready texts out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from kopilka.look.slip import points_text
from kopilka.usecases.data_requests import NOBODY, OPEN, SOON, DataRequest
from kopilka.usecases.erasure_act import ErasureAct
from kopilka.values.period import local_day
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue, ngettext
from kopilka.words.render import Tongue

COLUMNS = (
    ("wish", N_("Asked for"), False),
    ("who", N_("Member"), False),
    ("from", N_("From"), False),
    ("due", N_("Answer by"), True),
)
ENDED_COLUMNS = (
    ("wish", N_("Asked for"), False),
    ("who", N_("Member"), False),
    ("from", N_("From"), False),
    ("ended", N_("Answered"), True),
)
ACT_COLUMNS = (
    ("act", N_("Act"), False),
    ("ground", N_("Why"), False),
    ("when", N_("When"), True),
)
WISHES = {
    "export": N_("To be told what is known"),
    "erase": N_("To be erased"),
    "erase_all": N_("Everybody of a shop to be erased"),
}
STATES = {"open": N_("open"), "done": N_("done"), "dismissed": N_("dismissed")}
GROUNDS = {
    "person": N_("The person asked to be erased"),
    "consent": N_("The person withdrew their consent"),
    "shop": N_("A connected shop passed the person's request on"),
    "done": N_("The purpose of keeping the data is reached"),
    "other": N_("Another reason"),
}
KINDS = MappingProxyType(
    {
        "name": N_("Name"),
        "phone": N_("Phone"),
        "email": N_("E-mail"),
        "birthday": N_("Birthday"),
        "zone": N_("Time zone"),
        "attributes": N_("Further facts"),
        "tags": N_("Tags"),
        "phone_identifier": N_("Phones that find the member"),
        "email_identifier": N_("E-mails that find the member"),
        "card_identifier": N_("Numbers of cards"),
        "qr_identifier": N_("QR codes"),
        "external_identifier": N_("Ids in other systems"),
        "consents": N_("Consents"),
        "documents": N_("Documents of connected systems"),
        "deliveries": N_("Webhooks as they came"),
        "uploads": N_("Uploaded files"),
        "calls": N_("Addresses of calls"),
        "codes": N_("One-time codes"),
        "messages": N_("Messages"),
        "reserves": N_("Reserves of points that were let go"),
    }
)
"""In the order in which an act tells them."""
BY_STAFF = N_("Written down here")


class Due(msgspec.Struct, frozen=True):
    """By when a request has to be answered: "2 April 2026", "9 days left", and how pressing it is."""

    day: str
    left: str
    tone: str


def due_words(request: DataRequest, tongue: Tongue, now: datetime) -> Due:
    """How long there is to answer."""
    tag, say = tongue.language, catalogue(tongue.language)
    day = calendar.day(tag, local_day(request.due_at, tongue.zone))
    days = (local_day(request.due_at, tongue.zone) - local_day(now, tongue.zone)).days
    if request.due_at <= now:
        return Due(day, say.gettext("overdue"), "bad")
    if days == 0:
        return Due(day, say.gettext("today"), "bad")
    left = ngettext(tag, "%(num)s day left", "%(num)s days left", days)
    return Due(day, left, "warn" if request.due_at - now <= SOON else "plain")


def request_rows(
    requests: Iterable[DataRequest], names: Mapping[str, str], systems: Mapping[str, str], tongue: Tongue, now: datetime
) -> list[Mapping[str, object]]:  # fmt: skip
    """Requests in a list, each a link to its page."""
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = []
    for row in requests:
        due = due_words(row, tongue, now)
        ended = "" if row.ended_at is None else calendar.moment(tag, row.ended_at, tongue.zone)
        rows.append(
            {
                "href": f"/console/requests/{row.request_id}",
                "wish": say.gettext(WISHES[row.wish]),
                "small_wish": calendar.moment(tag, row.asked_at, tongue.zone),
                "who": names.get(row.member_id, "") or (row.member_id or say.gettext("nobody of ours")),
                "from": systems.get(row.connection_id, row.connection_id) or say.gettext(BY_STAFF),
                "due": due.day,
                "small_due": due.left,
                "ended": ended,
                "small_ended": say.gettext(STATES[row.state]),
            }
        )
    return rows


def answer_words(request: DataRequest, tongue: Tongue) -> str:
    """How an ended request was answered."""
    say = catalogue(tongue.language)
    if request.state == OPEN:
        return ""
    if request.reason == NOBODY:
        return say.gettext("Nobody here was known under these names; there was nothing to erase.")
    return request.reason


def act_rows(acts: Iterable[ErasureAct], tongue: Tongue) -> list[Mapping[str, object]]:
    """Acts in a list."""
    tag, say = tongue.language, catalogue(tongue.language)
    return [
        {
            "href": f"/console/acts/{act.act_id}",
            "act": say.gettext("No. %(number)s", number=formats.number(tag, act.number)),
            "small_act": act.member_id,
            "ground": say.gettext(GROUNDS[act.ground]),
            "when": calendar.moment(tag, act.erased_at, tongue.zone),
        }
        for act in acts
    ]


def count_rows(act: ErasureAct, tongue: Tongue) -> list[tuple[str, str]]:
    """Kinds of data with how many were erased."""
    tag, say = tongue.language, catalogue(tongue.language)
    known = [(kind, act.counts[kind]) for kind in KINDS if act.counts.get(kind)]
    known += [(kind, count) for kind, count in sorted(act.counts.items()) if kind not in KINDS and count]
    return [(say.gettext(KINDS.get(kind, kind)), formats.number(tag, count)) for kind, count in known]


def burnt_words(act: ErasureAct, tongue: Tongue) -> str:
    """What became of the points."""
    say = catalogue(tongue.language)
    if not act.alone:
        return say.gettext("Others use the same points and keep them.")
    if not act.points:
        return say.gettext("There were no points.")
    points = ", ".join(points_text(tongue, units, kind) for kind, units in sorted(act.points.items()))
    return say.gettext("Burnt: %(points)s.", points=points)
