"""What the screens of events say: subscriptions, deliveries and answers as rows. Facts in, ready texts out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from kopilka.core.event.kinds import KINDS
from kopilka.usecases.deliveries import Delivery
from kopilka.usecases.subscriptions import Backlog, Subscription, Subscriptions
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue, ngettext
from kopilka.words.render import Tongue

COLUMNS = (
    ("title", N_("Receiver"), False),
    ("state", N_("State"), False),
    ("waiting", N_("Waiting"), True),
    ("last", N_("Last delivery"), True),
)
LOG_COLUMNS = (
    ("event", N_("Event"), False),
    ("state", N_("State"), False),
    ("answer", N_("Answer"), True),
    ("when", N_("When"), True),
)
STATES = {
    "waiting": (N_("waits"), "info"),
    "delivered": (N_("delivered"), "good"),
    "skipped": (N_("passed over"), "plain"),
}
FILTERS = (
    ("", N_("All deliveries")),
    ("waiting", N_("Waiting")),
    ("delivered", N_("Delivered")),
    ("skipped", N_("Passed over")),
)
_STOPPED = {
    "gone": N_("The receiver answered 410 Gone: it does not want events any more."),
    "broken_seal": N_(
        "Its secret was sealed with another KOPILKA_SECRET_KEY. Give that key back, or make a new secret and resume."
    ),
    "last_try": N_(
        "One delivery failed on every try, for more than a day. Nothing is lost: what is missed goes when you resume."
    ),
    "failing": N_(
        "The receiver has taken nothing for three days. Nothing is lost: what is missed goes when you resume."
    ),
}
_TROUBLES = {
    "timeout": N_("no answer in 15 seconds"),
    "no_connection": N_("no connection"),
    "no_answer": N_("the connection broke off"),
    "bad_certificate": N_("the certificate is not trusted"),
    "name_unknown": N_("the name leads nowhere"),
    "address_private": N_("the name leads into a private network"),
    "address_not_https": N_("the address is not https"),
    "bad_address": N_("the address is wrong"),
    "unknown_connection": N_("its connection is closed"),
    "not_written": N_("the event could not be written in this way"),
    "unknown_format": N_("its format is not there any more"),
}


class Standing(msgspec.Struct, frozen=True):
    """How a subscription stands: a badge, and a notice where something is wrong."""

    text: str
    tone: str
    notice: str = ""
    told: str = ""


def standing_of(row: Subscription, tongue: Tongue, now: datetime) -> Standing:
    """How it stands."""
    say, tag = catalogue(tongue.language), tongue.language
    match row.state:
        case "stopped":
            told = say.gettext(_STOPPED.get(row.reason, "")) if row.reason in _STOPPED else row.reason
            return Standing(say.gettext("stopped"), "bad", say.gettext("Nothing is sent any more"), told)
        case "paused":
            told = say.gettext(
                "What happens meanwhile is not lost: when you resume, it goes in order or is skipped."
            )
            return Standing(say.gettext("on pause"), "warn", "", told)
        case _ if row.retry_at is not None:
            again = calendar.relative(tag, row.retry_at, now) if row.retry_at > now else say.gettext("now")
            told = say.gettext(
                "%(failures)s in a row failed. One delivery is tried again %(when)s; when it goes through, all follow.",
                failures=formats.number(tag, row.failures), when=again,
            )  # fmt: skip
            return Standing(
                say.gettext("does not answer"), "bad", say.gettext("The receiver does not answer"), told
            )
        case _:
            return Standing(say.gettext("active"), "good")


def names_of(row: Subscription, tag: str) -> str:
    """Which events."""
    if not row.names:
        return catalogue(tag).gettext("all events")
    return ngettext(tag, "%(num)s kind of event", "%(num)s kinds of events", len(row.names))


def subscription_rows(
    rows: Iterable[tuple[Subscription, Backlog]], tongue: Tongue, now: datetime
) -> list[Mapping[str, object]]:
    """Subscriptions, each a link to its page."""
    tag, say = tongue.language, catalogue(tongue.language)
    return [
        {
            "href": f"/console/events/{row.subscription_id}",
            "title": row.title,
            "small_title": row.address,
            "state": standing_of(row, tongue, now).text,
            "small_state": names_of(row, tag),
            "waiting": waiting_text(backlog, tag) if backlog.waiting else "",
            "small_waiting": missed_text(backlog, tag)
            or (
                ""
                if backlog.since is None
                else say.gettext("since %(when)s", when=calendar.moment(tag, backlog.since, tongue.zone))
            ),
            "last": ""
            if backlog.delivered_at is None
            else calendar.moment(tag, backlog.delivered_at, tongue.zone),
        }
        for row, backlog in rows
    ]


def waiting_text(backlog: Backlog, tag: str) -> str:
    """How many wait; more than is counted is said so."""
    most = Subscriptions.BACKLOG_MOST
    if backlog.waiting > most:
        return catalogue(tag).gettext("more than %(count)s", count=formats.number(tag, most))
    return formats.number(tag, backlog.waiting)


def missed_text(backlog: Backlog, tag: str) -> str:
    """About how many events happened after the place that it has come to; nothing where it is up to date."""
    if not backlog.missed:
        return ""
    return catalogue(tag).gettext("events to go: about %(count)s", count=formats.number(tag, backlog.missed))


def progress_of(row: Subscription, backlog: Backlog, tongue: Tongue) -> list[tuple[str, str]]:
    """What is missed or goes once more, and how far that is."""
    say, tag = catalogue(tongue.language), tongue.language
    facts = []
    if row.again_since is not None:
        since = calendar.moment(tag, row.again_since, tongue.zone)
        facts.append((say.gettext("Goes once more"), say.gettext("everything since %(when)s", when=since)))
    if backlog.missed:
        about = say.gettext("about %(count)s", count=formats.number(tag, backlog.missed))
        facts.append((say.gettext("Events to go"), about))
        if backlog.missed_since is not None:
            reached = calendar.moment(tag, backlog.missed_since, tongue.zone)
            facts.append((say.gettext("The first of them is from"), reached))
        if row.state == "active":
            facts.append((say.gettext("Done"), f"{backlog.percent} %"))
    return facts


def answer_text(status: int | None, note: str, tag: str) -> str:
    """What came back: the status with its name, or what went wrong."""
    say = catalogue(tag)
    if status is None:
        return say.gettext(_TROUBLES[note]) if note in _TROUBLES else note
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def took(micros: int | None, tag: str) -> str:
    """How long it took."""
    if micros is None:
        return ""
    return catalogue(tag).gettext("%(count)s ms", count=formats.number(tag, micros // 1000))


def delivery_rows(
    rows: Iterable[Delivery], subscription_id: str, tongue: Tongue, now: datetime
) -> list[Mapping[str, object]]:
    """Lines of the log, each a link to its page."""
    tag, say = tongue.language, catalogue(tongue.language)
    found: list[Mapping[str, object]] = []
    for row in rows:
        kind = KINDS.get(row.name)
        tries = ngettext(tag, "%(num)s try", "%(num)s tries", row.tries) if row.tries else ""
        due = ""
        if row.state == "waiting":
            away = calendar.relative(tag, row.due_at, now)
            due = (
                say.gettext("next try %(when)s", when=away)
                if row.due_at > now
                else say.gettext("waits its turn")
            )
        found.append(
            {
                "href": f"/console/events/{subscription_id}/{row.event_id}",
                "event": row.name if kind is None else kind.words[tag if tag in kind.words else "en"],
                "small_event": row.name,
                "state": say.gettext(STATES[row.state][0]),
                "small_state": due or tries,
                "answer": answer_text(row.status, row.note, tag) if row.tried_at else "",
                "small_answer": " · ".join(filter(None, (tries if due else "", took(row.micros, tag)))),
                "when": "" if row.tried_at is None else calendar.moment(tag, row.tried_at, tongue.zone),
            }
        )  # fmt: skip
    return found


def choices_of(tag: str, chosen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Every event with its words, and whether it is chosen."""
    picked = set(chosen)
    return [
        (kind.name, kind.words.get(tag, kind.words["en"]), kind.name in picked) for kind in KINDS.values()
    ]


def pretty(body: str) -> str:
    """JSON on several lines; what is none stays as it is."""
    try:
        return msgspec.json.format(body.encode(), indent=2).decode()
    except (msgspec.DecodeError, UnicodeError):
        return body


def moment_entry(text: str) -> datetime | None:
    """A moment as the browser's field writes it, taken as UTC; None where it is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
