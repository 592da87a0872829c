"""A shop on WooCommerce as it tells others: bodies as its REST API gives them, signed with the webhook's secret."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import md5
from random import Random
from typing import Any

import msgspec
from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.woocommerce import WOOCOMMERCE
from kopilka.usecases.connections import Connection

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
Body = dict[str, Any]


def at(minutes: int) -> str:
    """A moment as WooCommerce writes it (UTC without saying so), some minutes after the shop began."""
    return (BEGAN + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def line(id_: int, sku: str, quantity: int, price: int, *, off: int = 0, **more: Any) -> Body:
    """A line; `price` of a piece and `off` the line in kopecks."""
    subtotal = price * quantity
    return {
        "id": id_, "name": sku.title(), "product_id": id_ * 7, "variation_id": 0, "quantity": quantity, "tax_class": "",
        "subtotal": money(subtotal), "subtotal_tax": "0.00", "total": money(subtotal - off), "total_tax": "0.00", "taxes": [],
        "meta_data": [], "sku": sku, "price": price / 100, "image": {"id": "", "src": ""}, "parent_name": None, **more,
    }  # fmt: skip


def order(id_: int, lines: list[Body], *, minutes: int = 0, status: str = "pending", **more: Any) -> Body:
    """An order that changed so many minutes after the shop began; paid and completed when its status first says so."""
    paid = status in {"processing", "completed"}
    return {
        "id": id_, "parent_id": 0, "status": status, "currency": "RUB", "version": "10.3.0", "prices_include_tax": False,
        "date_created": at(0), "date_modified": at(minutes), "discount_total": "0.00", "discount_tax": "0.00",
        "shipping_total": "0.00", "total": "0.00", "total_tax": "0.00", "customer_id": 0, "order_key": f"wc_order_{id_}",
        "billing": {"first_name": "", "last_name": "", "email": "", "phone": ""}, "shipping": {}, "number": str(id_),
        "date_created_gmt": at(0), "date_modified_gmt": at(minutes), "date_paid_gmt": at(1) if paid else None,
        "date_completed_gmt": at(2) if status == "completed" else None, "meta_data": [], "line_items": lines, "tax_lines": [],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "refunds": [], **more,
    }  # fmt: skip


def billing(phone: str, email: str = "") -> Body:
    """Who pays."""
    return {"billing": {"first_name": "Анна", "last_name": "Петрова", "email": email, "phone": phone}}


class WooShop:
    """One shop with its webhooks. The id of a delivery is made of the webhook and the second, as WooCommerce does it."""

    def __init__(self, connection: Connection, secret: str, site: str = "https://tea.example.com/") -> None:
        self.connection, self.secret, self.site = connection, secret, site
        self._second = 0

    def told(self, topic: str, body: Body, second: int | None = None) -> Callable[[], Call]:
        """One delivery, as it is sent every time."""
        self._second += 1
        moment = self._second if second is None else second
        resource, event = topic.split(".", 1)
        headers = {
            "content-type": "application/json", "user-agent": "WooCommerce/10.3.0 Hookshot (WordPress/6.8)",
            "x-wc-webhook-source": self.site, "x-wc-webhook-topic": topic, "x-wc-webhook-resource": resource,
            "x-wc-webhook-event": event, "x-wc-webhook-id": "5",
            "x-wc-webhook-delivery-id": md5(f"5{moment}".encode(), usedforsecurity=False).hexdigest(),
        }  # fmt: skip
        content = msgspec.json.encode(body)

        def make() -> Call:
            call = Call(
                "POST", f"/woocommerce/{self.connection.connection_id}", headers=headers, body=content
            )
            return WOOCOMMERCE.sign(call, self.connection, self.secret)

        return make

    def call(self, topic: str, body: Body, second: int | None = None) -> Call:
        return self.told(topic, body, second)()


class WooTill:
    """Sells a list of orders, another for every seed: each is made, paid, completed, refunded in parts, cancelled, put in
    the bin and taken out. What is not answered with 2xx is sent again when there is time.
    """

    def __init__(self, shop: WooShop, phone: str, seed: int, number: int) -> None:
        self._shop, self._phone = shop, phone
        self._list, self.first_id = Random(seed), 50_000 + 10 * number
        self._unsent: list[Callable[[], Call]] = []

    def sell(self, wire: Wire) -> None:
        for n in range(1, 4):
            for topic, body in self._story(n):
                self._send(wire, self._shop.told(topic, body))

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
        who = billing(self._phone)
        story = [("order.created", order(id_, lines, **who))]
        story.append(("order.updated", order(id_, lines, minutes=3, status="processing", **who)))
        if chance.random() < 0.2:
            gone = order(id_, lines, minutes=4, status="cancelled", date_paid_gmt=at(1), **who)
            return [*story, ("order.updated", gone)]
        done = {"date_paid_gmt": at(1), "date_completed_gmt": at(2), **who}
        refunds: list[Body] = []
        story.append(("order.updated", order(id_, lines, minutes=5, status="completed", **who)))
        for back in range(chance.randint(0, 2)):
            refunds.append({"id": id_ * 10 + back, "reason": "", "total": f"-{money(chance.randint(1, 90))}"})
            told = order(id_, lines, minutes=10 + back, status="completed", **done, refunds=list(refunds))
            story.append(("order.updated", told))
        if chance.random() < 0.3:
            refunds.append({"id": id_ * 10 + 9, "reason": "", "total": "-500000.00"})
            told = order(id_, lines, minutes=20, status="refunded", **done, refunds=refunds)
            story.append(("order.updated", told))
        elif chance.random() < 0.3:
            story.append(("order.deleted", {"id": id_}))
            if chance.random() < 0.5:
                told = order(id_, lines, minutes=30, status="completed", **done, refunds=refunds)
                story.append(("order.restored", told))
        return story


def till_of(
    shop: Trading, connected: tuple[Connection, str], *, phone: str, seed: int, number: int
) -> WooTill:
    """A shop whose orders are told through a connection; the same seed sells the same, another number other orders."""
    connection, secret = connected
    assert connection in shop.house.connections.all(), "the connection is of another house"
    return WooTill(WooShop(connection, secret), phone, seed, number)
