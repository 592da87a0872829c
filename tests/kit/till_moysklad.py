"""A till of MoySklad: calls with its header, and one that sells and takes back over a wire that may fail."""

import json
from typing import Any

from trading import Trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.connections import Connection

HEADER = "Lognex-Discount-API-Auth-Token"


class Client:
    """Calls one connection as the till does; `last` is the last answer as it came."""

    def __init__(self, shop: Trading, connection: Connection, secret: str) -> None:
        self.shop, self.connection, self.secret = shop, connection, secret
        self.last = Answer(0, b"")

    def call(self, method: str, path: str, body: object = None, **query: str) -> Call:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {HEADER: self.secret, "Content-Type": "application/json"}
        return Call(method, f"/moysklad/{path}", query=list(query.items()), headers=headers, body=raw)

    def post(self, path: str, body: object) -> tuple[int, Any]:
        self.last = self.shop.call(self.call("POST", path, body))
        return self.last.status, json.loads(self.last.body)

    def get(self, path: str, **query: str) -> tuple[int, Any]:
        self.last = self.shop.call(self.call("GET", path, **query))
        return self.last.status, json.loads(self.last.body)


def sales(shop: Trading) -> list[Sale]:
    """All sales, by id."""
    ids = [row[0] for row in shop.rows("SELECT receipt_id FROM receipt ORDER BY receipt_id")]
    found = [shop.house.views.receipt(id_) for id_ in ids]
    return [view.stored.sale for view in found if view is not None]


def position(
    sku: str, quantity: float, price: float, after: float | None = None, **more: Any
) -> dict[str, Any]:
    """A position; with `after` as a sale says it."""
    row: dict[str, Any] = {"assortment": {"meta": {"id": sku, "href": f"https://x/{sku}"}}, "quantity": quantity,
                           "price": price, **more}  # fmt: skip
    return row if after is None else row | {"discountedPrice": after}
