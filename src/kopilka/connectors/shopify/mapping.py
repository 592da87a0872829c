"""Shopify's orders, refunds, customers and privacy requests in our words. Money there is decimal texts in the shop's
currency; prices are without taxes unless `taxes_included`.
"""

from datetime import datetime

from kopilka.connectors.kit.webshop import DELIVERY, Bought, CodeUse, Refund, Said, Who
from kopilka.connectors.kit.webshop_customers import Consent, Customer, PrivacyRequest
from kopilka.connectors.kit.webshop_rows import Row
from kopilka.core.programme.law import CERTIFICATE
from kopilka.core.receipt import Line
from kopilka.core.settlement.refund import ReturnedLine
from kopilka.usecases.members import normal
from kopilka.values.errors import BadValueError
from kopilka.values.money import AMOUNT_MAX
from kopilka.values.quantity import DIGITS, ONE, QUANTITY_MAX

PAID = frozenset({"paid", "partially_refunded", "refunded"})
"""Financial states that an order reaches only after it was paid."""
STAGES = ("", "voided", "pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded")
SKU_MAX, TITLE_MAX, CODE_MAX = 128, 256, 64
CODE = "discount_code"
SHIPPING = "shipping_refund"


def order_of(content: object, topic: str, prefix: str, came_at: datetime) -> Said:
    """What an order says. Creation never earns, whatever it says of payment: `orders/paid` will say it."""
    order = Row(content)
    currency = order.text("currency").upper()
    state = order.text("financial_status").lower()
    changed_at = order.moment("updated_at") or came_at
    at = order.moment("processed_at") or order.moment("created_at") or changed_at
    gone = order.moment("cancelled_at") is not None or topic == "orders/cancelled"
    paid = topic == "orders/paid" or (state in PAID and topic != "orders/create")
    refunds = tuple(_refund(row, currency, changed_at) for row in order.rows("refunds"))
    # Of two moments that are one, the later in an order's life counts: refunds and a cancellation come last.
    stage = (STAGES.index(state) if state in STAGES else 0) + 10 * len(refunds) + 10_000 * gone
    bought = Bought(
        changed_at, at, currency, _lines(order, currency), _delivery(order, currency), _codes(order, currency), gone, stage
    )  # fmt: skip
    return Said(order.id("id"), bought, _buyer(order, prefix), paid, refunds)


def refund_of(content: object, came_at: datetime) -> Said:
    """What `refunds/create` says."""
    refund = Row(content)
    rows = refund.rows("transactions")
    currency = next((row.text("currency") for row in rows if row.has("currency")), "RUB").upper()
    return Said(refund.id("order_id"), refunds=(_refund(refund, currency, came_at),))


def customer_of(content: object, prefix: str, came_at: datetime) -> Customer:
    """What a customer says. Consents count from the moment at which Shopify says that they were given or withdrawn."""
    customer = Row(content)
    changed_at = customer.moment("updated_at") or customer.moment("created_at") or came_at
    consents = []
    for channel in ("email", "sms"):
        said = customer.inner(f"{channel}_marketing_consent")
        state = said.text("state").lower()
        if state in {"subscribed", "unsubscribed"}:
            at = min(said.moment("consent_updated_at") or changed_at, came_at)
            consents.append(Consent(channel, state == "subscribed", at))
    name = f"{customer.text('first_name', most=100)} {customer.text('last_name', most=100)}".strip()
    who = _who(customer, prefix, customer.id("id"))
    return Customer(customer.id("id"), changed_at, who, name, tuple(consents))


def privacy_of(content: object, topic: str, prefix: str, came_at: datetime) -> PrivacyRequest:
    """What a privacy topic asks for."""
    asked = Row(content)
    if topic == "shop/redact":
        shop = asked.text("shop_id") or asked.text("shop_domain")
        return PrivacyRequest(f"{topic}:{shop}", topic, came_at, erases=True, everybody=True)
    customer = asked.inner("customer")
    erases = topic == "customers/redact"
    own = asked.inner("data_request").text("id") if not erases else ""
    orders = asked.texts("orders_to_redact" if erases else "orders_requested")
    id_ = customer.id("id")
    return PrivacyRequest(
        f"{topic}:{own or id_}", topic, came_at, id_, _who(customer, prefix, id_), tuple(orders), erases
    )


def id_of(content: object) -> str:
    """The id of what a delivery is about."""
    return Row(content).id("id")


# -- who ----------------------------------------------------------------------------------------------------------


def _buyer(order: Row, prefix: str) -> Who:
    """The buyer's phone and e-mail: the customer's own before those of the order and its addresses."""
    customer = order.inner("customer")
    addresses = [order.inner("billing_address"), order.inner("shipping_address")]
    phones = [place.text("phone") for place in (customer, order, *addresses)]
    emails = [place.text("email") for place in (customer, order)]
    phone = next((found for value in phones if (found := normal("phone", value))), "")
    email = next((found for value in emails if (found := normal("email", value))), "")
    return Who(phone, email, f"{prefix}{customer.id('id')}" if customer.has("id") else "")


def _who(customer: Row, prefix: str, id_: str) -> Who:
    phone, email = normal("phone", customer.text("phone")), normal("email", customer.text("email"))
    return Who(phone, email, prefix + id_)


# -- what ---------------------------------------------------------------------------------------------------------


def _lines(order: Row, currency: str) -> tuple[Line, ...]:
    return tuple(
        _line(row, currency, taxed=order.yes("taxes_included", usual=True))
        for row in order.rows("line_items")
    )


def _line(row: Row, currency: str, *, taxed: bool) -> Line:
    quantity = _quantity(row)
    # The price is of one piece; tax that it does not contain is paid on top.
    sum_minor = row.money("price", currency) * quantity // ONE + (0 if taxed else _taxes(row, currency))
    if sum_minor > AMOUNT_MAX:
        raise BadValueError(row.named("price"), "an amount that a line may have")
    sku = row.text("sku", most=SKU_MAX) or row.text("variant_id") or row.text("product_id") or "custom"
    title = row.text("title", most=TITLE_MAX) or row.text("name", most=TITLE_MAX)
    certificate = CERTIFICATE if row.yes("gift_card") else ""
    given = min(sum_minor, _given(row, currency))
    return Line(row.id("id"), sku, quantity, sum_minor, given, title=title, product_class=certificate)


def _quantity(row: Row) -> int:
    quantity = row.number("quantity", DIGITS)
    return max(0, min(quantity, QUANTITY_MAX))


def _given(row: Row, currency: str) -> int:
    """All discounts of a line: Shopify spreads those of the order over the lines itself."""
    if row.has("discount_allocations"):
        return sum(part.money("amount", currency) for part in row.rows("discount_allocations"))
    return row.money("total_discount", currency, "0")


def _taxes(row: Row, currency: str) -> int:
    return sum(part.money("price", currency) for part in row.rows("tax_lines"))


def _delivery(order: Row, currency: str) -> Line | None:
    rows = order.rows("shipping_lines")
    if not rows:
        return None
    taxed = order.yes("taxes_included", usual=True)
    total = sum(row.money("price", currency) + (0 if taxed else _taxes(row, currency)) for row in rows)
    given = sum(_given(row, currency) for row in rows)
    return Line(DELIVERY, DELIVERY, ONE, total, given)


def _codes(order: Row, currency: str) -> tuple[CodeUse, ...]:
    """Codes with what they took off each line: allocations name the discount that they are of."""
    places = order.rows("discount_applications")
    codes = [row.text("code", most=CODE_MAX) for row in places]
    found: dict[str, dict[str, int]] = {
        row.text("code", most=CODE_MAX): {} for row in order.rows("discount_codes")
    }
    named = [(row.id("id"), row) for row in order.rows("line_items")]
    named += [(DELIVERY, row) for row in order.rows("shipping_lines")]
    for id_, row in named:
        for part in row.rows("discount_allocations"):
            n = part.number("discount_application_index", 0) if part.has("discount_application_index") else -1
            if not 0 <= n < len(places) or places[n].text("type") != CODE:
                continue
            lines = found.setdefault(codes[n], {})
            lines[id_] = lines.get(id_, 0) + part.money("amount", currency)
    if len(found) == 1 and not places:
        # Without a list of discounts the only code is all of them.
        (lines,) = found.values()
        lines.update({id_: _given(row, currency) for id_, row in named if _given(row, currency)})
    return tuple(CodeUse(code, lines) for code, lines in sorted(found.items()) if code)


# -- refunds ------------------------------------------------------------------------------------------------------


def _refund(refund: Row, currency: str, came_at: datetime) -> Refund:
    """A refund: its lines, the delivery that it gives back, and money beyond both. Money that is less than the goods are
    worth (a fee for restocking) changes nothing: the goods came back.
    """
    at = refund.moment("processed_at") or refund.moment("created_at") or came_at
    rows = refund.rows("refund_line_items")
    lines = [ReturnedLine(row.id("line_item_id"), _quantity(row)) for row in rows if _quantity(row)]
    adjustments = refund.rows("order_adjustments")
    delivery = sum(
        abs(row.money("amount", currency, signed=True))
        + abs(row.money("tax_amount", currency, "0", signed=True))
        for row in adjustments
        if row.text("kind") == SHIPPING
    )
    delivery += sum(
        row.inner("subtotal_amount_set").inner("shop_money").money("amount", currency, "0")
        for row in refund.rows("refund_shipping_lines")
    )  # fmt: skip
    paid = sum(
        row.money("amount", currency)
        for row in refund.rows("transactions")
        if row.text("kind") == "refund" and row.text("status", "success") == "success"
    )
    goods = sum(row.money("subtotal", currency, "0") + row.money("total_tax", currency, "0") for row in rows)
    told = all(row.has("subtotal") for row in rows)
    amount = max(0, paid - goods - delivery) if told else 0
    return Refund(refund.id("id"), min(at, came_at), tuple(lines), delivery, amount)
