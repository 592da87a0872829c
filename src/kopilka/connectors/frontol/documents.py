"""The calls of a till as they come: typed, with everything optional that a till may leave out. No meaning lives here."""

from decimal import Decimal
from typing import TypeVar

import msgspec

Name = str | int | None
"""A name that some tills write as a number."""
D = TypeVar("D", bound="Common")


class Cashier(msgspec.Struct, frozen=True):
    """Who sits at the till."""

    code: Name = None


class Client(msgspec.Struct, frozen=True, rename="camel"):
    """Who buys: a phone or a card, and the code that they were sent."""

    mobile_phone: Name = None
    card: Name = None
    validation_code: Name = None


class Position(msgspec.Struct, frozen=True, rename="camel"):
    """A line; amounts are for the whole line, prices for one."""

    total_amount: Decimal
    index: int | None = None
    id: Name = None
    text: Name = None
    price: Decimal | None = None
    minimum_price: Decimal | None = None
    quantity: Decimal | None = None
    coupons: list[str | int] | None = None
    discarded_amount: Decimal | None = None
    reference_index: int | None = None


class Payment(msgspec.Struct, frozen=True):
    """A part of the payment; the one of payByBonus has no type."""

    amount: Decimal
    type: str | None = None
    mode: str | None = None


class Value(msgspec.Struct, frozen=True):
    """An answer to one field of a form."""

    name: str
    value: str | int | None = None


class Common(msgspec.Struct, frozen=True, rename="camel"):
    """What stands in every call."""

    action: str | None = None
    type: str | None = None
    date_time: str | None = None
    organization: Name = None
    business_unit: Name = None
    work_place: Name = None
    cashier: Cashier | None = None
    client: Client | None = None


class Document(Common, frozen=True, rename="camel"):
    """A call of /document."""

    uid: str | None = None
    reference_uid: str | None = None
    number: Name = None
    shift: Name = None
    coupons: list[str | int] | None = None
    positions: list[Position] | None = None
    payment: Payment | None = None
    payments: list[Payment] | None = None


class Form(Common, frozen=True, rename="camel"):
    """A call of /client and /extra/client."""

    values: list[Value] | None = None


class UnreadableError(Exception):
    """A body is not what it should be; the message names the place."""


_decoders = {kind: msgspec.json.Decoder(kind, strict=False) for kind in (Document, Form)}


def read(kind: type[D], body: bytes) -> D:
    """A body as a call; UnreadableError says what is wrong."""
    try:
        found = _decoders[kind].decode(body)  # type: ignore[index]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    if not isinstance(found, kind):
        raise UnreadableError(kind.__name__)
    return found


def text_of(name: Name) -> str:
    """A name as a text without outer spaces; empty where there is none."""
    return "" if name is None else str(name).strip()
