"""A Decision → an order as RetailCRM writes it: items in the order of the request, discounts by kind, prices that are
exact to the kopeck. Pure.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.mapping_orders import DELIVERY, Cart, Item, external_ids, offer_of
from kopilka.connectors.retailcrm.mapping_privileges import (
    EVENT,
    LEVEL,
    NONE,
    PERSONAL,
    Told,
    main_kind,
    personal_percent,
    privilege_of,
)
from kopilka.connectors.retailcrm.wire import plain
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.fiscal import in_pieces
from kopilka.core.settlement.sale import Sale
from kopilka.values.money import exponent
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide
from kopilka.values.share import allocate, cumulative

KINDS = {LEVEL: "loyalty_level", EVENT: "loyalty_event", PERSONAL: "personal"}
"""What a rule's discount is called, by whose privilege the rule is."""
NO_VAT, QUANTITY_DIGITS = "none", 3


class Frame(msgspec.Struct, frozen=True):
    """What stands around the numbers: the programme and whom the order is about. `offers` are the numbers of skus,
    `order_number` is 0 where there is no order yet. `idle` says that bonuses move neither way.
    """

    rules: Ruleset
    site: str
    privilege: str = NONE
    offers: Mapping[str, int] = {}
    customer: Mapping[str, Any] = {}
    account: Mapping[str, Any] = {}
    level: Mapping[str, Any] = {}
    event: Mapping[str, Any] = {}
    order_number: int = 0
    idle: bool = False

    @property
    def digits(self) -> int:
        """Digits of money."""
        return exponent(self.rules.programme.currency)

    @property
    def point_digits(self) -> int:
        """Digits of bonuses."""
        kind = self.rules.programme.points.get(main_kind(self.rules))
        return 0 if kind is None else kind.decimals


class Row(msgspec.Struct, frozen=True):
    """One line of a sale in numbers: what is still kept of it. `off` is money by kind of discount."""

    paid_minor: int
    off: Mapping[str, int]
    charged: int
    credited: int


def rows_of(sale: Sale, rules: Ruleset, cart: Cart) -> dict[str, Row]:
    """What is kept of each line: all of it where nothing has come back. What is left over of what was taken off is the
    shop's own discount, on the item or on the order.
    """
    decision, lines, order = sale.decision, sale.lines(), sale.order()
    kind = main_kind(rules)
    spent = decision.spent
    points = list(spent.parts) if spent is not None else [0] * len(lines)
    charged = allocate(spent.units, points, order) if spent is not None else points
    credited = [0] * len(lines)
    for earned in decision.earned:
        if earned.kind == kind:
            credited = [a + b for a, b in zip(credited, decision.earned_parts(earned, order), strict=True)]
    paid, found = sale.paid_parts(), {}
    items = {item.line: item for item in cart.items}
    for i, (line, done, whole) in enumerate(zip(lines, sale.done(), sale.wholes(), strict=True)):
        off: dict[str, int] = {"bonus_charge": points[i]}
        for taken in decision.taken:
            name = KINDS[privilege_of(taken.rule, rules)]
            off[name] = off.get(name, 0) + taken.parts[i]
        own = line.sum_minor - paid[i] - sum(off.values())
        item = items.get(line.id)
        off["round"] = min(own, 0 if item is None else item.round_minor)
        off["manual_order"] = min(own - off["round"], 0 if item is None else item.shared_minor)
        off["manual_product"] = own - off["round"] - off["manual_order"]
        kept = {name: _kept(minor, done, whole) for name, minor in off.items()}
        found[line.id] = Row(
            _kept(paid[i], done, whole), kept, _kept(charged[i], done, whole), _kept(credited[i], done, whole)
        )
    return found


def totals_of(sale: Sale, rules: Ruleset, cart: Cart) -> tuple[int | Decimal, int | Decimal]:
    """The bonuses that a sale has taken and given, of what is kept of it."""
    rows, kind = rows_of(sale, rules, cart).values(), rules.programme.points.get(main_kind(rules))
    digits = 0 if kind is None else kind.decimals
    return plain(sum([row.charged for row in rows]), digits), plain(
        sum([row.credited for row in rows]), digits
    )


def _kept(part: int, done: int, whole: int) -> int:
    return part - cumulative(part, done, whole) if part >= 0 else part + cumulative(-part, done, whole)


def rows_without(cart: Cart) -> dict[str, Row]:
    """The lines of an order that no programme is about: only the shop itself takes something off."""
    found = {}
    for item in cart.items:
        own = min(item.given_minor, item.sum_minor)
        off = {"manual_product": own, "manual_order": item.shared_minor}
        found[item.line] = Row(item.sum_minor - own - item.shared_minor, off, 0, 0)
    return found


def order_json(cart: Cart, sale: Sale | None, frame: Frame) -> dict[str, Any]:
    """The serialized order; without a sale nothing is taken off but by the shop itself."""
    rules, digits = frame.rules, frame.digits
    plain_rows = rows_without(cart)
    rows = plain_rows if sale is None else rows_of(sale, rules, cart)
    items = [
        _item(item, rows.get(item.line, plain_rows[item.line]), i, frame) for i, item in enumerate(cart.items)
    ]
    delivery = rows.get(DELIVERY)
    cost = cart.delivery_minor if delivery is None else delivery.paid_minor
    total = sum([rows.get(item.line, plain_rows[item.line]).paid_minor for item in cart.items]) + cost
    charge = 0 if frame.idle else sum([row.charged for row in rows.values()])
    credit = 0 if frame.idle else sum([row.credited for row in rows.values()])
    percent = Decimal(0) if sale is None else personal_percent(rules, sale.decision)
    found: dict[str, Any] = {
        "bonusesCreditTotal": plain(credit, frame.point_digits),
        "bonusesChargeTotal": plain(charge, frame.point_digits),
        "privilegeType": frame.privilege,
        "totalSumm": plain(total, digits),
        "personalDiscountPercent": tidy(percent),
        "delivery": {"cost": plain(cost, digits)},
        "site": frame.site,
        "currency": rules.programme.currency,
        "items": items,
    }
    if frame.customer:
        found["customer"] = {**frame.customer, "personalDiscount": tidy(percent)}
    optional = {
        "loyaltyAccount": frame.account,
        "loyaltyLevel": frame.level,
        "loyaltyEventDiscount": frame.event,
    }
    return {**found, **{name: dict(value) for name, value in optional.items() if value}}


def _item(item: Item, row: Row, i: int, frame: Frame) -> dict[str, Any]:
    digits = frame.digits
    offer = dict(offer_of(item.said))
    if item.sku:
        number = frame.offers.get(item.sku)
        offer = {"externalId": item.sku, "xmlId": item.sku, **offer}
        offer = {
            **({} if number is None else {"id": number}),
            **{k: v for k, v in offer.items() if k != "id"},
        }
    found = {
        "id": i + 1 if not frame.order_number else int(item.said.get("id", i + 1)),
        "externalIds": external_ids(item.said),
        "priceType": {"code": item.price_type},
        "initialPrice": tidy(item.price),
        "discountTotal": _each(item.sum_minor - row.paid_minor, item.quantity, digits),
        "discounts": [
            {"type": kind, "amount": plain(minor, digits)} for kind, minor in sorted(row.off.items()) if minor
        ],
        "bonusesChargeTotal": 0 if frame.idle else plain(row.charged, frame.point_digits),
        "bonusesCreditTotal": 0 if frame.idle else plain(row.credited, frame.point_digits),
        "prices": [
            {"price": plain(piece.price_minor, digits), "quantity": plain(piece.quantity, QUANTITY_DIGITS)}
            for piece in in_pieces(row.paid_minor, item.quantity)
        ],
        "vatRate": vat_text(item.vat),
        "quantity": plain(item.quantity, QUANTITY_DIGITS),
        "offer": offer,
    }
    return {**found, "productName": item.title} if item.title else found


def _each(minor: int, quantity: int, digits: int) -> int | Decimal:
    """Money per piece, to the nearest coin."""
    size = divide(abs(minor) * ONE, quantity, Rounding.HALF_UP)
    return plain(size if minor >= 0 else -size, digits)


def vat_text(vat: str) -> str:
    """A VAT rate as it is written there: `20.00`, or `none`."""
    bare = vat.strip().removesuffix("%").removeprefix("vat")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        return NO_VAT
    return f"{found:.2f}" if found.is_finite() and 0 <= found < 100 else NO_VAT  # noqa: PLR2004 - percent


def tidy(value: Decimal) -> int | Decimal:
    """A number as it is written: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def with_vat(cart: Cart, sale: Sale) -> Cart:
    """The cart with the VAT rates that the catalogue knows."""
    rates = {line.id: line.vat for line in sale.lines()}
    items = [msgspec.structs.replace(row, vat=row.vat or rates.get(row.line, "")) for row in cart.items]
    return msgspec.structs.replace(cart, items=tuple(items))


def calculations_json(
    rows: Sequence[Told], best: Told, frame: Frame, events: Mapping[str, int]
) -> list[dict[str, Any]]:
    """What every privilege would give, the best one marked."""
    found = []
    for row in rows:
        each: dict[str, Any] = {
            "privilegeType": row.privilege,
            "discount": plain(row.discount_minor, frame.digits),
            "creditBonuses": plain(row.credit_units, frame.point_digits),
            "maxChargeBonuses": plain(row.room_units, frame.point_digits),
            "maximum": row is best,
        }
        if row.privilege == EVENT and row.event in events:
            each["loyaltyEventDiscount"] = {"id": events[row.event]}
        found.append(each)
    return found


def rate_of(rules: Ruleset) -> int | Decimal:
    """Money for one bonus."""
    kind = rules.programme.points.get(main_kind(rules))
    return 0 if kind is None else plain(kind.worth, exponent(rules.programme.currency))
