"""Evotor's cloud: receipts in its published shapes, and one that delivers them over a wire that may fail."""

import json
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.usecases.connections import Connection

STORE, DEVICE = "20261101-AAAA-4000-8000-000000000001", "20261101-BBBB-4000-8000-000000000002"
Json = dict[str, Any]


def uuid_from(name: str) -> str:
    """A UUID that is the same for the same name."""
    return str(UUID(int=Random(name).getrandbits(128), version=4))


def item(id_: str, quantity: float, price: float, **more: Any) -> Json:
    return {
        "id": id_, "name": "Товар", "itemType": "NORMAL", "measureName": "шт", "quantity": quantity, "price": price,
        "costPrice": 0, "sumPrice": round(quantity * price, 2), "tax": 0, "taxPercent": 0, "discount": 0, **more,
    }  # fmt: skip


def receipt(id_: str, *items: Json, kind: str = "SELL", **more: Any) -> Json:
    """A receipt of the second version."""
    return {
        "id": id_, "deviceId": DEVICE, "storeId": STORE, "dateTime": "2026-11-01T12:00:00.000+0000", "type": kind,
        "shiftId": "7", "employeeId": "20261101-CCCC-4000-8000-000000000003", "paymentSource": "PAY_CARD",
        "infoCheck": False, "egais": False, "items": list(items), "totalTax": 0, "totalDiscount": 0,
        "totalAmount": round(sum(each["sumPrice"] - each["discount"] for each in items), 2), "extras": {}, **more,
    }  # fmt: skip


def event(data: Json, id_: str = "") -> Json:
    """The event that tells of a receipt."""
    return {
        "id": id_ or uuid_from("event" + data["id"]), "timestamp": 1793534400000, "userId": "01-000000000000001",
        "type": "ReceiptCreated", "version": 2, "data": data,
    }  # fmt: skip


def document(
    id_: str, *positions: Json, kind: str = "SELL", base: str | None = None, phone: str | None = None
) -> Json:
    """A document with transactions; what comes back is written below zero."""
    sign = -1 if kind == "PAYBACK" else 1
    total = sum(each["resultSum"] for each in positions)
    rows = [
        {**each, **{name: sign * each[name] for name in ("quantity", "sum", "resultSum")}}
        for each in positions
    ]
    return {
        "type": kind, "uuid": id_, "extras": {}, "number": 8, "closeSum": str(total), "deviceUuid": DEVICE, "storeUuid": STORE,
        "openDate": "2026-11-01T12:00:00.000+0000", "closeDate": "2026-11-01T12:01:00.000+0000",
        "sessionUUID": "150b9045-ce0f-4ee8-9222-291c6f94ea7b",
        "transactions": [
            {"id": "1", "type": "DOCUMENT_OPEN", "clientPhone": phone, "baseDocumentUUID": base, "baseDocumentNumber": None},
            *rows,
            {"id": "8", "type": "PAYMENT", "sum": sign * total, "paymentType": "CASH"},
            {"id": "9", "type": "DOCUMENT_CLOSE", "sum": sign * total, "clientPhone": None, "baseDocumentUUID": None},
        ],
    }  # fmt: skip


def registered(sku: str, quantity: float, total: float, after: float | None = None) -> Json:
    """A position of a document."""
    return {
        "id": "2", "type": "REGISTER_POSITION", "commodityUuid": sku, "commodityName": "Товар", "quantity": quantity,
        "commodityType": "NORMAL", "price": total / quantity, "sum": total, "resultSum": total if after is None else after,
    }  # fmt: skip


class Cloud:
    """Delivers to one connection; `last` is the last answer."""

    def __init__(self, shop: Trading, connection: Connection, secret: str) -> None:
        self.shop, self.connection, self.secret = shop, connection, secret
        self.last = Answer(0, b"")

    def call(self, path: str, body: object, method: str = "POST") -> Call:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Call(method, f"/evotor/{path}", headers={"Authorization": f"Bearer {self.secret}"}, body=raw)

    def send(self, body: object, path: str = "api/v2/receipts", method: str = "POST") -> int:
        """Deliver, and let the inbox be worked through."""
        self.last = self.shop.call(self.call(path, body, method))
        self.settle()
        return self.last.status

    def settle(self) -> None:
        """Until nothing is due; what has failed waits for its time."""
        self.shop.work_inbox()
        self.shop.until(lambda: not self._untried())

    def _untried(self) -> bool:
        """Whether something has never been looked at. Asked many times, so without reading what was delivered."""
        id_ = self.connection.connection_id
        statement = (
            "SELECT 1 FROM personal.inbox WHERE connection_id = %s AND done_at IS NULL AND tries = 0 LIMIT 1"
        )
        return bool(self.shop.rows(statement, id_))

    def items(self) -> list[Any]:
        return self.shop.house.inbox.items(self.connection.connection_id, 500)

    def outcomes(self) -> list[str]:
        """What became of deliveries, newest first."""
        return [each.outcome for each in self.items()]


class EvotorCloud:
    """Tells of a fixed list of purchases of one buyer, and of what came back. A receipt that was not answered is sent
    again, in any order: each delivery is on its own.
    """

    SALES, TRIES = 6, 2

    def __init__(self, cloud: Cloud, phone: str, chance: Random) -> None:
        self._cloud = cloud
        self._untold: list[Callable[[], Call]] = []
        self._facts: list[Json] = []
        for n in range(self.SALES):
            id_, shape = uuid_from(f"{phone}{n}"), chance.choice(["document", "receipt"])
            rows = [
                (f"sku-{m}", chance.randint(1, 3), chance.randint(50, 200))
                for m in range(chance.randint(1, 3))
            ]
            back = chance.choice([0, 0, 1, len(rows)])
            self._facts.append(self._fact(id_, rows, phone, shape))
            if back:
                self._facts.append(
                    self._fact(uuid_from(f"{phone}{n}back"), rows[:back], phone, shape, base=id_)
                )

    @staticmethod
    def _fact(id_: str, rows: list[tuple[str, int, int]], phone: str, shape: str, base: str = "") -> Json:
        kind = "PAYBACK" if base else "SELL"
        if shape == "document":
            positions = [registered(sku, count, count * price) for sku, count, price in rows]
            return document(id_, *positions, kind=kind, base=base or None, phone=phone)
        items = [item(sku, count, price) for sku, count, price in rows]
        extras = {"phone": phone} | ({"baseDocumentUUID": base} if base else {})
        return event(receipt(id_, *items, kind=kind, extras=extras))

    def sell(self, wire: Wire) -> None:
        """Every fact, as soon as it has happened."""
        for fact in self._facts:
            self._tell(wire, fact)

    def catch_up(self, wire: Wire) -> None:
        """All that was not answered."""
        for make in self._untold:
            answer = wire.send(make)
            assert answer.status == 200, answer.body
        self._untold.clear()

    def _tell(self, wire: Wire, fact: Json) -> None:
        def make() -> Call:
            path = "api/v1/inventories/stores/x/documents" if "transactions" in fact else "api/v2/receipts"
            return self._cloud.call(path, [fact] if "transactions" in fact else fact, "PUT")

        for _ in range(self.TRIES):
            try:
                answer = wire.send(make)
            except LostError:
                continue
            assert answer.status == 200, answer.body
            return
        self._untold.append(make)


def till_of(shop: Trading, connection: Connection, secret: str, *, phone: str, seed: int) -> EvotorCloud:
    """The cloud of a connection, for one buyer; the same seed sells the same."""
    return EvotorCloud(Cloud(shop, connection, secret), phone, Random(seed))
