"""What an order of theirs says → our Receipt. Pure; how answers are written stands in `mapping_answers.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.wire import WrongCallError, id_text, wrong_entity
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.core.receipt.receipt import LINES_MAX, Payment
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Stated
from kopilka.values.money import AMOUNT_MAX
from kopilka.values.share import allocate_within

DELIVERY, CHANNEL = "delivery", "site"
QUANTITY_MAX, TEXT_MAX = 1_000_000, 250
SAME = ("cash", "card", "online", "certificate")
PAYMENTS = {"bank-card": "card", "e-money": "online", "bank-transfer": "online"}
"""Kinds of payment by the codes that are usual there; a code that is one of ours means that one."""
WRONG = "This value is not valid."


class Item(msgspec.Struct, frozen=True):
    """One item, read. `line` is its line in the receipt; the price is that of one piece, with all its places. `given_minor`
    is what the shop takes off it, `shared_minor` its share of what the shop takes off the goods of the order, `round_minor` of what rounds it.
    """

    line: str
    said: Mapping[str, Any]
    sku: str
    title: str
    price: Decimal
    quantity: int
    sum_minor: int
    given_minor: int
    shared_minor: int = 0
    round_minor: int = 0
    price_type: str = "base"
    vat: str = ""

    @property
    def off_minor(self) -> int:
        """All that is taken off outside the programme."""
        return self.given_minor + self.shared_minor + self.round_minor


class Cart(msgspec.Struct, frozen=True):
    """What is bought: items in their order, and delivery."""

    items: tuple[Item, ...]
    delivery_minor: int = 0
    payments: tuple[Payment, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Which receipt an order becomes, where and when."""

    receipt_id: str
    shop: str
    at: datetime
    currency: str
    digits: int = 2


class Spending(msgspec.Struct, frozen=True):
    """What the member wishes: points of a kind to pay with, and the word of the programme that was chosen."""

    units: int = 0
    kind: str = ""
    choice: str = ""


NO_SPENDING = Spending()


# -- reading ----------------------------------------------------------------------------------------------------


def cart_of(
    order: Mapping[str, Any], items: Sequence[Mapping[str, Any]], digits: int, offers: Mapping[str, str] = {}
) -> Cart:
    """Read what an order says. `offers` are skus by the offer ids that are ours; each item's place in the receipt is its
    `n`, else its place in the list.
    """
    if len(items) > LINES_MAX:
        raise wrong_entity("items", f"This collection should contain {LINES_MAX} elements or less.")
    rows = [_item(item, i, digits, offers) for i, item in enumerate(items)]
    room = [max(0, row.sum_minor - row.given_minor) for row in rows]
    amount = _money(order.get("discountManualAmount"), digits, "discountManualAmount")
    percent = _percent(order.get("discountManualPercent"), "discountManualPercent")
    given = min(sum(room), amount + _rounded(Decimal(sum(room)) * percent / 100))
    delivery = order.get("delivery") or {}
    if not isinstance(delivery, Mapping):
        raise wrong_entity("delivery", WRONG)
    cost = _money(delivery.get("cost"), digits, "delivery.cost")
    # What the shop takes off an order is off its goods, never off delivery.
    shares = allocate_within(given, room, room, range(len(room)))
    return Cart(
        tuple([msgspec.structs.replace(row, shared_minor=part) for row, part in zip(rows, shares, strict=True)]),
        cost,
    )  # fmt: skip


def rounded_by(cart: Cart, minor: int) -> Cart:
    """The cart with so much off its goods to make the total whole."""
    room = [max(0, row.sum_minor - row.given_minor - row.shared_minor) for row in cart.items]
    parts = allocate_within(min(minor, sum(room)), room, room, range(len(room)))
    rows = zip(cart.items, parts, strict=True)
    items = tuple([msgspec.structs.replace(row, round_minor=part) for row, part in rows])
    return msgspec.structs.replace(cart, items=items)


def paid_by(cart: Cart, payments: Sequence[Mapping[str, Any]], digits: int) -> Cart:
    """The cart with what is known of its payments. One without a sum pays all."""
    total = sum([row.sum_minor for row in cart.items]) + cart.delivery_minor
    found = []
    for each in payments:
        code = str(each.get("type") or "")
        kind = code if code in SAME else PAYMENTS.get(code, "")
        if kind:
            amount = each.get("amount")
            minor = total if blank(amount) else _money(amount, digits, "payment.amount")
            found.append(Payment(kind, minor))
    return msgspec.structs.replace(cart, payments=tuple(found))


def _item(item: Mapping[str, Any], i: int, digits: int, offers: Mapping[str, str]) -> Item:
    at = f"items[{i}]"
    offer = offer_of(item, at)
    if blank(item.get("initialPrice")):
        raise wrong_entity(f"{at}.initialPrice", "This value should not be blank.")
    price = _decimal(item["initialPrice"], f"{at}.initialPrice")
    quantity = _rounded(_decimal(item.get("quantity", 1), f"{at}.quantity").scaleb(3))
    if not 0 < quantity <= QUANTITY_MAX * 1000:
        raise wrong_entity(f"{at}.quantity", "This value should be greater than 0.")
    if price < 0:
        raise wrong_entity(f"{at}.initialPrice", "This value should be greater than or equal to 0.")
    pieces = Decimal(quantity).scaleb(-3)
    off = _off(item, "discountManualAmount", at)
    percent = _percent(item.get("discountManualPercent"), f"{at}.discountManualPercent")
    sum_minor = _rounded((price * pieces).scaleb(digits))
    given = _rounded(((off + price * percent / 100) * pieces).scaleb(digits))
    if max(sum_minor, given) > AMOUNT_MAX:
        raise wrong_entity(f"{at}.initialPrice", "This value is too large.")
    external_ids(item)
    vat = str(item.get("vatRate") or "")
    return Item(
        str(item.get("n", i + 1)), item, sku_of(offer, offers), _title(item), price, quantity, sum_minor, given, 0, 0,
        _price_type(item, at), "" if vat == "none" else vat[:32],
    )  # fmt: skip


def offer_of(item: Mapping[str, Any], at: str = "items") -> Mapping[str, Any]:
    """The offer of an item, its ids as texts."""
    offer = item.get("offer") or {}
    if not isinstance(offer, Mapping):
        raise wrong_entity(f"{at}.offer", WRONG)
    return {
        name: id_text(offer[name], f"{at}.offer.{name}")
        for name in ("id", "externalId", "xmlId")
        if not blank(offer.get(name))
    }


def sku_of(offer: Mapping[str, Any], offers: Mapping[str, str]) -> str:
    """What we call an offer: its external id, else its XML id, else what its id with us means."""
    return str(offer.get("externalId") or offer.get("xmlId") or offers.get(str(offer.get("id", "")), ""))


def offer_ids(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Offers that are named by our ids alone."""
    found = []
    for i, item in enumerate(items):
        offer = offer_of(item, f"items[{i}]")
        if "id" in offer and not sku_of(offer, {}):
            found.append(offer["id"])
    return found


def _title(item: Mapping[str, Any]) -> str:
    title = item.get("productName")
    return title[:TEXT_MAX].replace("\0", "") if isinstance(title, str) else ""


def _price_type(item: Mapping[str, Any], at: str) -> str:
    found = item.get("priceType") or {}
    if not isinstance(found, Mapping):
        raise wrong_entity(f"{at}.priceType", WRONG)
    return id_text(found.get("code"), f"{at}.priceType.code") or "base"


def _decimal(value: Any, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise wrong_entity(field, WRONG)
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as error:
        raise wrong_entity(field, WRONG) from error
    if not found.is_finite() or abs(found) > AMOUNT_MAX:
        raise wrong_entity(field, WRONG)
    return found


def _off(item: Mapping[str, Any], name: str, at: str) -> Decimal:
    value = item.get(name)
    found = Decimal(0) if blank(value) else _decimal(value, f"{at}.{name}")
    if found < 0:
        raise wrong_entity(f"{at}.{name}", "This value should be greater than or equal to 0.")
    return found


def _money(value: Any, digits: int, field: str) -> int:
    """Money in minor units; sites send prices with more places than a coin has, which round half up."""
    if blank(value):
        return 0
    found = _rounded(_decimal(value, field).scaleb(digits))
    if not 0 <= found <= AMOUNT_MAX:
        raise wrong_entity(field, "This value should be greater than or equal to 0.")
    return found


def _percent(value: Any, field: str) -> Decimal:
    found = Decimal(0) if blank(value) else _decimal(value, field)
    if not 0 <= found <= 100:  # noqa: PLR2004 - percent
        raise wrong_entity(field, "This value should be between 0 and 100.")
    return found


def blank(value: Any) -> bool:
    """Whether nothing is said."""
    return value is None or value == ""


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def objects(value: Any, field: str) -> list[dict[str, Any]]:
    """A list of objects inside an order; none where it is not said."""
    if value is None or value == "":
        return []
    rows = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise wrong_entity(field, "This value should be a list of objects.")
    return [dict(row) for row in rows]


# -- our side ---------------------------------------------------------------------------------------------------


def receipt_of(
    cart: Cart, place: Place, spending: Spending = NO_SPENDING, promo: frozenset[str] = frozenset()
) -> Receipt:
    """The receipt; `promo` are the codes of price types that are promotional prices already."""
    lines = tuple(
        [
            Line(
                row.line, row.sku, row.quantity, row.sum_minor, row.off_minor, title=row.title, vat=row.vat,
                promo=row.price_type in promo,
            )
            for row in cart.items
        ]
    )  # fmt: skip
    delivery = Line(DELIVERY, "", 1000, cart.delivery_minor) if cart.delivery_minor else None
    spend = SpendRequest(spending.units, spending.kind) if spending.units else None
    return Receipt(
        place.receipt_id, place.shop, place.at, place.currency, lines, delivery, CHANNEL, payments=cart.payments,
        choice=spending.choice, spend=spend,
    )  # fmt: skip


def stated_of(sale: Sale) -> Stated:
    """What a shop charged that has shown the buyer a held decision: that, whatever the balance is by now."""
    decision = sale.decision
    paid = dict(zip([line.id for line in sale.lines()], decision.paid_parts(), strict=True))
    units = 0 if decision.spent is None else decision.spent.units
    return Stated(paid if min(paid.values(), default=0) >= 0 else {}, units)


def as_held(cart: Cart, sale: Sale) -> bool:
    """Whether a sale is still about what the cart says."""

    def goods(lines: Sequence[Line]) -> set[tuple[str, str, int, int, int]]:
        return {(row.id, row.sku, row.quantity, row.sum_minor, row.given_minor) for row in lines}

    now = {(row.line, row.sku, row.quantity, row.sum_minor, row.off_minor) for row in cart.items}
    delivery = sale.receipt.delivery
    return (
        goods(sale.receipt.lines) == now
        and (0 if delivery is None else delivery.sum_minor) == cart.delivery_minor
    )


def left_of(sale: Sale) -> dict[str, int]:
    """What of each line has not come back, in thousandths."""
    rows = zip(sale.lines(), sale.paid_parts(), sale.done(), sale.wholes(), strict=True)
    return {line.id: (whole - done) // max(1, paid) for line, paid, done, whole in rows}


def less_of(sale: Sale, cart: Cart | None) -> ReturnWish | None:
    """What has to come back for a closed sale to be what the cart is now; all of it for no cart. None: nothing has."""
    left = left_of(sale)
    if not any(left.values()):
        return None
    if cart is None:
        return ReturnWish()
    wanted = {row.line: row.quantity for row in cart.items}
    if cart.delivery_minor:
        wanted[DELIVERY] = 1000
    rows = []
    for line, quantity in left.items():
        keep = wanted.get(line, 0)
        if keep < quantity:
            rows.append(ReturnedLine(line, quantity - keep if keep else None))
    return ReturnWish(tuple(rows)) if rows else None


def merged(
    items: Sequence[Mapping[str, Any]], said: Sequence[dict[str, Any]], after: int
) -> tuple[list[dict[str, Any]], int]:
    """Items as an edit leaves them, each with its `n`; `after` is the last number given. An edit names all that stays:
    by our id, by its external ids, else by its offer; what it does not say of an item stays as it was.
    """
    rest = list(items)
    found: list[dict[str, Any]] = []
    for each in said:
        old = next((row for row in rest if _same(row, each)), None)
        if old is not None:
            rest.remove(old)
            row = {**old, **{name: value for name, value in each.items() if name != "id"}}
        else:
            after += 1
            row = {**{name: value for name, value in each.items() if name != "id"}, "n": after}
        gone = old is not None and (str(each.get("quantity", 1)) == "0" or each.get("delete") is True)
        if not gone:
            found.append(row)
    return found, after


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if not blank(new.get("id")):
        return str(new["id"]).endswith(f"{old['n']:05}") and str(new["id"])[:-5].isdigit()
    mine, theirs = external_ids(old), external_ids(new)
    if mine and theirs:
        return bool({pair["value"] for pair in mine} & {pair["value"] for pair in theirs})
    return bool(offer_of(new)) and offer_of(old) == offer_of(new)


def item_id(order_number: int, n: object) -> int:
    """The id of an item: that of its order and its number in it."""
    return int(f"{order_number}{int(str(n)):05}")


def external_ids(item: Mapping[str, Any]) -> list[dict[str, str]]:
    """Ids that a site gives to an item, `[{code, value}]`; a lone `externalId` is one of them."""
    field = "items.externalIds"
    found = [
        {
            "code": id_text(pair.get("code"), f"{field}.code"),
            "value": id_text(pair.get("value"), f"{field}.value"),
        }
        for pair in objects(item.get("externalIds"), field)
    ]
    if not found and not blank(item.get("externalId")):
        found = [{"code": "default", "value": id_text(item["externalId"], "items.externalId")}]
    return found


def units_of(text: str, digits: int, field: str = "bonuses") -> int:
    """Bonuses that are asked for, in smallest units; nothing is none."""
    bare = text.strip()
    if bare in {"", "None", "null"}:
        return 0
    found = _decimal(bare, field).scaleb(digits)
    if found < 0:
        raise wrong_entity(field, "This value should be greater than or equal to 0.")
    if found != found.to_integral_value():
        raise wrong_entity(field, "This value has too many decimal places.")
    return int(found)


__all__ = ["Cart", "Item", "Place", "Spending", "WrongCallError", "cart_of", "less_of", "receipt_of"]
