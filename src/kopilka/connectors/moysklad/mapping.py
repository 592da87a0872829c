"""All translation between MoySklad's positions, sums and documents and ours; pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kopilka.connectors.kit.facts import Good
from kopilka.connectors.kit.fields import BAD_NUMBER, Fields, WrongFieldError
from kopilka.connectors.kit.numbers import fixed, number
from kopilka.core.receipt import Line, Payment, Receipt, Shop
from kopilka.core.receipt.receipt import SpendRequest
from kopilka.core.settlement.fiscal import Piece, in_pieces, priced
from kopilka.core.settlement.sale import netted
from kopilka.usecases.commands import Stated
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.money import AMOUNT_MAX
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide

EARN, DISCOUNT = "earn", "discount"
"""The member's choice, as programmes know it: EARNING and SPENDING."""
KOPECKS, THOUSANDTHS, PERCENT_DIGITS = 2, 3, 2
WHOLE = 10_000
"""A whole in hundredths of a percent."""


class Position(msgspec.Struct, frozen=True):
    """A position as the till says it; `after_minor` is the price of one after discounts, where it is said."""

    sku: str
    quantity: int
    price_minor: int
    after_minor: int | None
    told: Mapping[str, Any]
    serials: tuple[str, ...] = ()

    @property
    def full_minor(self) -> int:
        """The sum before discounts."""
        return priced(self.price_minor, self.quantity)

    @property
    def paid_minor(self) -> int:
        """The sum after discounts."""
        return self.full_minor if self.after_minor is None else priced(self.after_minor, self.quantity)


# -- what the till says ---------------------------------------------------------------------------------------------


def id_in(reference: Fields, *, required: bool = False) -> str:
    """The id that a reference names: `meta.id`, else the end of `meta.href`; flat in returns. Lower case."""
    meta = reference.inner("meta")
    href = meta.text("href", most=1_000) or reference.text("href", most=1_000)
    named = meta.text("id") or reference.text("id") or end_of(href)
    if required and not named:
        return meta.text("id", required=True)
    return named.lower()


def end_of(href: str) -> str:
    """What an address ends with: the id of what it is about."""
    try:
        return urlsplit(href).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


def positions_of(body: Fields, lines_max: int) -> list[Position]:
    """The positions; one more than `lines_max` are read where there are too many."""
    return [_position(row) for row in body.rows("positions", required=True)[: lines_max + 1]]


def _position(row: Fields) -> Position:
    assortment = row.inner("assortment", required=True)
    meta = assortment.inner("meta")
    sku = assortment.text("syncId") or id_in(assortment) or meta.text("id", required=True)
    quantity = row.units("quantity", THOUSANDTHS, required=True, least=1) or 0
    price = row.units("price", KOPECKS, required=True) or 0
    after = row.units("discountedPrice", KOPECKS)
    if after is None and row.has("discountPercent"):
        off = row.units("discountPercent", PERCENT_DIGITS, most=WHOLE) or 0
        after = divide(price * (WHOLE - off), WHOLE, Rounding.HALF_UP)
    if priced(max(price, after or 0), quantity) > AMOUNT_MAX:
        raise WrongFieldError(row.at("quantity"), BAD_NUMBER)
    told: dict[str, Any] = {"assortment": _assortment(assortment)}
    pack = row.inner("pack").content
    if pack:
        told["pack"] = dict(pack)
    return Position(sku, quantity, price, after, told, tuple(row.texts("sn")))


def _assortment(assortment: Fields) -> dict[str, Any]:
    """What an answer says of a position's goods: enough for the till to know them again."""
    meta = assortment.inner("meta")
    said: dict[str, Any] = {name: meta.text(name, most=1_000) for name in ("href", "id") if meta.has(name)}
    if meta.text("idType") == "sync":
        said["idType"] = "sync"
    told: dict[str, Any] = {"meta": said} if said else {}
    if assortment.has("syncId"):
        told["syncId"] = assortment.text("syncId")
    return told


def names_of(body: Fields, kind: str) -> list[str]:
    """What names a sale or a return, best first: its id, and its point of sale, number and moment."""
    store, number_, moment = id_in(body.inner("retailStore")), body.text("name"), body.text("moment")
    id_ = own_id(body)
    return [
        name for name in (id_, _digest(kind, store, number_, moment) if number_ and moment else "") if name
    ]


def own_id(body: Fields) -> str:
    """The id of the document itself; empty while MoySklad has given it none."""
    return id_in(Fields({"meta": body.inner("meta").content}))


def number_name(store_id: str, number_: str) -> str:
    """The name of a sale by its number at a point of sale; empty without a number."""
    return _digest("number", store_id, number_) if number_ else ""


def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()


def points_wish(body: Fields, decimals: int) -> SpendRequest | None:
    """The wish to spend: what is preferred, else as much as is allowed; none where the till earns."""
    kind = body.inner("bonusProgram", required=True).text("transactionType", required=True).upper()
    if kind != "SPENDING":
        return None
    wanted = body.units("preferredBonusToSpend", decimals)
    return SpendRequest(wanted)


def spent_wish(units: int) -> SpendRequest | None:
    """The points that a sale was paid with, as a wish."""
    return SpendRequest(units) if units else None


# -- receipts -------------------------------------------------------------------------------------------------------


def receipt_of(
    positions: Sequence[Position], place: tuple[Shop, str], at: datetime, *, spend: SpendRequest | None,
    id_: str = "quote",
) -> Receipt:  # fmt: skip
    """The receipt of positions; `place` is the shop and its currency."""
    lines = tuple(
        Line(str(n), each.sku, each.quantity, each.full_minor) for n, each in enumerate(positions, 1)
    )
    shop, currency = place
    choice = EARN if spend is None or spend.units == 0 else DISCOUNT
    wish = None if spend is not None and spend.units == 0 else spend
    return Receipt(id_, shop.id, at, currency, lines, choice=choice, spend=wish)


def rejoined(positions: Sequence[Position]) -> list[Position]:
    """Positions with those joined again that recalc split: neighbours of the same goods and price, a kopeck apart."""
    rows: list[Position] = []
    for each in positions:
        last = rows[-1] if rows else None
        if last is not None and _halves(last, each):
            whole = last.quantity + each.quantity
            rows[-1] = _Joined(
                each.sku, whole, each.price_minor, None, each.told, last.serials + each.serials,
                sum_minor=last.paid_minor + each.paid_minor,
            )  # fmt: skip
        else:
            rows.append(each)
    return rows


class _Joined(Position, frozen=True, kw_only=True):
    """Two halves of a position, with the sum that both were sold for."""

    sum_minor: int

    @property
    def paid_minor(self) -> int:
        return self.sum_minor


def _halves(one: Position, other: Position) -> bool:
    if isinstance(one, _Joined) or one.after_minor is None or other.after_minor is None:
        return False
    same = (one.sku, one.price_minor, one.told) == (other.sku, other.price_minor, other.told)
    return same and one.after_minor - other.after_minor == 1


def stated_of(positions: Sequence[Position], points_units: int) -> Stated:
    """What the till took for each line, and points."""
    return Stated({str(n): each.paid_minor for n, each in enumerate(positions, 1)}, points_units)


def payments_of(body: Fields) -> tuple[Payment, ...]:
    """How it was paid: roubles by cash and without, certificates in kopecks."""
    rows = [
        Payment("cash", body.amount("cashSum", KOPECKS)),
        Payment("card", body.amount("noCashSum", KOPECKS)),
        Payment("certificate", sum(row.amount("paymentSum", 0) for row in body.rows("giftCards"))),
    ]
    return tuple(row for row in rows if row.amount_minor)


def goods_back(positions: Sequence[Position]) -> tuple[Good, ...]:
    """Positions of a return; the two halves of one line are the same goods."""
    return tuple(Good(each.sku, each.quantity, each.paid_minor) for each in positions)


def money_agrees(body: Fields, goods: Sequence[Good]) -> bool:
    """Whether the sums of a return say what its positions do. `noCashSum` is documented in kopecks and sent in roubles,
    so both are believed; where neither sum is there, there is nothing to check.
    """
    total = sum(good.sum_minor for good in goods)
    cash, in_roubles = body.amount("cashSum", KOPECKS), body.amount("noCashSum", KOPECKS)
    in_kopecks = body.amount("noCashSum", 0)
    unsaid = not (body.has("cashSum") or body.has("noCashSum"))
    return unsaid or total in {cash + in_roubles, cash + in_kopecks}


def moment_of(body: Fields, zone: tzinfo, now: datetime) -> datetime:
    """When it was sold."""
    return body.moment("moment", zone) or now


# -- answers --------------------------------------------------------------------------------------------------------


def positions_out(positions: Sequence[Position], quoted: Quoted) -> list[dict[str, Any]]:
    """The positions after discounts and points: price × quantity is each sum, one that does not divide is two
    positions, the dearer first; serial numbers go with their pieces.
    """
    receipt = quoted.command.receipt
    paid = netted(quoted.decision.paid_parts(), receipt)
    rows: list[dict[str, Any]] = []
    for each, sum_minor in zip(positions, paid, strict=True):
        serials = list(each.serials)
        for piece in sorted(in_pieces(sum_minor, each.quantity), key=lambda piece: -piece.price_minor):
            count = -(-piece.quantity // ONE)
            own, serials = serials[:count], serials[count:]
            rows.append(_position_out(each, piece, own))
    return rows


def _position_out(each: Position, piece: Piece, serials: list[str]) -> dict[str, Any]:
    off = 0
    if each.price_minor:
        off = divide((each.price_minor - piece.price_minor) * WHOLE, each.price_minor, Rounding.HALF_UP)
    row = {
        **each.told,
        "quantity": _quantity(piece.quantity),
        "price": fixed(each.price_minor, KOPECKS),
        "discountPercent": fixed(min(WHOLE, max(0, off)), PERCENT_DIGITS),
        "discountedPrice": fixed(piece.price_minor, KOPECKS),
    }
    return row | ({"sn": serials} if each.serials else {})


def bonus_out(quoted: Quoted, kind: str, decimals: int, *, spending: bool, today: date) -> dict[str, Any]:
    """What happens to the bonuses; those that become active later are earned, and not yet in the balance after."""
    decision = quoted.decision
    balance = quoted.balances.get(kind, (0, 0))[1]
    spent = decision.spent.units if decision.spent is not None else 0
    mine = [row for row in decision.earned if row.kind == kind]
    earned = sum(row.units for row in mine)
    now = sum(row.units for row in mine if row.active_on <= today)
    return {
        "transactionType": "SPENDING" if spending else "EARNING",
        "agentBonusBalance": number(balance, decimals),
        "bonusValueToSpend": number(spent, decimals),
        "bonusValueToEarn": number(earned, decimals),
        "agentBonusBalanceAfter": number(balance - spent + now, decimals),
        "paidByBonusPoints": fixed(decision.points_minor(), KOPECKS),
    }


def _quantity(thousandths: int) -> Decimal:
    """A quantity with at least one place, as the protocol's samples have it."""
    short = Decimal(thousandths).scaleb(-THOUSANDTHS).normalize()
    return short if short != short.to_integral_value() else short.quantize(Decimal("0.1"))
