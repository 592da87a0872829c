"""What the screens of connections say: connectors by grade, calls and deliveries as rows. Facts in, ready texts out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from kopilka.usecases.connections import Connection, ConnectorCall
from kopilka.usecases.inbox import InboxItem
from kopilka.usecases.manifest import QUALITY, Capability, Grade, Manifest, Setting, Verified, grade_of
from kopilka.usecases.verifications import Message
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue

COLUMNS = (
    ("title", N_("Connection"), False),
    ("kind", N_("System"), False),
    ("calls", N_("Last call"), True),
    ("state", N_("State"), False),
)
CALL_COLUMNS = (
    ("call", N_("Call"), False),
    ("when", N_("When"), True),
    ("status", N_("Answer"), True),
    ("time", N_("Took"), True),
)
INBOX_COLUMNS = (
    ("topic", N_("Delivery"), False),
    ("when", N_("When"), True),
    ("state", N_("State"), False),
)
MESSAGE_COLUMNS = (
    ("address", N_("To"), False),
    ("content", N_("Text"), False),
    ("when", N_("When"), True),
)
_GRADES = {
    Grade.NONE: (N_("not graded"), "plain"),
    Grade.BRONZE: (N_("bronze"), "coin"),
    Grade.SILVER: (N_("silver"), "info"),
    Grade.GOLD: (N_("gold"), "good"),
}
_VERIFIED = {
    Verified.CLIENT: N_("tested with an unmodified client"),
    Verified.RECORDED: N_("tested with recorded traffic"),
    Verified.SHAPE: N_("written to the published shape, not verified against the system itself"),
}
_CAN = {
    Capability.ENROL: N_("enrols members"),
    Capability.IDENTIFY: N_("finds members"),
    Capability.BALANCE: N_("shows balances"),
    Capability.HISTORY: N_("shows history"),
    Capability.QUOTE: N_("counts receipts"),
    Capability.SPEND: N_("pays with points"),
    Capability.HOLD: N_("reserves points"),
    Capability.CLOSE: N_("closes receipts"),
    Capability.RETURN: N_("takes goods back"),
    Capability.PART_RETURN: N_("takes parts back"),
    Capability.COUPONS: N_("takes coupons"),
    Capability.ADJUST: N_("books points by hand"),
    Capability.CONFIRM_BY_CODE: N_("confirms by a code"),
    Capability.TEXTS: N_("speaks to cashier and slip"),
    Capability.GOODS: N_("exchanges goods"),
    Capability.CUSTOMERS: N_("exchanges customers"),
    Capability.ORDERS: N_("exchanges orders"),
    Capability.EVENTS_OUT: N_("tells of events"),
}
MICROS = 1_000
HTTP_FAILED = 400


class Field(msgspec.Struct, frozen=True):
    """A setting in the form."""

    name: str
    title: str
    words: str
    choices: tuple[tuple[str, str], ...]
    required: bool


class Rule(msgspec.Struct, frozen=True):
    """A rule of the quality scale, met or not."""

    words: str
    met: bool


class Kind(msgspec.Struct, frozen=True):
    """A connector in the reader's words."""

    id: str
    title: str
    words: str
    grade: str
    tone: str
    verified: str
    can: tuple[str, ...]
    secret: str
    secret_ours: bool
    idempotency: str
    steps: tuple[str, ...]
    settings: tuple[Field, ...]
    rules: tuple[Rule, ...]


def kinds(manifests: Iterable[Manifest], language: str) -> list[Kind]:
    """Connectors in words, in the order of the alphabet."""
    return sorted((_kind(each, language) for each in manifests), key=lambda kind: kind.title.casefold())


def _kind(manifest: Manifest, language: str) -> Kind:
    say = catalogue(language)
    grade, tone = _GRADES[grade_of(manifest.meets)]
    return Kind(
        manifest.id, manifest.title.of(language), manifest.words.of(language), say.gettext(grade), tone,
        say.gettext(_VERIFIED[manifest.verified]), tuple(say.gettext(_CAN[each]) for each in manifest.can),
        manifest.secret.title.of(language), manifest.secret.ours, manifest.idempotency.of(language),
        tuple(step.of(language) for step in manifest.steps), tuple(_field(each, language) for each in manifest.settings),
        tuple(Rule(rule.words.of(language), rule.id in manifest.meets) for rule in QUALITY),
    )  # fmt: skip


def _field(setting: Setting, language: str) -> Field:
    choices = tuple((choice, choice) for choice in setting.choices)
    return Field(
        f"setting.{setting.name}",
        setting.title.of(language),
        setting.words.of(language),
        choices,
        setting.required,
    )


def connection_rows(
    found: Iterable[Connection], manifests: Mapping[str, Manifest], last: Mapping[str, Sequence[ConnectorCall]],
    tongue: Tongue,
) -> list[Mapping[str, object]]:  # fmt: skip
    """Connections, open ones first."""
    say = catalogue(tongue.language)
    rows: list[Mapping[str, object]] = []
    for row in sorted(found, key=lambda each: (each.closed_at is not None, each.created_at)):
        manifest, calls = manifests.get(row.connector), last.get(row.connection_id, ())
        rows.append(
            {
                "title": row.title,
                "small_title": row.shop or say.gettext("All shops"),
                "kind": manifest.title.of(tongue.language) if manifest else row.connector,
                "calls": _moment(calls[0].called_at, tongue) if calls else say.gettext("none yet"),
                "small_calls": str(calls[0].status) if calls and calls[0].status >= HTTP_FAILED else "",
                "state": say.gettext("closed for calls") if row.closed_at else say.gettext("works"),
                **({"href": f"/console/connections/{row.connection_id}"} if manifest else {}),
            }
        )
    return rows


def call_rows(calls: Iterable[ConnectorCall], tongue: Tongue) -> list[Mapping[str, object]]:
    """The last calls."""
    return [
        {
            "when": _moment(call.called_at, tongue),
            "call": call.method,
            "small_call": call.address.replace(call.connection_id, "…"),
            "status": str(call.status),
            "small_status": call.outcome,
            "time": formats.number(tongue.language, -(-call.micros // MICROS)) + " " + catalogue(tongue.language).gettext("ms"),
        }
        for call in calls
    ]  # fmt: skip


def inbox_rows(items: Iterable[InboxItem], tongue: Tongue) -> list[Mapping[str, object]]:
    """The last deliveries."""
    say = catalogue(tongue.language)
    rows: list[Mapping[str, object]] = []
    for item in items:
        if item.done_at is not None:
            state = say.gettext("done")
        elif item.tries:
            state = say.gettext("tried %(count)s times, again %(when)s", count=str(item.tries), when=_moment(item.due_at or item.received_at, tongue))  # fmt: skip
        else:
            state = say.gettext("waits")
        rows.append(
            {
                "when": _moment(item.received_at, tongue),
                "topic": item.topic,
                "small_topic": item.delivery_id,
                "state": state,
                "small_state": item.outcome,
            }
        )
    return rows


def message_rows(messages: Iterable[Message], tongue: Tongue) -> list[Mapping[str, object]]:
    """Messages to people that wait for a channel."""
    return [
        {"when": _moment(row.created_at, tongue), "address": row.address, "small_address": row.channel, "content": row.content}
        for row in messages
    ]  # fmt: skip


def _moment(at: datetime, tongue: Tongue) -> str:
    return calendar.moment(tongue.language, at, tongue.zone)
