"""A till that speaks our own API over a bad network: quotes, reserves, closes, takes back, and catches up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx
import msgspec
from faulty import LostError, Wire

from kopilka.connectors.kit.call import Answer, Call

Json = dict[str, Any]
TRIES = 3


class NativeTill:
    """Sells a fixed list of receipts to one member; what was sold and not confirmed is kept and told later."""

    SALES = 6

    def __init__(self, key: str, chance: Random, *, at: str, name: str) -> None:
        """`name` is the member's external id, and begins the ids of the receipts."""
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._at = at
        self._sales = [self._sale(f"{name}-{n}", {"external": name}, chance) for n in range(self.SALES)]
        self._untold: list[Callable[[], Call]] = []

    def _sale(self, id_: str, member: Json, chance: Random) -> Json:
        sums = [chance.randint(200, 20_000) for _ in range(chance.randint(1, 4))]
        rows = [{"id": str(n), "sku": f"sku-{n}", "sum": text_of(sum_)} for n, sum_ in enumerate(sums, 1)]
        receipt = {"shop": "shop", "at": self._at, "currency": "RUB", "member": member, "lines": rows}
        if chance.random() < 0.5:
            receipt["spend"] = {"points": text_of(min(500, chance.randint(1, sum(sums) // 2)))}
        back = chance.random() < 0.4
        return {
            "id": id_,
            "receipt": receipt,
            "dies": chance.random() < 0.2,
            "back": rows[0]["id"] if back else "",
        }

    def sell(self, wire: Wire) -> None:
        """Every sale as a cashier does it; a till that dies between reserving and closing sells nothing."""
        for sale in self._sales:
            self._ask(wire, self._call("POST", "/v1/receipts/quote", sale["receipt"]), again=0)
            if sale["dies"]:
                self._ask(wire, self._call("POST", f"/v1/receipts/{sale['id']}/hold", sale["receipt"]))
                self._tell(wire, self._call("POST", f"/v1/receipts/{sale['id']}/release", None))
                continue
            self._ask(wire, self._call("POST", f"/v1/receipts/{sale['id']}/hold", sale["receipt"]))
            self._tell(
                wire,
                self._call("POST", f"/v1/receipts/{sale['id']}/close", {**sale["receipt"], "sold": True}),
            )
            if sale["back"]:
                wish = {
                    "id": f"{sale['id']}-back",
                    "at": self._at,
                    "shop": "shop",
                    "lines": [{"id": sale["back"]}],
                }
                self._tell(wire, self._call("POST", f"/v1/receipts/{sale['id']}/returns", wish))

    def catch_up(self, wire: Wire) -> None:
        """What may not have been heard, in its order."""
        for make in self._untold:
            answer = wire.send(make)
            assert answer.status < 500, answer.body
        self._untold.clear()

    def _ask(self, wire: Wire, make: Callable[[], Call], again: int = TRIES) -> None:
        """Ask; whether anybody answers is no condition for selling."""
        for _ in range(again + 1):
            try:
                wire.send(make)
            except LostError:
                continue
            return

    def _tell(self, wire: Wire, make: Callable[[], Call]) -> None:
        """Tell a fact; if nobody answers, or something before it is untold, keep it."""
        if not self._untold:
            for _ in range(TRIES):
                try:
                    answer = wire.send(make)
                except LostError:
                    continue
                if answer.status < 500:
                    return
        self._untold.append(make)

    def _call(self, method: str, path: str, body: Json | None) -> Callable[[], Call]:
        content = b"" if body is None else msgspec.json.encode(body)
        return lambda: Call(method, path, headers=self._headers, body=content)


def text_of(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


@contextmanager
def over_http(url: str) -> Iterator[Callable[[Call], Answer]]:
    """The server of a wire, over its socket."""
    with httpx.Client(base_url=url, timeout=30) as client:

        def serve(call: Call) -> Answer:
            answer = client.request(call.method, call.path, headers=call.headers, content=call.body)
            return Answer(answer.status_code, answer.content)

        yield serve
