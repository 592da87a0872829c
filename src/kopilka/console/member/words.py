"""What the member's card says: balances, lots, level, facts — read models in, ready texts out."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from kopilka.console.rows import last_day
from kopilka.core.programme.document import PointsKind
from kopilka.look.slip import points_text
from kopilka.usecases.views import LotView, MemberView, StandingView, WalletView
from kopilka.values.period import local_day
from kopilka.words import calendar, formats, levels
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.render import Tongue

_SOURCES = {
    "issuance": N_("Earned"),
    "adjustment": N_("By hand"),
    "returned": N_("Given back by a return"),
}
_PURPOSES = {
    "personal_data": N_("keeping data"),
    "advertising": N_("offers"),
    "partner": N_("partners"),
}

_NOUN = re.compile(r"\s(?=\D)")
"""Where a number of points may be broken: before its noun, never within."""


class WalletWords(msgspec.Struct, frozen=True):
    """One wallet."""

    kind: str
    free: str
    worth: str
    facts: tuple[tuple[str, str], ...]


class LevelWords(msgspec.Struct, frozen=True):
    """A level and how far it is to the next one."""

    programme: str
    level: str
    following: str
    value: int
    most: int
    note: str


def wallet_words(wallet: WalletView, tongue: Tongue, kind: PointsKind | None) -> WalletWords:
    """A balance with what stands behind it; only what is not zero is told."""
    say = catalogue(tongue.language)
    named = (
        (say.gettext("Becomes active later"), wallet.pending),
        (say.gettext("Reserved"), wallet.held),
        (say.gettext("Owed"), wallet.deficit),
    )
    worth = ""
    if kind is not None and kind.worth:
        money = formats.money(tongue.language, kind.rate.minor_for(wallet.free), tongue.currency, short=True)
        worth = say.gettext("pays for %(money)s", money=money)
    facts = tuple((title, points_text(tongue, units, wallet.kind)) for title, units in named if units)
    free = _NOUN.sub(" ", points_text(tongue, wallet.free, wallet.kind))
    return WalletWords(wallet.kind, free, worth, facts)


def lot_rows(wallets: Iterable[WalletView], tongue: Tongue) -> list[Mapping[str, object]]:
    """Lots of all wallets in the order in which they are spent."""
    return [_lot(wallet.kind, lot, tongue) for wallet in wallets for lot in wallet.lots]


def _lot(kind: str, lot: LotView, tongue: Tongue) -> Mapping[str, object]:
    tag, say = tongue.language, catalogue(tongue.language)
    account, _, rule = lot.source.partition(":")
    source = say.gettext(_SOURCES.get(account, account))
    earned = calendar.day(tag, local_day(lot.earned_at, tongue.zone))
    notes = [earned]
    if lot.state == "pending":
        active = calendar.day(tag, local_day(lot.active_from, tongue.zone))
        notes.append(say.gettext("active from %(day)s", day=active))
    amount = say.gettext("of %(points)s", points=points_text(tongue, lot.amount, kind))
    return {
        "source": f"{source}: {tongue.rules.get(rule, rule)}" if account == "issuance" and rule else source,
        "small_source": " · ".join(notes),
        "rest": points_text(tongue, lot.rest, kind),
        "small_rest": amount if lot.rest != lot.amount else "",
        "until": say.gettext("for ever") if lot.expires_at is None else last_day(lot.expires_at, tongue),
        **({"href": f"/console/receipts/{lot.receipt}"} if lot.receipt else {}),
    }


def level_words(standing: StandingView, tongue: Tongue, programme: str) -> LevelWords | None:
    """Where a member stands on a ladder."""
    level = standing.level
    if level is None:
        return None
    found, say = level.outlook, catalogue(tongue.language)
    note = levels.next_words(level, tongue) or say.gettext("This is the highest level.")
    keeps = levels.keep_words(level, tongue)
    return LevelWords(
        programme, levels.title(tongue, found.level), levels.title(tongue, found.next_level),
        min(found.total, found.next_start or found.total), max(1, found.next_start or found.total),
        f"{note} · {keeps}" if keeps else note,
    )  # fmt: skip


def member_facts(member: MemberView, tongue: Tongue, shops: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of a member; an empty field is not told."""
    tag, say = tongue.language, catalogue(tongue.language)
    person = member.person
    birthday = "" if person.birthday is None else calendar.day(tag, person.birthday, "long")
    agreed = [say.gettext(_PURPOSES.get(row.purpose, row.purpose)) for row in member.consents if row.given]
    rows = [
        (say.gettext("Phone"), person.phone),
        (say.gettext("E-mail"), person.email),
        (say.gettext("Birthday"), birthday),
        (say.gettext("Joined"), calendar.moment(tag, member.enrolled_at, tongue.zone)),
        (say.gettext("Shop"), shops.get(member.shop, member.shop)),
        (say.gettext("Tags"), ", ".join(member.tags)),
        *((name, value) for name, value in sorted(person.attributes.items())),
        (say.gettext("Agreed to"), ", ".join(agreed)),
    ]
    return [(title, text) for title, text in rows if text]
