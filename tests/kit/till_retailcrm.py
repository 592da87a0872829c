"""A web shop that speaks RetailCRM's API: it places orders, spends bonuses, completes, takes goods back, cancels.

Like the shops' modules it always sends the whole of an order as it is then, and again until it is answered.
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import msgspec
from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Answer, Call
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


def posted(
    shop: Trading, connection: Connection, secret: str, path: str, form: Sequence[tuple[str, str]]
) -> Answer:
    """One form posted."""
    call = Call("POST", path, headers=FORM, body=urlencode(form).encode())
    return shop.call(RETAILCRM.sign(call, connection, secret))
