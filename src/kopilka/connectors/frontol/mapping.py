"""Everything between a till's words and ours: positions, payments and clients in, discounts and parts out. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.frontol.documents import Client, Common, Document, text_of
from kopilka.connectors.kit.numbers import fixed, units
from kopilka.connectors.kit.services import receipt_id_of
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Line, Payment, Receipt, SpendRequest
from kopilka.core.receipt.receipt import LINES_MAX
from kopilka.core.rules.decision import Decision
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.members import normal
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent
from kopilka.values.period import zone
from kopilka.values.quantity import DIGITS as QUANTITY_DIGITS
from kopilka.values.quantity import ONE, QUANTITY_MAX
from kopilka.values.rounding import Rounding

BONUS = "bonus"
_PAYMENTS = {"cash": "cash", "creditCard": "card"}
_OTHER_PAYMENT = "online"
"""What a till calls "other" is electronic to us: transfers, QR, deferred payments."""
AHEAD = timedelta(minutes=4)
"""A till whose clock is further ahead than this sells now."""
FAR = Decimal(10**13)
NAME_MAX = 200


class Row(msgspec.Struct, frozen=True):
    """A position that has been read. `gross_minor` is price × quantity, `total_minor` what the till says of the line."""

    index: int
    sku: str
    title: str
    quantity: int
    gross_minor: int
    total_minor: int
    floor_minor: int = 0
    discarded_minor: int = 0
    codes: tuple[str, ...] = ()
    reference: int | None = None

    @property
    def line(self) -> str:
        """The id of its line."""
        return str(self.index)


class Paid(msgspec.Struct, frozen=True):
    """How a receipt was paid, in minor units: with bonuses, and with money (None: not said)."""

    bonus_minor: int | None = None
    money_minor: int | None = None
    parts: tuple[Payment, ...] = ()


class Terms(msgspec.Struct, frozen=True):
    """What lines cost before discounts, by index; what bonuses are to pay; how it was paid."""

    sums: Mapping[int, int] = {}
    spend: SpendRequest | None = None
    paid: Paid = Paid()


class Place(msgspec.Struct, frozen=True):
    """Where a document belongs."""

    shop: str
    currency: str
    at: datetime
    receipt_id: str

    @property
    def digits(self) -> int:
        """Decimals of money here."""
        return exponent(self.currency)


# -- in ---------------------------------------------------------------------------------------------------------


def rows_of(document: Document, digits: int) -> list[Row]:
    """The positions; a BadValueError names the place that cannot be one."""
    positions = document.positions or []
    if len(positions) > LINES_MAX:
        raise BadValueError("positions", f"at most {LINES_MAX} positions", len(positions))
    rows: list[Row] = []
    seen: set[int] = set()
    for n, row in enumerate(positions):
        place = f"positions[{n}]"
        index = n + 1 if row.index is None else row.index
        if index < 1 or index in seen:
            raise BadValueError(f"{place}.index", "an index of its own from 1 on", index)
        seen.add(index)
        quantity = units(
            1 if row.quantity is None else row.quantity,
            QUANTITY_DIGITS,
            field=f"{place}.quantity",
            rounding=True,
        )
        if not 0 < quantity <= QUANTITY_MAX:
            raise BadValueError(f"{place}.quantity", "a quantity above zero", row.quantity)
        total = _money(row.total_amount, digits, f"{place}.totalAmount")
        price = row.price
        gross = (
            total if price is None else _times(price, quantity, digits, f"{place}.price", Rounding.HALF_UP)
        )
        least = row.minimum_price or Decimal(0)
        rows.append(
            Row(
                index, text_of(row.id)[:NAME_MAX] or f"#{index}", text_of(row.text)[:NAME_MAX], quantity, gross, total,
                _times(least, quantity, digits, f"{place}.minimumPrice", Rounding.UP),
                _money(row.discarded_amount or Decimal(0), digits, f"{place}.discardedAmount"),
                tuple(text for code in row.coupons or () if (text := text_of(code))), row.reference_index,
            )
        )  # fmt: skip
    return rows


def _money(amount: Decimal, digits: int, field: str) -> int:
    minor = units(amount, digits, field=field, rounding=True)
    if minor < 0:
        raise BadValueError(field, "an amount that is not negative", amount)
    return minor


def _times(price: Decimal, quantity: int, digits: int, field: str, rounding: Rounding) -> int:
    """Price × quantity in minor units."""
    if not price.is_finite() or not 0 <= price < FAR:
        raise BadValueError(field, "a price that is not negative", price)
    exact = price.scaleb(digits) * quantity / ONE
    whole: int = int(exact)
    if rounding is Rounding.UP:
        return whole + int(exact > whole)
    return whole + int(exact - whole >= Decimal("0.5"))


def paid_of(document: Document, digits: int) -> Paid:
    """How a receipt was paid."""
    if not document.payments:
        return Paid()
    bonus = money = 0
    parts: list[Payment] = []
    for n, row in enumerate(document.payments):
        amount = _money(row.amount, digits, f"payments[{n}].amount")
        if row.type == BONUS:
            bonus += amount
        elif amount:
            money += amount
            parts.append(Payment(_PAYMENTS.get(row.type or "", _OTHER_PAYMENT), amount))
    return Paid(bonus, money or None, tuple(parts))


def asked_minor(document: Document, digits: int) -> int:
    """What is to be paid with bonuses."""
    if document.payment is None:
        raise BadValueError("payment", "the payment with its amount")
    amount = _money(document.payment.amount, digits, "payment.amount")
    if amount == 0:
        raise BadValueError("payment.amount", "an amount above zero", 0)
    return amount


def refs_of(client: Client | None) -> list[Ref]:
    """By what a till names its client, in the order in which to look; none for a guest."""
    if client is None:
        return []
    found = []
    card, phone = text_of(client.card), text_of(client.mobile_phone)
    if card:
        found += [Ref(kind, value) for kind in ("card", "qr") if (value := normal(kind, card))]
    if phone:
        found += [Ref("phone", value)] if (value := normal("phone", phone)) else []
    return found


def named(client: Client | None) -> bool:
    """Whether a till names anybody, be it readable or not."""
    return client is not None and bool(text_of(client.card) or text_of(client.mobile_phone))


def shop_named(call: Common, shops: str) -> str:
    """Our id of the shop that a till names; `shops` is the setting "S1=shop, S2=second"."""
    unit = text_of(call.business_unit)
    pairs = (pair.partition("=") for pair in shops.replace(";", ",").split(","))
    known = {name.strip(): shop.strip() for name, sign, shop in pairs if sign}
    return known.get(unit, unit)


def moment_of(call: Common, place_zone: str, now: datetime) -> datetime:
    """When it happened: as the till says, in the shop's zone where it names none; now where it says nothing or its clock
    is ahead.
    """
    if not call.date_time:
        return now
    try:
        at = datetime.fromisoformat(call.date_time.strip())
    except ValueError as error:
        raise BadValueError(
            "dateTime", "a moment such as 2026-05-01T10:00:00.000000+0300", call.date_time
        ) from error
    try:
        at = (at if at.tzinfo is not None else at.replace(tzinfo=zone(place_zone))).astimezone(UTC)
    except OverflowError as error:
        raise BadValueError("dateTime", "a moment of our time", call.date_time) from error
    return now if at > now + AHEAD else at


def document_id(connection: Connection, uid: str | None, field: str = "uid") -> str:
    """Our id of a document: a UUID however it is written, another text of the connection's own."""
    text = (uid or "").strip().strip("{}").strip()
    if not text or len(text) > NAME_MAX or not text.isprintable():
        raise BadValueError(field, "the id of a document", uid)
    return receipt_id_of(connection, text)


def receipt_of(document: Document, rows: Sequence[Row], place: Place, terms: Terms = Terms()) -> Receipt:  # noqa: B008
    """The receipt; without sums a line costs what the till says."""
    lines = tuple(
        Line(
            row.line, row.sku, row.quantity, terms.sums.get(row.index, row.total_minor), 0, 0, row.title,
            apart_minor=row.floor_minor,
        )
        for row in rows
    )  # fmt: skip
    codes = [text for code in document.coupons or () if (text := text_of(code))]
    codes += [code for row in rows for code in row.codes]
    cashier = "" if document.cashier is None else text_of(document.cashier.code)
    return Receipt(
        place.receipt_id, place.shop, place.at, place.currency, lines, till=text_of(document.work_place)[:NAME_MAX],
        cashier=cashier[:NAME_MAX], payments=terms.paid.parts, codes=tuple(dict.fromkeys(codes)),
        spend=terms.spend,
    )  # fmt: skip


def units_of(minor: int, programme: Programme) -> int:
    """Points that are worth an amount, in smallest units; more rather than less."""
    kind = programme.points[programme.spend_kind()]
    return kind.rate.units_for(minor, Rounding.UP)


def wish_to_spend(minor: int, programme: Programme) -> SpendRequest | None:
    """The wish to pay an amount with points."""
    kind = programme.spend_kind()
    return SpendRequest(units_of(minor, programme), kind) if minor and kind else None


# -- out --------------------------------------------------------------------------------------------------------


def discounts(rows: Sequence[Row], receipt: Receipt, decision: Decision, digits: int) -> list[dict[str, Any]]:
    """What is taken off each line."""
    return [
        {
            "index": row.index,
            "discountAmount": fixed(max(0, line.sum_minor - line.given_minor - left), digits),
        }
        for row, line, left in zip(rows, receipt.lines, decision.left, strict=False)
    ]


def paid_parts(receipt: Receipt, decision: Decision, digits: int) -> list[dict[str, Any]]:
    """What bonuses pay of each line."""
    parts = (0,) * len(receipt.lines) if decision.spent is None else decision.spent.parts
    return [
        {"index": int(line.id), "paidAmount": fixed(part, digits)}
        for line, part in zip(receipt.lines, parts, strict=False)
    ]
