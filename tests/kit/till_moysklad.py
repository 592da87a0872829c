"""A till of MoySklad: calls with its header, and one that sells and takes back over a wire that may fail."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from faulty import LostError, Wire
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


class MoySkladTill:
    """Sells a fixed list of purchases to one buyer, with and without points, and takes some back. MoySklad sends a
    document until it is answered, and others in the meantime.
    """

    SALES, TRIES = 4, 3

    def __init__(self, client: Client, phone: str, chance: Random) -> None:
        self._client = client
        self._agent = {"meta": {"id": f"c-{phone}"}, "phone": phone}
        self._sales = [self._sale(f"{phone}-{n}", chance) for n in range(self.SALES)]
        self._untold: list[Callable[[], Call]] = []

    def _sale(self, id_: str, chance: Random) -> dict[str, Any]:
        spends = chance.random() < 0.5
        rows = 1 if spends else chance.randint(1, 4)
        prices = [chance.randint(100_00, 190_00) for _ in range(rows)]
        spent = chance.randint(1, sum(prices) // 2) if spends else 0
        return {
            "id": id_ if chance.random() < 0.7 else "", "name": f"n-{id_}", "prices": prices, "spent": spent,
            "back": chance.choice(["", "", "one", "all"]),
        }  # fmt: skip

    def sell(self, wire: Wire) -> None:
        """Every purchase as a cashier does it; whether counting is answered is no condition for selling."""
        for sale in self._sales:
            asked = [position(f"sku-{n}", 1, price / 100) for n, price in enumerate(sale["prices"])]
            count = self._call("retaildemand/recalc", self._recalc(asked, sale["spent"]))
            for _ in range(self.TRIES):
                try:
                    self._told_as_planned(wire.send(count), sale)
                    break
                except LostError:
                    continue
            self._tell(wire, self._call("retaildemand", self._demand(sale)))
            if sale["back"]:
                self._tell(wire, self._call("retailsalesreturn", self._return(sale)))

    def catch_up(self, wire: Wire) -> None:
        """All that was not answered, in its order."""
        for make in self._untold:
            answer = wire.send(make)
            assert answer.status == 201, answer.body
        self._untold.clear()

    def _tell(self, wire: Wire, make: Callable[[], Call]) -> None:
        for _ in range(self.TRIES):
            try:
                answer = wire.send(make)
            except LostError:
                continue
            assert answer.status == 201, answer.body
            return
        self._untold.append(make)

    def _call(self, path: str, body: dict[str, Any]) -> Callable[[], Call]:
        return lambda: self._client.call("POST", path, body)

    def _recalc(self, positions: list[dict[str, Any]], spent: int) -> dict[str, Any]:
        kind = "SPENDING" if spent else "EARNING"
        return {
            "retailStore": {"meta": {"id": "a1"}}, "agent": self._agent, "positions": positions,
            "bonusProgram": {"transactionType": kind}, "preferredBonusToSpend": spent / 100,
        }  # fmt: skip

    def _told_as_planned(self, answer: Answer, sale: dict[str, Any]) -> None:
        told = json.loads(answer.body)
        assert answer.status == 200, told
        assert round(told["bonusProgram"]["bonusValueToSpend"] * 100) == sale["spent"]
        sums = [round(row["discountedPrice"] * 100) for row in told["positions"]]
        assert sum(sums) == sum(sale["prices"]) - sale["spent"]

    def _rows(self, sale: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            position(f"sku-{n}", 1, price / 100, (price - (0 if n else sale["spent"])) / 100)
            for n, price in enumerate(sale["prices"])
        ]

    def _demand(self, sale: dict[str, Any]) -> dict[str, Any]:
        return {
            "retailStore": {"meta": {"id": "a1"}}, "name": sale["name"], "moment": "2026-11-01 12:00:00",
            "meta": {"href": "", "id": sale["id"]}, "agent": self._agent, "positions": self._rows(sale),
            "bonusProgram": {"bonusValueToSpend": sale["spent"] / 100, "bonusValueToEarn": 0},
            "cashSum": (sum(sale["prices"]) - sale["spent"]) / 100, "noCashSum": 0,
        }  # fmt: skip

    def _return(self, sale: dict[str, Any]) -> dict[str, Any]:
        rows = self._rows(sale)[: 1 if sale["back"] == "one" else None]
        return {
            "retailStore": {"meta": {"id": "a1"}}, "name": f"r-{sale['name']}", "moment": "2026-11-02 12:00:00",
            "meta": {"href": "", "id": f"r-{sale['name']}"}, "positions": rows,
            "demand": {"meta": {"id": sale["id"]}, "name": sale["name"]},
        }  # fmt: skip


def till_of(shop: Trading, connection: Connection, secret: str, *, phone: str, seed: int) -> MoySkladTill:
    """The till of a connection, for one buyer; the same seed sells the same."""
    return MoySkladTill(Client(shop, connection, secret), phone, Random(seed))
