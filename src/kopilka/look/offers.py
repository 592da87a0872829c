"""What gifts for points and perks say on screens: read models in, ready texts out."""

from collections.abc import Iterable

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.look.slip import points_text
from kopilka.usecases.offers import GiftView, PerkView
from kopilka.words import calendar, formats
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue

_CLOSED = {
    "programme_paused": N_("the programme is paused"),
    "no_gift_goods": N_("such goods are never a gift"),
    "out_of_stock": N_("none is left"),
    "gift_limit": N_("has had as many as allowed"),
    "not_enough_points": N_("not enough points"),
}


class GiftWords(msgspec.Struct, frozen=True):
    """A gift on a member's card; `closed` says why not."""

    programme: str
    gift: str
    title: str
    price: str
    left: str
    closed: str


class PerkWords(msgspec.Struct, frozen=True):
    """A perk: what it is, until when or by what, and what the cashier does."""

    title: str
    until: str
    note: str


def gift_title(programme: Programme | None, gift: str, tag: str) -> str:
    """The name of a gift."""
    offer = None if programme is None else programme.gifts.get(gift)
    return gift if offer is None else in_language(offer.title, tag) or gift


def gift_titles(programmes: Iterable[Programme], tag: str) -> dict[str, str]:
    """Names of all gifts."""
    return {id_: gift_title(programme, id_, tag) for programme in programmes for id_ in programme.gifts}


def closed_words(row: GiftView, tag: str) -> str:
    """Why a gift cannot be had now."""
    return catalogue(tag).gettext(_CLOSED[row.closed]) if row.closed in _CLOSED else row.closed


def gift_words(gifts: Iterable[GiftView], tongue: Tongue) -> list[GiftWords]:
    """Gifts on a member's card: those that can be had first, what nobody can have not at all."""
    tag, say = tongue.language, catalogue(tongue.language)
    shown = [row for row in gifts if row.closed not in {"no_gift_goods", "programme_paused"}]
    return [
        GiftWords(
            row.programme, row.gift, in_language(row.offer.title, tag) or row.gift,
            points_text(tongue, row.units, row.kind),
            "" if row.left is None else say.gettext("%(count)s left", count=formats.number(tag, row.left)),
            closed_words(row, tag),
        )
        for row in sorted(shown, key=lambda row: bool(row.closed))
    ]  # fmt: skip


def perk_words(perks: Iterable[PerkView], tongue: Tongue) -> list[PerkWords]:
    """Perks as they are told to staff."""
    tag, say = tongue.language, catalogue(tongue.language)
    rows = []
    for row in perks:
        until = tongue.rules.get(row.rule, row.rule)
        if not row.rule:
            until = say.gettext("for ever")
            if row.last_on is not None:
                until = say.gettext("through %(day)s", day=calendar.day(tag, row.last_on))
        rows.append(
            PerkWords(in_language(row.kind.title, tag) or row.perk, until, in_language(row.kind.note, tag))
        )
    return rows
