"""Shapes of what is no purchase: actions, gifts of the catalogue, payouts."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.numbers import DecimalOut, Points
from kopilka.api.receipt_out import BalanceOut
from kopilka.api.texts import Id, Moment, Note
from kopilka.words.catalogue import N_

Ref = Annotated[
    str, Meta(min_length=1, max_length=200, extra={"expected": N_("a text of 1 to 200 characters")})
]
Pieces = Annotated[int, Meta(ge=1, le=1_000, extra={"expected": N_("a whole number from 1 to 1000")})]


class ActionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something a member did. `ref` is its id where it was done — of a review, of a survey — and counts once for ever."""

    programme: Id
    action: Id
    ref: Ref
    at: Moment | None = None


class TakeBackIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An action that is gone: the review was deleted."""

    programme: Id
    action: Id
    ref: Ref
    at: Moment | None = None


class GivenOut(msgspec.Struct, omit_defaults=True):
    """Points that a rule gave, with their first and last day."""

    rule: str
    kind: str
    points: DecimalOut
    active_on: date
    last_on: date | None = None


class DeedOut(msgspec.Struct, omit_defaults=True):
    """What was done: the transaction, points by kind (below zero they went), what rules gave, the balances after it."""

    id: str
    member: str
    points: dict[str, DecimalOut]
    balances: dict[str, BalanceOut]
    earned: list[GivenOut] = []


class RedeemIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Gifts wanted for points."""

    programme: Id
    gift: Id
    pieces: Pieces = 1


class RedeemOut(msgspec.Struct, omit_defaults=True):
    """Gifts that went out; `id` is needed to give them back. `sku` and `pieces` are what the receipt's line says."""

    id: str
    member: str
    gift: str
    title: str
    pieces: int
    kind: str
    points: DecimalOut
    balances: dict[str, BalanceOut]
    sku: str = ""


class GiftOut(msgspec.Struct, omit_defaults=True):
    """A gift of the catalogue. `left` is how many there are (left out where nobody counts them); `closed` says why it
    cannot be had now: programme_paused, no_gift_goods, out_of_stock, gift_limit, not_enough_points.
    """

    id: str
    title: str
    kind: str
    points: DecimalOut
    stock: int | None = None
    left: int | None = None
    per_member: int | None = None
    sku: str = ""
    closed: str = ""


class GiftsOut(msgspec.Struct):
    """A programme's catalogue of gifts."""

    gifts: list[GiftOut]


class PayoutIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points to pay out in money; `reference` names the payment, such as the number of its order."""

    kind: Id
    points: Points
    reference: Note


class PayoutOut(msgspec.Struct, omit_defaults=True):
    """What was paid out, in points and in money, and the balances after it."""

    id: str
    kind: str
    points: DecimalOut
    amount: DecimalOut
    currency: str
    balances: dict[str, BalanceOut]


class PerkOut(msgspec.Struct, omit_defaults=True):
    """A perk that holds: through `last_on` where it was given for a time, else while the conditions of `rule` are met."""

    programme: str
    id: str
    title: str
    note: str = ""
    since: date | None = None
    last_on: date | None = None
    rule: str = ""
    receipt: str = ""


class PerksOut(msgspec.Struct):
    """Perks that hold now."""

    perks: list[PerkOut]
