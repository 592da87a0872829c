"""Everything that is known of a member as a page: sections of facts and tables in the reader's words."""

from collections.abc import Mapping

import msgspec

from kopilka.console.rows import STATES, VERBS, columns_in
from kopilka.look.shapes import Column
from kopilka.look.slip import points_text
from kopilka.usecases.export_member import MemberExport, Wallet
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.levels import title as level_title
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue

_IDENTIFIERS = {
    "phone": N_("Phone"), "email": N_("E-mail"), "card": N_("Card"), "qr": N_("QR code"),
    "external": N_("Id in another system"),
}  # fmt: skip
_FOUND_BY = (("kind", N_("What"), False), ("value", N_("Value"), False), ("since", N_("Since"), True))
_CONSENTS = (("purpose", N_("For what"), False), ("said", N_("Said"), False), ("when", N_("When"), True))
_MOVED = (("what", N_("What happened"), False), ("points", N_("Points"), True))
_BOUGHT = (("when", N_("When"), False), ("paid", N_("Paid"), True))
_COUPONS = (("code", N_("Code"), False), ("state", N_("State"), False), ("last", N_("Last day"), True))
_SENT = (("text", N_("Message"), False), ("to", N_("To"), False), ("when", N_("When"), True))
_COUPON_STATES = {
    "new": N_("to be activated"), "active": N_("active"), "held": N_("reserved"), "used": N_("used"),
    "cancelled": N_("withdrawn"),
}  # fmt: skip
_PURPOSES = {"personal_data": N_("keeping data"), "advertising": N_("offers"), "partner": N_("partners")}


class Section(msgspec.Struct, frozen=True):
    """A table of the page."""

    title: str
    columns: tuple[Column, ...]
    rows: list[Mapping[str, object]]


def export_context(found: MemberExport, tongue: Tongue, shops: Mapping[str, str]) -> dict[str, object]:
    """What the page shows; empty sections are not told."""
    say = catalogue(tongue.language)
    sections = [
        _identifiers(found, tongue), _consents(found, tongue), _movements(found, tongue),
        _receipts(found, tongue, shops), _coupons(found, tongue), _messages(found, tongue),
    ]  # fmt: skip
    documents = [
        (
            " · ".join(filter(None, (row.system, row.kind, row.id))),
            calendar.moment(tongue.language, row.at, tongue.zone),
            msgspec.json.format(msgspec.json.encode(row.content), indent=2).decode(),
        )
        for row in found.documents
    ]  # fmt: skip
    return {
        "facts": _facts(found, tongue, shops), "sections": [row for row in sections if row.rows],
        "documents": documents, "shared": found.shared,
        "made": calendar.moment(tongue.language, found.made_at, tongue.zone),
        "points": [
            (say.gettext("Balance"), _balance(row, tongue))
            for row in found.wallets
        ],
    }  # fmt: skip


def _balance(row: Wallet, tongue: Tongue) -> str:
    say, total = catalogue(tongue.language), points_text(tongue, _units(row.total), row.kind)
    if row.free == row.total:
        return total
    free = points_text(tongue, _units(row.free), row.kind)
    return say.gettext("%(total)s, free now: %(free)s", total=total, free=free)


def _facts(found: MemberExport, tongue: Tongue, shops: Mapping[str, str]) -> list[tuple[str, str]]:
    tag, say, person = tongue.language, catalogue(tongue.language), found.person
    rows = [
        (say.gettext("Name"), person.name),
        (say.gettext("Phone"), person.phone),
        (say.gettext("E-mail"), person.email),
        (
            say.gettext("Birthday"),
            "" if person.birthday is None else calendar.day(tag, person.birthday, "long"),
        ),
        (say.gettext("Language"), person.language),
        (say.gettext("Time zone"), person.zone),
        *((name, value) for name, value in sorted(person.attributes.items())),
        (say.gettext("Tags"), ", ".join(found.tags)),
        (say.gettext("Joined"), calendar.moment(tag, found.enrolled_at, tongue.zone)),
        (say.gettext("Shop"), shops.get(found.shop, found.shop)),
        (say.gettext("Id"), found.member_id),
    ]
    for row in found.programmes:
        title = in_language(row.title, tag) or row.programme
        level = level_title(tongue, row.level) if row.level else ""
        money = formats.money(tag, _units(row.spent), row.currency) if row.currency else row.spent
        kept = say.gettext(
            "%(receipts)s receipts, %(money)s", receipts=formats.number(tag, row.receipts), money=money
        )
        rows.append((title, " · ".join(filter(None, (level, kept)))))
    sent = ", ".join(calendar.moment(tag, at, tongue.zone) for at in found.codes_sent)
    rows.append((say.gettext("Codes were sent"), sent))
    return [(title, text) for title, text in rows if text]


def _identifiers(found: MemberExport, tongue: Tongue) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "kind": say.gettext(_IDENTIFIERS.get(row.kind, row.kind)), "value": row.value,
            "since": calendar.moment(tag, row.created_at, tongue.zone),
        }
        for row in found.identifiers
    ]  # fmt: skip
    return Section(say.gettext("How the member is found"), columns_in(tag, _FOUND_BY), rows)


def _consents(found: MemberExport, tongue: Tongue) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "purpose": say.gettext(_PURPOSES.get(row.purpose, row.purpose)), "small_purpose": row.channel,
            "said": say.gettext("agreed") if row.given else say.gettext("withdrew"), "small_said": row.source,
            "when": calendar.moment(tag, row.recorded_at, tongue.zone),
        }
        for row in found.consents
    ]  # fmt: skip
    return Section(say.gettext("Consents"), columns_in(tag, _CONSENTS), rows)


def _movements(found: MemberExport, tongue: Tongue) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "what": say.gettext(VERBS.get(row.what, row.what)),
            "small_what": " · ".join(
                filter(None, (calendar.moment(tag, row.at, tongue.zone), row.note, row.receipt))
            ),
            "points": points_text(tongue, _units(row.points), row.kind, signed=True),
        }
        for row in found.movements
    ]  # fmt: skip
    return Section(say.gettext("History of points"), columns_in(tag, _MOVED), rows)


def _receipts(found: MemberExport, tongue: Tongue, shops: Mapping[str, str]) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "when": " · ".join(
                (
                    calendar.moment(tag, row.at, tongue.zone), shops.get(row.shop, row.shop),
                    say.gettext(STATES.get(row.state, row.state)),
                )
            ),
            "small_when": ", ".join(
                f"{line.title or line.sku} × {formats.quantity(tag, _units(line.quantity))}" for line in row.lines
            ),
            "paid": formats.money(tag, _units(row.paid), row.currency),
        }
        for row in found.receipts
    ]  # fmt: skip
    return Section(say.gettext("Receipts"), columns_in(tag, _BOUGHT), rows)


def _units(decimal: str) -> int:
    """A decimal text with all its digits as whole smallest units."""
    return int(decimal.replace(".", ""))


def _coupons(found: MemberExport, tongue: Tongue) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "code": row.code, "small_code": row.series, "state": say.gettext(_COUPON_STATES.get(row.state, row.state)),
            "last": "" if row.last_on is None else calendar.day(tag, row.last_on),
        }
        for row in found.coupons
    ]  # fmt: skip
    return Section(say.gettext("Coupons"), columns_in(tag, _COUPONS), rows)


def _messages(found: MemberExport, tongue: Tongue) -> Section:
    tag, say = tongue.language, catalogue(tongue.language)
    rows: list[Mapping[str, object]] = [
        {
            "text": row.text, "to": row.address, "small_to": row.channel,
            "when": calendar.moment(tag, row.at, tongue.zone),
        }
        for row in found.messages
    ]  # fmt: skip
    return Section(say.gettext("Messages"), columns_in(tag, _SENT), rows)
