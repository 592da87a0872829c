"""A shop on Shopify as it tells others: bodies of the published shape, signed, sent again with the same id until they are
answered.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.shopify import SHOPIFY
from kopilka.usecases.connections import Connection

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
Body = dict[str, Any]


def at(minutes: int) -> str:
    """A moment as Shopify writes it, some minutes after the shop began."""
    return (BEGAN + timedelta(minutes=minutes)).isoformat()


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def line(id_: int, sku: str, quantity: int, price: int, *, off: int = 0, **more: Any) -> Body:
    """A line; `price` of a piece and `off` the line in kopecks."""
    allocations = [{"amount": money(off), "discount_application_index": 0}] if off else []
    return {
        "id": id_, "sku": sku, "product_id": id_ * 7, "variant_id": id_ * 11, "title": sku.title(), "name": sku.title(),
        "quantity": quantity, "current_quantity": quantity, "price": money(price), "total_discount": "0.00",
        "discount_allocations": allocations, "gift_card": False, "taxable": True, "tax_lines": [], **more,
    }  # fmt: skip


def order(id_: int, lines: list[Body], *, minutes: int = 0, state: str = "pending", **more: Any) -> Body:
    """An order that changed so many minutes after the shop began."""
    return {
        "id": id_, "name": f"#{id_ % 10_000}", "order_number": id_ % 10_000, "currency": "RUB", "created_at": at(0),
        "processed_at": at(0), "updated_at": at(minutes), "cancelled_at": None, "financial_status": state,
        "taxes_included": True, "email": "", "phone": None, "customer": None, "line_items": lines, "shipping_lines": [],
        "discount_codes": [], "discount_applications": [], "refunds": [], **more,
    }  # fmt: skip


def refund(id_: int, order_id: int, rows: list[tuple[int, int, int]], *, minutes: int, **more: Any) -> Body:
    """A refund of (line, quantity, money) rows."""
    paid = sum(minor for _, _, minor in rows)
    return {
        "id": id_, "order_id": order_id, "created_at": at(minutes), "processed_at": at(minutes), "note": "", "restock": True,
        "order_adjustments": [],
        "refund_line_items": [
            {"id": id_ * 100 + n, "line_item_id": line_id, "quantity": quantity, "subtotal": money(minor), "total_tax": "0.00"}
            for n, (line_id, quantity, minor) in enumerate(rows)
        ],
        "transactions": [{"id": id_ * 10, "amount": money(paid), "kind": "refund", "status": "success", "currency": "RUB"}],
        **more,
    }  # fmt: skip


class ShopifyShop:
    """One shop with its webhooks."""

    def __init__(self, connection: Connection, secret: str, domain: str = "tea.myshopify.com") -> None:
        self.connection, self.secret, self.domain = connection, secret, domain
        self._events = 0

    def told(self, topic: str, body: Body, event: str = "") -> Callable[[], Call]:
        """One delivery, as it is sent every time."""
        self._events += 1
        event = event or f"{self.connection.connection_id}-{self._events}"
        content = msgspec.json.encode(body)

        def make() -> Call:
            headers = {
                "content-type": "application/json", "x-shopify-topic": topic, "x-shopify-shop-domain": self.domain,
                "x-shopify-api-version": "2026-07", "x-shopify-webhook-id": f"w-{event}", "x-shopify-event-id": event,
                "x-shopify-triggered-at": at(0),
            }  # fmt: skip
            call = Call("POST", f"/shopify/{self.connection.connection_id}", headers=headers, body=content)
            return SHOPIFY.sign(call, self.connection, self.secret)

        return make

    def call(self, topic: str, body: Body, event: str = "") -> Call:
        return self.told(topic, body, event)()


class ShopifyTill:
    """Sells a list of orders, another for every seed: each is made, paid, perhaps changed, refunded in parts, cancelled.
    What is not answered with 2xx is sent again when there is time.
    """

    def __init__(self, shop: ShopifyShop, phone: str, seed: int, number: int) -> None:
        self._shop, self._phone = shop, phone
        self._list, self.first_id = Random(seed), 5_551_000 + 10 * number
        self._unsent: list[Callable[[], Call]] = []

    def sell(self, wire: Wire) -> None:
        stories = (told for n in range(1, 4) for told in self._story(n))
        for event, (topic, body) in enumerate(stories):
            self._send(wire, self._shop.told(topic, body, f"{self.first_id}-{event}"))

    def catch_up(self, wire: Wire) -> None:
        waiting, self._unsent = self._unsent, []
        for make in waiting:
            self._send(wire, make)

    def _send(self, wire: Wire, make: Callable[[], Call]) -> None:
        try:
            answered = 200 <= wire.send(make).status < 300
        except LostError:
            answered = False
        if not answered:
            self._unsent.append(make)

    def _story(self, n: int) -> list[tuple[str, Body]]:
        chance, id_ = self._list, self.first_id + n
        lines = [
            line(
                id_ * 10 + k,
                sku,
                chance.randint(1, 3),
                chance.randint(100, 10_000),
                off=chance.choice([0, 0, 99]),
            )
            for k, sku in enumerate(chance.sample(["tea-100", "cocoa", "cup", "pot"], chance.randint(1, 3)))
        ]
        who = {"customer": {"id": self.first_id, "phone": self._phone}}
        story = [("orders/create", order(id_, lines, **who))]
        if chance.random() < 0.85:
            story.append(("orders/paid", order(id_, lines, minutes=5, state="paid", **who)))
        refunds: list[Body] = []
        for back in range(chance.randint(0, 2)):
            goods = lines[back % len(lines)]
            if goods["quantity"] <= back:
                continue
            refunds.append(refund(id_ * 10 + back, id_, [(goods["id"], 1, 1)], minutes=10 + back))
            story.append(("refunds/create", refunds[-1]))
            state = "partially_refunded" if len(story) > 2 else "pending"
            told = order(id_, lines, minutes=10 + back, state=state, refunds=list(refunds), **who)
            if story[1][0] == "orders/paid":
                story.append(("orders/updated", told))
        if chance.random() < 0.3:
            state = "partially_refunded" if story[1:] and story[1][0] == "orders/paid" else "voided"
            gone = order(id_, lines, minutes=30, state=state, refunds=refunds, cancelled_at=at(30), **who)
            story.append(("orders/cancelled", gone))
        return story


def till_of(
    shop: Trading, connected: tuple[Connection, str], *, phone: str, seed: int, number: int
) -> ShopifyTill:
    """A shop whose orders are told through a connection; the same seed sells the same, another number other orders."""
    connection, secret = connected
    assert connection in shop.house.connections.all(), "the connection is of another house"
    return ShopifyTill(ShopifyShop(connection, secret), phone, seed, number)
