"""WooCommerce's orders, refunds and customers in our words. Money there is decimal texts; totals of lines are without
taxes, which stand beside them.
"""

from datetime import datetime

import msgspec

from kopilka.connectors.kit.webshop import DELIVERY, Bought, CodeUse, Refund, Said, Who
from kopilka.connectors.kit.webshop_customers import Consent, Customer
from kopilka.connectors.kit.webshop_rows import Row
from kopilka.core.receipt import Line, ranks
from kopilka.usecases.members import normal
from kopilka.values.quantity import DIGITS, ONE, QUANTITY_MAX
from kopilka.values.share import allocate

ON_PAID, ON_COMPLETED = "paid", "completed"
STATUSES = (
    "checkout-draft", "pending", "on-hold", "failed", "processing", "completed", "cancelled", "refunded", "trash",
)  # fmt: skip
"""In the order in which an order passes them, for two that changed in one second."""
GONE = frozenset({"cancelled", "refunded", "failed", "trash"})
AGREES = frozenset({"1", "yes", "true", "on"})
SKU_MAX, TITLE_MAX, CODE_MAX = 128, 256, 64


class Reading(msgspec.Struct, frozen=True):
    """How an order is to be read: what makes its customers' ids ours alone, when it earns, and when it was told by which
    delivery.
    """

    prefix: str
    earn_on: str
    came_at: datetime
    delivery_id: str


def order_of(content: object, topic: str, reading: Reading) -> Said:
    """What an order says. Creation never earns, whatever it says of payment: an update follows."""
    order = Row(content)
    id_ = order.id("id")
    currency, status = order.text("currency").upper(), order.text("status").lower()
    changed_at = order.moment("date_modified_gmt") or order.moment("date_created_gmt") or reading.came_at
    paid_at, completed_at = order.moment("date_paid_gmt"), order.moment("date_completed_gmt")
    at = paid_at or order.moment("date_created_gmt") or changed_at
    if reading.earn_on == ON_PAID:
        earns = paid_at is not None or status == "completed"
    else:
        earns = completed_at is not None or status == "completed"
    refunds = tuple(refund for row in order.rows("refunds") if (refund := _refund(row, currency, changed_at)))
    stage = (STATUSES.index(status) if status in STATUSES else 0) + 10 * len(refunds)
    lines, delivery = _goods(order, currency)
    bought = Bought(
        changed_at, at, currency, lines, delivery, _codes(order, currency),
        status in GONE, stage,
    )  # fmt: skip
    return Said(
        id_, bought, _buyer(order, reading.prefix), earns and topic != "order.created", refunds,
        restored=reading.delivery_id if topic == "order.restored" else "",
    )  # fmt: skip


def deleted_of(content: object, delivery_id: str) -> Said:
    """An order went to the bin: only its id is told."""
    return Said(Row(content).id("id"), deleted=delivery_id)


def customer_of(content: object, prefix: str, consent_field: str, came_at: datetime) -> Customer:
    """What a customer says. Whether they agree to letters is known only where a field of a plugin says it."""
    customer = Row(content)
    id_ = customer.id("id")
    changed_at = customer.moment("date_modified_gmt") or customer.moment("date_created_gmt") or came_at
    billing = customer.inner("billing")
    phone = normal("phone", billing.text("phone"))
    email = normal("email", customer.text("email")) or normal("email", billing.text("email"))
    first = customer.text("first_name", most=100) or billing.text("first_name", most=100)
    last = customer.text("last_name", most=100) or billing.text("last_name", most=100)
    consents = []
    for row in customer.rows("meta_data") if consent_field else []:
        if row.text("key") == consent_field:
            agrees = row.yes("value") if row.is_yes_or_no("value") else row.text("value").lower() in AGREES
            consents = [Consent("email", agrees, min(changed_at, came_at))]
    who = Who(phone, email, prefix + id_)
    return Customer(id_, changed_at, who, f"{first} {last}".strip(), tuple(consents))


def id_of(content: object) -> str:
    """The id of what a delivery is about."""
    return Row(content).id("id")


def _buyer(order: Row, prefix: str) -> Who:
    """The buyer's phone and e-mail, and their id; 0 there is nobody's."""
    billing = order.inner("billing")
    customer = order.text("customer_id")
    return Who(
        normal("phone", billing.text("phone")), normal("email", billing.text("email")),
        prefix + customer if customer not in {"", "0"} else "",
    )  # fmt: skip


def _goods(order: Row, currency: str) -> tuple[tuple[Line, ...], Line | None]:
    """Lines, and what is no goods: delivery and fees. A fee below zero is a discount for the whole order."""
    lines = [_line(row, currency) for row in order.rows("line_items")]
    fees = [row.money("total", currency, signed=True) + row.money("total_tax", currency, "0", signed=True)
            for row in order.rows("fee_lines")]  # fmt: skip
    carried = sum(_taxed(row, "total", currency) for row in order.rows("shipping_lines"))
    carried += sum(fee for fee in fees if fee > 0)
    off = -sum(fee for fee in fees if fee < 0)
    if off and lines:
        rest = [max(0, line.sum_minor - line.given_minor) for line in lines]
        parts = allocate(min(off, sum(rest)), rest, ranks(lines))
        lines = [
            msgspec.structs.replace(line, given_minor=line.given_minor + part)
            for line, part in zip(lines, parts, strict=True)
        ]
    told = order.rows("shipping_lines") or any(fee > 0 for fee in fees)
    return tuple(lines), Line(DELIVERY, DELIVERY, ONE, carried) if told else None


def _line(row: Row, currency: str) -> Line:
    """A line: `subtotal` is before coupons, `total` after them."""
    before, after = _taxed(row, "subtotal", currency), _taxed(row, "total", currency)
    variation, product = row.text("variation_id"), row.text("product_id")
    sku = row.text("sku", most=SKU_MAX) or (variation if variation not in {"", "0"} else product) or "custom"
    quantity = max(0, min(row.number("quantity", DIGITS, "1"), QUANTITY_MAX))
    # A price that was raised by hand has a total above its subtotal: then there is no discount.
    return Line(
        row.id("id"), sku, quantity, max(before, after), max(0, before - after),
        title=row.text("name", most=TITLE_MAX),
    )  # fmt: skip


def _taxed(row: Row, name: str, currency: str) -> int:
    return row.money(name, currency, "0") + row.money(f"{name}_tax", currency, "0")


def _codes(order: Row, currency: str) -> tuple[CodeUse, ...]:
    """Coupons with what they took off each line: only their totals are told, so each bears its share of every line."""
    rows = [(row.text("code", most=CODE_MAX), _discount(row, currency)) for row in order.rows("coupon_lines")]
    found: dict[str, dict[str, int]] = {code: {} for code, _ in rows if code}
    lines = [_line(row, currency) for row in order.rows("line_items")]
    given = [line.given_minor for line in lines]
    whole = min(sum(off for _, off in rows), sum(given))
    for line, off in zip(lines, allocate(whole, given, ranks(lines)), strict=True):
        parts = allocate(off, [each for _, each in rows], range(len(rows)))
        for (code, _), part in zip(rows, parts, strict=True):
            if code and part:
                found[code][line.id] = found[code].get(line.id, 0) + part
    return tuple(CodeUse(code, parts) for code, parts in sorted(found.items()))


def _discount(row: Row, currency: str) -> int:
    return row.money("discount", currency, "0") + row.money("discount_tax", currency, "0")


def _refund(row: Row, currency: str, at: datetime) -> Refund | None:
    """A refund has only its total: it is spread over what is left of the order."""
    amount = abs(row.money("total", currency, signed=True))
    return Refund(row.id("id"), at, amount_minor=amount) if amount else None
