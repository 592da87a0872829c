"""All translation between Evotor's receipts and documents and ours; pure.

Three shapes are read: the event `ReceiptCreated` of the second version, the receipt of the first one, and the document
with transactions. Which of them it is follows from its fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

import msgspec

from kopilka.connectors.kit.facts import Good
from kopilka.connectors.kit.fields import BAD_NUMBER, REQUIRED, Fields, WrongFieldError
from kopilka.connectors.kit.parking import refs_of
from kopilka.core.receipt import Line, Payment, Receipt, Shop
from kopilka.core.receipt.receipt import LINES_MAX
from kopilka.usecases.commands import Ref, Stated
from kopilka.values.money import AMOUNT_MAX

SELL, PAYBACK = "SELL", "PAYBACK"
KOPECKS, THOUSANDTHS = 2, 3
NAME_MAX = 64
_CASH = {"PAY_CASH", "PAY_CASHBACK", "CASH"}
_CARD = {"PAY_CARD", "CARD", "ELECTRON"}
_NAMED = {
    "card": "card", "cardnumber": "card", "discountcard": "card", "discountcardnumber": "card", "loyaltycard": "card",
    "phone": "phone", "clientphone": "phone", "customerphone": "phone", "buyerphone": "phone",
    "email": "email", "clientemail": "email", "customeremail": "email", "buyeremail": "email",
    "member": "member", "memberid": "member", "external": "external", "externalid": "external", "clientuuid": "external",
}  # fmt: skip
_INSIDE = {"kopilka", "customer", "client", "buyer", "loyalty"}
_BASES = (
    "baseDocumentUUID",
    "baseDocumentUuid",
    "baseDocumentId",
    "base_document_id",
    "baseReceiptId",
    "parentId",
)
_CLASSES = (("TOBACCO", "tobacco"), ("NICOTINE", "nicotine"), ("ALCOHOL", "alcohol"), ("BEER", "alcohol"))


class Item(msgspec.Struct, frozen=True):
    """Goods of a receipt: thousandths, and kopecks before and after what the terminal took off."""

    sku: str
    title: str
    quantity: int
    full_minor: int
    paid_minor: int
    product_class: str = ""


class Slip(msgspec.Struct, frozen=True):
    """A receipt of a terminal, whichever shape it came in. `base` is the sale that goods came back from, where that is
    said; `shift` names the till and its shift.
    """

    id: str
    kind: str
    store: str
    at: datetime
    items: tuple[Item, ...]
    refs: tuple[Ref, ...] = ()
    base: str = ""
    shift: str = ""
    till: str = ""
    cashier: str = ""
    payments: tuple[Payment, ...] = ()
    no_sale: bool = False


# -- reading --------------------------------------------------------------------------------------------------------


def slips_in(body: object, store: str = "") -> Iterator[tuple[Fields, str]]:
    """The receipts of a call, with what names each delivery: a receipt, a list of them, or an event around one."""
    rows = body if isinstance(body, list) else [body]
    for place, row in enumerate(rows):
        outer = Fields(row, f"[{place}]" if isinstance(body, list) else "")
        event = outer.has("data")
        if event and not any(word in outer.text("type").lower() for word in ("receipt", "document")):
            continue
        inner = outer.inner("data") if event else outer
        if store and not (inner.has("storeUuid") or inner.has("storeId")):
            inner = Fields({**inner.content, "storeUuid": store}, inner.path)
        yield inner, outer.text("id") if event else ""


def own_id(row: Fields) -> str:
    """The id of a receipt or document."""
    return (row.text("id") or row.text("uuid", required=True)).lower()


def kind_of(row: Fields) -> str:
    """What it is; a receipt of the first version that does not say is a sale."""
    return (row.text("type") or SELL).upper()


def slip_of(row: Fields, zone: tzinfo, now: datetime) -> Slip:
    """Read a receipt or a document."""
    return _document(row, zone, now) if row.has("transactions") else _receipt(row, zone, now)


def _receipt(row: Fields, zone: tzinfo, now: datetime) -> Slip:
    total = row.units("totalAmount", KOPECKS, least=-AMOUNT_MAX)
    rows = row.rows("items", required=True)
    before = [_minor(each, "sumPrice") for each in rows]
    off = [_minor(each, "discount", required=False) for each in rows]
    # Published is only that sumPrice is "the whole price": which one it is shows in the total.
    is_full = total is not None and abs(total) == sum(before) - sum(off) and any(off)
    items = tuple(
        _item(each, full if is_full else full + less, full - less if is_full else full)
        for each, full, less in zip(rows, before, off, strict=True)
    )
    device = row.text("deviceId") or row.text("deviceUuid")
    paid = sum(item.paid_minor for item in items)
    return Slip(
        own_id(row), kind_of(row), _store(row), row.moment("dateTime", zone) or now, _checked(items, row, "items"),
        tuple(_refs(row)), _base(row), f"{device} {row.text('shiftId')}".strip(), device[:NAME_MAX],
        (row.text("employeeId") or row.text("employeeUuid"))[:NAME_MAX],
        _payments([(row.text("paymentSource"), paid)]), row.content.get("infoCheck") is True,
    )  # fmt: skip


def _item(row: Fields, full: int, paid: int) -> Item:
    kind = row.text("itemType").upper()
    sku = row.text("id") or row.text("uuid") or row.text("barcode")
    if not sku:
        raise WrongFieldError(row.at("id"), REQUIRED)
    quantity = abs(row.units("quantity", THOUSANDTHS, required=True, least=-AMOUNT_MAX) or 0)
    if not quantity or paid < 0:
        raise WrongFieldError(row.at("discount" if quantity else "quantity"), BAD_NUMBER)
    return Item(sku, row.text("name", most=1_000)[:255], quantity, full, paid, _class(kind))


def _document(row: Fields, zone: tzinfo, now: datetime) -> Slip:
    steps = row.rows("transactions", required=True)
    kinds = [(step.text("type").upper(), step) for step in steps]
    items = tuple(_position(step) for kind, step in kinds if kind == "REGISTER_POSITION")
    paid = [
        (step.text("paymentType").upper(), step.units("sum", KOPECKS, least=-AMOUNT_MAX) or 0)
        for kind, step in kinds
        if kind == "PAYMENT"
    ]
    refs = _refs(row)
    for _, step in kinds:
        refs += refs_of(("phone", step.text("clientPhone")))
    base = next((found for _, step in kinds if (found := _base(step))), "")
    device = row.text("deviceUuid") or row.text("deviceId")
    shift = row.text("sessionUUID") or row.text("sessionUuid")
    at = row.moment("closeDate", zone) or row.moment("openDate", zone) or now
    cashier = row.text("closeUserUuid") or row.text("openUserUuid")
    return Slip(
        own_id(row), kind_of(row), _store(row), at, _checked(items, row, "transactions"), tuple(dict.fromkeys(refs)), base,
        f"{device} {shift}".strip(), device[:NAME_MAX], cashier[:NAME_MAX], _payments(paid),
    )  # fmt: skip


def _position(row: Fields) -> Item:
    sku = row.text("commodityUuid") or row.text("commodityCode") or row.text("barcode")
    if not sku:
        raise WrongFieldError(row.at("commodityUuid"), REQUIRED)
    quantity = abs(row.units("quantity", THOUSANDTHS, required=True, least=-AMOUNT_MAX) or 0)
    full = _minor(row, "sum")
    paid = _minor(row, "resultSum") if row.has("resultSum") else full
    if not quantity:
        raise WrongFieldError(row.at("quantity"), BAD_NUMBER)
    kind = row.text("commodityType").upper()
    return Item(
        sku, row.text("commodityName", most=1_000)[:255], quantity, max(full, paid), paid, _class(kind)
    )


def _minor(row: Fields, name: str, *, required: bool = True) -> int:
    """Kopecks without their sign: what comes back is written below zero in documents."""
    return abs(row.units(name, KOPECKS, required=required, least=-AMOUNT_MAX) or 0)


def _checked(items: tuple[Item, ...], row: Fields, field: str) -> tuple[Item, ...]:
    if not 1 <= len(items) <= LINES_MAX:
        raise WrongFieldError(row.at(field), "too_many_lines" if items else REQUIRED)
    if sum(item.full_minor for item in items) > AMOUNT_MAX:
        raise WrongFieldError(row.at(field), BAD_NUMBER)
    return items


def _store(row: Fields) -> str:
    return row.text("storeId") or row.text("storeUuid")


def _base(row: Fields) -> str:
    """The sale that goods came back from, as some versions say it; an application may put it into `extras`."""
    extras = row.content.get("extras")
    inner = [Fields(extras, row.at("extras"))] if isinstance(extras, Mapping) else []
    return next((text.lower() for each in (row, *inner) for name in _BASES if (text := each.text(name))), "")


def _class(kind: str) -> str:
    return next((class_ for word, class_ in _CLASSES if word in kind), "")


def _payments(rows: Sequence[tuple[str, int]]) -> tuple[Payment, ...]:
    sums = {"cash": 0, "card": 0}
    for source, minor in rows:
        kind = "cash" if source in _CASH else "card" if source in _CARD else ""
        if kind:
            sums[kind] += minor
    return tuple(Payment(kind, minor) for kind, minor in sums.items() if minor > 0)


def _refs(row: Fields) -> list[Ref]:
    """What names the buyer: in the receipt itself, and in what applications put into `extras` and `fields`."""
    found: list[tuple[str, object]] = []
    for place in (row.content, row.content.get("extras"), row.content.get("fields")):
        found += _named(place)
    cards_first = sorted(
        found, key=lambda pair: ("member", "card", "external", "phone", "email").index(pair[0])
    )
    return refs_of(*cards_first)


def _named(place: object, *, deep: bool = True) -> list[tuple[str, object]]:
    if not isinstance(place, Mapping):
        return []
    rows: list[tuple[str, object]] = []
    for name, value in place.items():
        plain = str(name).lower().replace("_", "").replace("-", "")
        if plain in _NAMED:
            rows.append((_NAMED[plain], str(value) if isinstance(value, int) else value))
        elif deep and plain in _INSIDE:
            rows += _named(value, deep=False)
    return rows


# -- ours -----------------------------------------------------------------------------------------------------------


def receipt_of(slip: Slip, receipt_id: str, shop: Shop, currency: str) -> Receipt:
    """The sale: prices before the terminal's discounts, which are given from outside."""
    lines = tuple(
        Line(
            str(n), item.sku, item.quantity, item.full_minor, item.full_minor - item.paid_minor, title=item.title,
            product_class=item.product_class,
        )
        for n, item in enumerate(slip.items, 1)
    )  # fmt: skip
    return Receipt(
        receipt_id,
        shop.id,
        slip.at,
        currency,
        lines,
        till=slip.till,
        cashier=slip.cashier,
        payments=slip.payments,
    )


def stated_of(slip: Slip) -> Stated:
    """What was charged. A receipt does not tell of points."""
    return Stated({str(n): item.paid_minor for n, item in enumerate(slip.items, 1)}, 0)


def goods_of(slip: Slip) -> tuple[Good, ...]:
    """The goods of a receipt, as they come back."""
    return tuple(Good(item.sku, item.quantity, item.paid_minor) for item in slip.items)
