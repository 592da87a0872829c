"""A till that speaks UDS: it asks what a bill comes to, sells, takes back, and repeats until it is answered."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from faulty import LostError, Wire
from trading import Trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.uds import UDS
from kopilka.usecases.connections import Connection

PREFIX = "/partner/v2/"
TRIES = 100
Json = dict[str, Any]


class Company:
    """A connection as its till sees it: calls, and answers as JSON."""

    def __init__(self, shop: Trading, *, place: str = "shop", **settings: str) -> None:
        self.shop = shop
        self.connection, self.secret = shop.connect("uds", shop=place, **settings)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Call:
        """A signed call."""
        path, _, query = path.partition("?")
        pairs = [tuple(each.split("=", 1)) for each in query.split("&") if each]
        content = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(method, PREFIX + path, query=pairs, headers=named, body=content)  # type: ignore[arg-type]
        return UDS.sign(call, self.connection, self.secret)

    def answer(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return self.shop.call(self.call(method, path, body, **headers))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Status and content."""
        answer = self.answer(method, path, body, **headers)
        return answer.status, msgspec.json.decode(answer.body)

    def done(self, method: str, path: str, body: object = None) -> Any:
        """The content of an answer that is a yes."""
        status, content = self.ask(method, path, body)
        assert status in {200, 202}, content
        return content

    def wrong(self, method: str, path: str, body: object = None) -> tuple[int, str, str]:
        """Status, code and the first field of a no."""
        status, content = self.ask(method, path, body)
        errors = content["errors"]
        return status, content["errorCode"], errors[0]["field"] if errors else ""


def sale(total: float, cash: float, points: float = 0, *, nonce: str = "", **more: Any) -> Json:
    """A sale; `more` goes to the receipt, but for `code`, `phone` and `uid`."""
    who = {name: more.pop(name) for name in ("phone", "uid") if name in more}
    body: Json = {"receipt": {"total": total, "cash": cash, "points": points}}
    if who:
        body["participant"] = who
    if "code" in more:
        body["code"] = more.pop("code")
    if nonce:
        body["nonce"] = nonce
    body["receipt"] |= more
    return body


def till_of(shop: Trading, connection: Connection, secret: str, *, phone: str, start: int = 1) -> "UdsTill":
    """A till that sells to the member of a phone; `start` makes its nonces its own."""
    return UdsTill(lambda call: UDS.sign(call, connection, secret), phone, start)


class UdsTill:
    """Four sales; the first comes back in two parts, the third as a whole, the fourth in part and then the rest. After
    each the buyer is given points, or loses some.
    """

    SALES = ((1000, 100, 0), (333.33, 0, 0), (250.5, 50.25, 100), (4200, 7, 0.5))
    REFUNDS = ((100.0, 33.33), (), (None,), (1000.0, None))
    REWARDS = (7.5, -2.25, 40, 0.01)

    def __init__(self, sign: Callable[[Call], Call], phone: str, start: int) -> None:
        self._sign = sign
        self._bills = [
            sale(
                total, round(total - points, 2), points, nonce=str(UUID(int=start * 1000 + n, version=4)), phone=phone,
                skipLoyaltyTotal=skip, number=str(n),
            )
            for n, (total, points, skip) in enumerate(self.SALES)
        ]  # fmt: skip
        self.told: list[Json] = []

    def sell(self, wire: Wire) -> None:
        """Sell and take back; a till of UDS prints only what was answered, so it insists."""
        self._insist(wire, "operations/calc", {**self._bills[0], "nonce": None})
        for bill, refunds, points in zip(self._bills, self.REFUNDS, self.REWARDS, strict=True):
            done = self._insist(wire, "operations", bill)
            for amount in refunds:
                body = {} if amount is None else {"partialAmount": amount}
                self.told.append(self._insist(wire, f"operations/{done['id']}/refund", body))
            self.told.append(done)
            reward = {"points": points, "participants": [done["customer"]["id"]], "comment": bill["nonce"]}
            self._insist(wire, "operations/reward", reward)

    def catch_up(self, wire: Wire) -> None:
        """Every sale again: it was answered once, so nothing may change."""
        for bill in self._bills:
            self._insist(wire, "operations", bill)

    def _insist(self, wire: Wire, path: str, body: Json) -> Json:
        content = msgspec.json.encode(body)
        for _ in range(TRIES):
            try:
                answer = wire.send(lambda: self._sign(Call("POST", PREFIX + path, body=content)))
            except LostError:
                continue
            assert answer.status in {200, 202}, answer.body
            found: Json = msgspec.json.decode(answer.body)
            return found
        raise AssertionError(path)
