"""A web shop that speaks RetailCRM's API: it places orders, spends bonuses, completes, takes goods back, cancels.

Like the shops' modules it always sends the whole of an order as it is then, and again until it is answered.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.retailcrm import RETAILCRM
from kopilka.usecases.connections import Connection

FORM = {"content-type": "application/x-www-form-urlencoded"}
TRIES = 100


class Order(msgspec.Struct):
    """What the shop knows of an order: pieces by sku at their prices, bonuses asked for, where it is to end."""

    id: str
    pieces: dict[str, int]
    prices: dict[str, int]
    bonuses: int = 0
    status: str = "new"


class Till:
    """The shop."""

    def __init__(self, sign: Callable[[Call], Call], customer: str, name: str) -> None:
        self._sign = sign
        self._customer = customer
        self._orders = [
            Order(f"{name}-1", {"tea-100": 3, "cocoa": 1}, {"tea-100": 333, "cocoa": 101}, 150),
            Order(f"{name}-2", {"cocoa": 7}, {"cocoa": 77}, 90),
            Order(f"{name}-3", {"tea-100": 2}, {"tea-100": 450}, 20),
        ]

    def sell(self, wire: Wire) -> None:
        """Three orders: one completed and partly taken back, one cancelled, one taken back as a whole."""
        first, second, third = self._orders
        for order in self._orders:
            self._insist(wire, "/api/v5/orders/create", {"order": self._told(order), "site": "shop"})
            if order.bonuses:
                self._insist(wire, "/api/v5/orders/loyalty/apply", self._applied(order))
        second.pieces["cocoa"] = 5
        self._edit(wire, second)
        for order in (first, third):
            order.status = "complete"
            self._edit(wire, order)
        first.pieces["tea-100"] = 1
        self._edit(wire, first)
        for order in (second, third):
            order.status = "cancel-other"
            self._edit(wire, order)

    def catch_up(self, wire: Wire) -> None:
        """Tell every order as it ended: what was late may have come after that."""
        for order in self._orders:
            self._edit(wire, order)

    def _told(self, order: Order) -> str:
        items = [
            {
                "offer": {"externalId": sku}, "quantity": pieces, "initialPrice": order.prices[sku],
                "externalIds": [{"code": "woocomerce", "value": f"{sku}_1"}],
            }
            for sku, pieces in order.pieces.items()
        ]  # fmt: skip
        return msgspec.json.encode(
            {
                "externalId": order.id, "status": order.status, "createdAt": "2026-05-01 10:00:00", "items": items,
                "customer": {"externalId": self._customer}, "privilegeType": "loyalty_level",
            }
        ).decode()  # fmt: skip

    def _applied(self, order: Order) -> dict[str, str]:
        named = msgspec.json.encode({"externalId": order.id}).decode()
        return {"site": "shop", "order": named, "bonuses": str(order.bonuses)}

    def _edited(self, order: Order) -> dict[str, str]:
        return {"order": self._told(order), "by": "externalId", "site": "shop"}

    def _edit(self, wire: Wire, order: Order) -> None:
        self._insist(wire, f"/api/v5/orders/{order.id}/edit", self._edited(order))

    def _insist(self, wire: Wire, path: str, form: dict[str, str]) -> None:
        """Send until it is answered: a shop must know what became of an order before it goes on with it."""
        body = urlencode(form).encode()
        for _ in range(TRIES):
            try:
                answer = wire.send(lambda: self._sign(Call("POST", path, headers=FORM, body=body)))
            except LostError:
                continue
            assert answer.status in {200, 201}, (path, form, answer.body)
            return
        raise AssertionError(path)


def till_of(
    shop: Trading, connection: Connection, secret: str, *, customer: str = "c-1", name: str = "o"
) -> Till:
    """A web shop with one buyer, who is a member already."""

    def sign(call: Call) -> Call:
        return RETAILCRM.sign(call, connection, secret)

    del shop
    return Till(sign, customer, name)


class Site:
    """A shop's site that posts forms and reads answers, without the socket."""

    def __init__(
        self, shop: Trading, phone: str, *, points: int = 0, enrol: bool = True, site: str = "shop", **settings: str
    ) -> None:  # fmt: skip
        self.shop, self.phone, self.site = shop, phone, site
        self.connection, self.key = shop.connect("retailcrm", shop=site, **{"rate": "0", **settings})
        self.account = 0
        if enrol:
            account = {"phoneNumber": phone, "customer": {"externalId": "c-1"}}
            status, told = self.post("loyalty/account/create", site=self.site, loyaltyAccount=account)
            assert status == 201, told
            self.account = told["loyaltyAccount"]["id"]
        if points:
            status, told = self.post(f"loyalty/account/{self.account}/bonus/credit", amount=str(points))
            assert status == 200, told

    def post(self, path: str, **form: Any) -> tuple[int, Any]:
        """Objects are sent as JSON text, as all clients do."""
        rows = {
            name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for name, value in form.items()
        }
        return self.call(Call("POST", f"/api/v5/{path}", headers=FORM, body=urlencode(rows).encode()))

    def get(self, path: str, **query: str) -> tuple[int, Any]:
        return self.call(Call("GET", f"/api/v5/{path}", query=list(query.items())))

    def call(self, call: Call) -> tuple[int, Any]:
        answer = self.shop.call(RETAILCRM.sign(call, self.connection, self.key))
        assert answer.kind == "application/json"
        return answer.status, msgspec.json.decode(answer.body)

    def place(self, id_: str, quantity: Any = 2, price: Any = 450, **more: Any) -> tuple[int, Any]:
        """Place an order of one item."""
        items = [{"offer": {"externalId": "tea-100"}, "quantity": quantity, "initialPrice": price}]
        order = {
            "externalId": id_,
            "status": "new",
            "items": items,
            "customer": {"externalId": "c-1"},
            **more,
        }
        return self.post("orders/create", site=self.site, order=order)

    def apply(self, id_: str, bonuses: Any) -> tuple[int, Any]:
        return self.post(
            "orders/loyalty/apply", site=self.site, order={"externalId": id_}, bonuses=str(bonuses)
        )

    def edit(self, id_: str, **order: Any) -> tuple[int, Any]:
        return self.post(
            f"orders/{id_}/edit", site=self.site, by="externalId", order={"externalId": id_, **order}
        )

    def cancel(self, id_: str) -> tuple[int, Any]:
        return self.post("orders/loyalty/cancel-bonus-operations", site=self.site, order={"externalId": id_})

    def balance(self) -> tuple[int, int]:
        """(total, free) in hundredths of a bonus."""
        member = self.shop.seen("phone", self.phone)
        assert member is not None
        return self.shop.balance(member.member_id)

    def receipts(self) -> list[tuple[Any, ...]]:
        """Receipts of this site: what the order is called, and their state."""
        prefix = f"{self.connection.connection_id}:"
        rows = self.shop.rows(
            "SELECT receipt_id, state FROM receipt WHERE receipt_id LIKE %s ORDER BY 1", prefix + "%"
        )
        return [(row[0].split(":", 2)[2], row[1]) for row in rows]
