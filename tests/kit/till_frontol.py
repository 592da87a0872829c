"""A till that speaks Frontol's protocol: signs bodies and names documents by uid. `Queue` sells over a bad network: what
could not be told is kept and told later, in its order.
"""

import json
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.frontol import FRONTOL
from kopilka.connectors.kit.call import Answer, Call
from kopilka.usecases.connections import Connection

_NUMBERS = count(1_000_000)
DISCOUNT = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2, title: {ru: [бонус, бонуса, бонусов], en: [bonus, bonuses]}}
rules:
  - {id: ten, title: {ru: Скидка, en: Discount}, discount: 10}
  - {id: large, title: {ru: Большой чек, en: Large}, discount: 20, when: {goods_total: {from: 2000}}}
  - {id: spring, title: {ru: Весна, en: Spring}, discount: 10, when: {coupon: spring}}
coupons:
  spring: {title: {ru: Весна, en: Spring}, code: SPRING}
spend: {up_to: 50%}
"""
"""10 % off (20 % from 2,000 on), 10 % more for a code, up to half by bonuses; nothing is earned."""
Json = dict[str, Any]


def position(index: int, sku: str, price: float, quantity: float = 1, **more: Any) -> Json:
    """A position as a till sends it before any discount."""
    total = round(price * quantity + 1e-9, 2)
    return {
        "index": index, "id": sku, "text": sku, "price": price, "minimumPrice": 0.0, "quantity": quantity,
        "totalAmount": total, **more,
    }  # fmt: skip


class FrontolTill:
    """The till's side of the protocol. `client` is the member `member`; `uid` and `back` are a sale and its refund."""

    def __init__(self, shop: Trading, connection: Connection, secret: str) -> None:
        self.shop = self._shop = shop
        self.member, self.phone = "", f"+7999{next(_NUMBERS):07}"
        self.client: Json = {"mobilePhone": self.phone}
        self.uid, self.back, self.other = (str(uuid4()) for _ in range(3))
        self._connection = connection
        self._secret = secret
        self.unit = "shop"
        self.send: Callable[[Callable[[], Call]], Answer] = lambda make: shop.call(make())

    @classmethod
    def opened(cls, shop: Trading, *, points: str = "", **settings: str) -> "FrontolTill":
        """A till of a new connection, with a new member."""
        till = cls(shop, *shop.connect("frontol", **settings))
        till.member = shop.member(till.phone, points=points)
        return till

    def call(self, endpoint: str, content: Json | bytes, *, between: str = "", slash: str = "") -> Call:
        """A signed call."""
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        path = f"/frontol/{self._connection.connection_id}{between}/{endpoint}{slash}"
        call = Call("POST", path, headers={"content-type": "application/json"}, body=body)
        return FRONTOL.sign(call, self._connection, self._secret)

    def common(self, **more: Any) -> Json:
        """What stands in every document."""
        at = self._shop.clock().strftime("%Y-%m-%dT%H:%M:%S.%f%z")
        return {
            "dateTime": at, "organization": "ORG1", "businessUnit": self.unit, "workPlace": "7",
            "cashier": {"code": 4, "name": "Ольга", "text": "Кассир Ольга"}, **more,
        }  # fmt: skip

    def document(self, action: str, uid: str, *, kind: str = "receipt", **more: Any) -> Json:
        """A document."""
        return self.common(
            action=action, type=kind, uid=uid, number=123, shift=15, **({"coupons": []} | more)
        )

    def ask(self, endpoint: str, content: Json) -> Json:
        """The answer to a call that must succeed on the wire."""
        answer = self.send(lambda: self.call(endpoint, content))
        assert answer.status == 200, (answer.status, answer.body.decode())
        told: Json = json.loads(answer.body)
        return told

    # -- whole steps, of this till's own sale and member where nothing else is said ------------------------------

    def calculate(self, positions: list[Json], **more: Any) -> Json:
        """What a receipt gives."""
        return self.ask("document", self._of("calculate", positions, more))

    def pay(self, positions: list[Json], amount: float, **more: Any) -> Json:
        """Pay with bonuses."""
        payment = {"mode": "nonFiscal", "amount": amount}
        return self.ask("document", self._of("payByBonus", positions, more) | {"payment": payment})

    def cancel(self, positions: list[Json], amount: float, **more: Any) -> Json:
        """Take the payment with bonuses back."""
        rows = [{"type": "bonus", "mode": "nonFiscal", "amount": amount}]
        return self.ask("document", self._of("cancelBonusPayment", positions, more) | {"payments": rows})

    def confirm(self, positions: list[Json], money: float, bonus: float = 0, **more: Any) -> Json:
        """The receipt is printed."""
        document = self._of("confirm", positions, more)
        return self.ask("document", document | {"payments": payments(money, bonus)})

    def refund(self, positions: list[Json], money: float = 0, *, sale: str = "", **more: Any) -> Json:
        """Goods came back."""
        paid = {"payments": payments(money, 0)} if money else {}
        more = {"uid": self.back, "client": None, "kind": "refundReceipt", **more}
        document = self._of("confirm", positions, more) | {"referenceUid": sale or self.uid}
        return self.ask("document", document | paid)

    def _of(self, action: str, positions: list[Json], more: Json) -> Json:
        found = {"uid": self.uid, "client": self.client, **more}
        document = self.document(action, found.pop("uid"), positions=positions, **found)
        return {name: value for name, value in document.items() if value is not None}


def slip(answer: Json) -> dict[str, str]:
    """The pairs that are printed."""
    rows = [row for rows in answer.get("printingInformation", []) for row in rows]
    return {row["left"]: row["right"] for row in rows if row.get("type") == "pair"}


def cashier(answer: Json) -> list[str]:
    """What the cashier is told."""
    return [row["text"] for row in answer.get("cashierInformation", [])]


def payments(money: float, bonus: float) -> list[Json]:
    """How it was paid."""
    rows = [{"type": "cash", "mode": "fiscal", "amount": money}]
    return rows + ([{"type": "bonus", "mode": "nonFiscal", "amount": bonus}] if bonus else [])


def discounted(positions: list[Json], answer: Json) -> list[Json]:
    """Positions with the discounts that a calculation has given."""
    off = {row["index"]: row["discountAmount"] for row in answer.get("document", {}).get("positions", [])}
    return [
        row | {"totalAmount": round(row["totalAmount"] - off.get(row["index"], 0), 2)} for row in positions
    ]


class Queue:
    """A till with a list of sales of one member: some paid with bonuses, some cancelled first, some taken back. Nothing
    here depends on the order in which the server hears of them.
    """

    TRIES = 60

    def __init__(self, till: FrontolTill, chance: Random) -> None:
        self._till = till
        self._sales = [_sale(chance) for _ in range(4)]
        self._waiting: list[Json] = []
        self.member = till.member

    def sell(self, wire: Wire) -> None:
        """Sell everything. A cashier repeats what must be heard before the buyer goes; what is printed waits its turn."""
        for goods, bonus, cancelled, back in self._sales:
            uid, money = str(uuid4()), round(sum(row["totalAmount"] for row in goods), 2)
            common: Json = {"client": self._till.client, "positions": goods}
            self._try(wire, self._till.document("calculate", uid, **common), 1)
            payment = {"mode": "nonFiscal", "amount": bonus}
            if bonus:
                self._try(wire, self._till.document("payByBonus", uid, payment=payment, **common), self.TRIES)
            if cancelled:
                rows = payments(money - bonus, bonus)
                self._try(wire, self._till.document("cancelBonusPayment", uid, payments=rows, **common), 1)
            spent = 0 if cancelled else bonus
            paid = payments(round(money - spent, 2), spent)
            self._tell(wire, self._till.document("confirm", uid, payments=paid, **common))
            if back:
                rows = [row | {"referenceIndex": row["index"]} for row in goods[:back]]
                self._tell(
                    wire,
                    self._till.document(
                        "confirm", str(uuid4()), kind="refundReceipt", referenceUid=uid, positions=rows
                    ),
                )

    def catch_up(self, wire: Wire) -> None:
        """Tell what the server may not have heard, in the order in which it was printed."""
        for document in self._waiting:
            answer = wire.send(lambda document=document: self._till.call("document", document))  # type: ignore[misc]
            assert json.loads(answer.body)["code"] == 0, answer.body
        self._waiting.clear()

    def _tell(self, wire: Wire, document: Json) -> None:
        if not self._try(wire, document, 1):
            self._waiting.append(document)

    def _try(self, wire: Wire, document: Json, tries: int) -> bool:
        for _ in range(tries):
            try:
                answer = wire.send(lambda: self._till.call("document", document))
            except LostError:
                continue
            assert json.loads(answer.body)["code"] == 0, answer.body
            return True
        assert tries == 1, "the network is worse than any"
        return False


def till_of(shop: Trading, connection: Connection, secret: str, chance: Random | None = None) -> Queue:
    """A till with a list of sales, of a new member."""
    till = FrontolTill(shop, connection, secret)
    till.member = shop.member(till.phone, points="1000")
    return Queue(till, chance or Random(0))


def _sale(chance: Random) -> tuple[list[Json], float, bool, int]:
    """Goods, bonuses to pay with, whether that is cancelled, and how many lines come back."""
    goods = [
        position(n, chance.choice(("tea-100", "cocoa", "bread")), chance.randrange(1_000, 20_000) / 100, chance.choice((1, 2, 0.333)))
        for n in range(1, chance.randrange(2, 5))
    ]  # fmt: skip
    bonus = chance.choice((0, 0, 1, 3.33, 4.5))
    return goods, bonus, bool(bonus) and chance.random() < 0.25, chance.choice((0, 0, 0, 1, len(goods)))
