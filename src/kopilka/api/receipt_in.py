"""Receipts as they come in: schemas of bodies and their translation into commands, with every mistake named."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kopilka.api.numbers import Amount, Points, Quantity, units_of
from kopilka.api.problems import FieldMistake, Problem
from kopilka.api.texts import Id, Long, MemberRef, Mistakes, Moment, Short, ref_of, utc
from kopilka.core.receipt import Line, Payment, Receipt, SpendRequest
from kopilka.core.receipt.receipt import LINES_MAX
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Ref, Stated
from kopilka.usecases.outcomes import Why
from kopilka.usecases.ports import VOLUME_MAX_ML
from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent
from kopilka.values.quantity import DIGITS as QUANTITY_DIGITS
from kopilka.values.quantity import QUANTITY_MAX

NAMES_MAX = 50
Names = Annotated[tuple[Id, ...], Meta(max_length=NAMES_MAX)]
Millilitres = Annotated[int, Meta(ge=0, le=VOLUME_MAX_ML)]
Bars = Annotated[tuple[Literal["discount", "earn", "spend", "count"], ...], Meta(max_length=4)]


class LineIn(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A line. `sum` is what the whole line costs before discounts of ours, and is authoritative. `alcohol` is the kind
    of drink (such as vodka) and `volume_ml` one piece's volume: by them the law's least price is found. `barred` is what
    the till keeps the line out of: discounts, earning, being paid with points, counting towards totals and levels.
    """

    id: Id
    sku: Id
    sum: Amount
    quantity: Quantity = 1
    given: Amount = 0
    floor: Amount = 0
    title: Long = ""
    category: Names = ()
    brand: Short = ""
    tags: Names = ()
    product_class: Short = ""
    promo: bool = False
    vat: Short = ""
    marking: Long = ""
    alcohol: Short = ""
    volume_ml: Millilitres = 0
    barred: Bars = ()


class DeliveryIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Delivery: a line of its own, never goods."""

    sum: Amount
    id: Id = "delivery"
    given: Amount = 0


class PaymentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the payment."""

    kind: Literal["cash", "card", "online", "certificate"]
    amount: Amount


class SpendIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The wish to pay with points: an exact number, or (without it) as much as is allowed."""

    points: Points | None = None
    kind: Short = ""


class StatedIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the till really took: money by line id, and points. A difference refuses the close unless `sold`."""

    lines: dict[Id, Amount] = {}
    points: Points | None = None


Lines = Annotated[
    tuple[LineIn, ...],
    Meta(
        min_length=1,
        max_length=LINES_MAX,
        extra={"code": "too_many_lines", "params": {"most": LINES_MAX}},
        description=f"From 1 to {LINES_MAX} lines.",
    ),
]


class ReceiptIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A receipt; its id stands in the address and is made by the client, unique over the organisation."""

    shop: Id
    at: Moment
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", extra={"code": "unknown_currency"})]
    lines: Lines
    member: MemberRef | None = None
    delivery: DeliveryIn | None = None
    channel: Short = "store"
    till: Short = ""
    cashier: Short = ""
    payments: Annotated[tuple[PaymentIn, ...], Meta(max_length=NAMES_MAX)] = ()
    codes: Names = ()
    choice: Annotated[
        Short, Meta(description="What the member chose: `earn`, `discount`, or a word of the programme.")
    ] = ""
    spend: SpendIn | None = None
    given: Amount = 0


class QuoteIn(ReceiptIn, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A receipt to be counted; `id` matters only where its points are held already."""

    id: Id = "quote"


class CloseIn(ReceiptIn, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sale that is done. `sold` says that it is a fact that cannot change any more (printed, an offline till)."""

    stated: StatedIn | None = None
    sold: bool = False


class ReturnLineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line that comes back; without a quantity all that is left of it."""

    line: Id
    quantity: Quantity | None = None


class ReturnIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Goods that come back: lines, or an amount spread over what is left, or (neither) everything. `id` is made by the
    client and makes a repeat harmless.
    """

    id: Id
    at: Moment
    lines: Annotated[tuple[ReturnLineIn, ...], Meta(max_length=LINES_MAX)] = ()
    amount: Amount | None = None
    shop: Short = ""


class VoidIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A receipt is undone as a whole, on its own day."""

    at: Moment


def translate(
    door: ReceiptIn, id_: str, catalogue: Catalogue, path: str = ""
) -> tuple[Receipt, Ref | None, Stated | None]:
    """The receipt, its member and what was stated, or a Problem with every mistake. `path` stands before fields."""
    mistakes = Mistakes()
    try:
        digits = exponent(door.currency)
    except BadValueError:
        mistakes.add("currency", "unknown_currency")
        digits = 2
    at = utc(door.at, "at", mistakes)
    read = _Reader(digits, mistakes)
    lines = tuple([read.line(row, i) for i, row in enumerate(door.lines)])
    delivery = None
    if door.delivery is not None:
        sum_, given = (
            read.money(door.delivery.sum, "delivery.sum"),
            read.money(door.delivery.given, "delivery.given"),
        )
        delivery = Line(door.delivery.id, "", 1000, sum_, given)
    _unique(lines, delivery, mistakes)
    who = None if door.member is None else ref_of(door.member, "member", mistakes)
    paying, points = _paying(door, at, catalogue) if _says_points(door) else ("", 0)
    spend = None
    if door.spend is not None:
        spend = SpendRequest(kind=door.spend.kind)
        if door.spend.points is not None:
            # The kind that the number was read as: should another one pay meanwhile, the use case refuses.
            units = read.decimal(door.spend.points, points, "spend.points")
            spend = SpendRequest(units, door.spend.kind or paying)
    payments = tuple(
        [
            Payment(row.kind, read.money(row.amount, f"payments[{i}].amount"))
            for i, row in enumerate(door.payments)
        ]
    )
    receipt = Receipt(
        id_, door.shop, at, door.currency, lines, delivery, door.channel, door.till, door.cashier, payments,
        door.codes, door.choice, spend, read.money(door.given, "given"),
    )  # fmt: skip
    stated = _stated(door, receipt, read, points)
    refuse(mistakes, path)
    return receipt, who, stated


def refuse(mistakes: Sequence[FieldMistake], path: str = "") -> None:
    """Raise the Problem of some mistakes, if there are any."""
    if mistakes:
        placed = (
            [msgspec.structs.replace(each, field=path + each.field) for each in mistakes]
            if path
            else mistakes
        )
        raise Problem("invalid", errors=placed)


class _Reader:
    """Reads decimals of one receipt and notes what cannot be one."""

    __slots__ = ("digits", "mistakes")

    def __init__(self, digits: int, mistakes: Mistakes) -> None:
        self.digits = digits
        self.mistakes = mistakes

    def line(self, row: LineIn, i: int) -> Line:
        digits = self.digits
        try:
            quantity = units_of(row.quantity, QUANTITY_DIGITS, "quantity")
            sum_minor = units_of(row.sum, digits, "sum")
            given = units_of(row.given, digits, "given") if row.given else 0
            floor = units_of(row.floor, digits, "floor") if row.floor else 0
        except BadValueError:
            for name, places in (
                ("quantity", QUANTITY_DIGITS),
                ("sum", digits),
                ("given", digits),
                ("floor", digits),
            ):
                self.decimal(getattr(row, name), places, f"lines[{i}].{name}")
            return Line(row.id, row.sku, 0, 0)
        if quantity > QUANTITY_MAX:
            self.mistakes.add(f"lines[{i}].quantity", "wrong", "a quantity from 0 to 1000000")
        return Line(
            row.id, row.sku, quantity, sum_minor, given, floor, row.title, row.category, row.brand, row.tags,
            row.product_class, row.promo, row.vat, row.marking, row.alcohol, row.volume_ml,
            barred=tuple(sorted(set(row.barred))) if row.barred else (),
        )  # fmt: skip

    def money(self, value: str | int, field: str) -> int:
        return self.decimal(value, self.digits, field) if value else 0

    def decimal(self, value: str | int, digits: int, field: str) -> int:
        try:
            return units_of(value, digits, field)
        except BadValueError:
            self.mistakes.add(field, "too_many_digits")
            return 0


def _unique(lines: tuple[Line, ...], delivery: Line | None, mistakes: Mistakes) -> None:
    seen = {line.id for line in lines}
    if len(seen) == len(lines) and (delivery is None or delivery.id not in seen):
        return
    seen = set()
    for i, line in enumerate(lines):
        if line.id in seen:
            mistakes.add(f"lines[{i}].id", "duplicate")
        seen.add(line.id)
    if delivery is not None and delivery.id in seen:
        mistakes.add("delivery.id", "duplicate")


def _says_points(door: ReceiptIn) -> bool:
    wish = door.spend is not None and door.spend.points is not None
    return wish or (isinstance(door, CloseIn) and door.stated is not None and door.stated.points is not None)


def _paying(door: ReceiptIn, at: datetime, catalogue: Catalogue) -> tuple[str, int]:
    """The points that pay in the receipt's shop, and their decimals; a number of points means nothing without them."""
    shop = catalogue.shops.get(door.shop)
    if shop is None:
        raise Problem("unknown_shop", field="shop", why=Why.NOT_FOUND)
    rules = catalogue.ruleset(shop.programme, at)
    if rules is None:
        raise Problem("unknown_programme", field="shop", why=Why.NOT_FOUND)
    paying = rules.programme.spend_kind()
    kind = rules.programme.points.get(paying)
    return paying, 0 if kind is None else kind.decimals


def _stated(door: ReceiptIn, receipt: Receipt, read: _Reader, points: int) -> Stated | None:
    if not isinstance(door, CloseIn) or door.stated is None:
        return None
    known = {line.id for line in receipt.all_lines()}
    lines = {}
    for id_, amount in door.stated.lines.items():
        if id_ not in known:
            read.mistakes.add(f"stated.lines.{id_}", "unknown_line")
        lines[id_] = read.money(amount, f"stated.lines.{id_}")
    said = door.stated.points
    return Stated(lines, None if said is None else read.decimal(said, points, "stated.points"))


def wish_of(door: ReturnIn, currency: str, mistakes: Mistakes) -> ReturnWish:
    """What comes back; amounts are in the currency of the receipt."""
    if door.lines and door.amount is not None:
        mistakes.add("amount", "both_given")
    read = _Reader(exponent(currency), mistakes)
    seen: set[str] = set()
    lines = []
    for i, row in enumerate(door.lines):
        if row.line in seen:
            mistakes.add(f"lines[{i}].line", "duplicate")
        seen.add(row.line)
        quantity = row.quantity
        place = f"lines[{i}].quantity"
        lines.append(
            ReturnedLine(
                row.line, None if quantity is None else read.decimal(quantity, QUANTITY_DIGITS, place)
            )
        )
    amount = None if door.amount is None else read.money(door.amount, "amount")
    return ReturnWish(tuple(lines), amount)
