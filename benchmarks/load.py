"""A load generator of its own process: HTTP/1.1 over a few kept connections, closed loop or at a steady rate.

`python -m benchmarks.load '{"port": …}'` prints one JSON line. At a steady rate a request's time counts from when it
should have started, so that a stall is felt by all who would have come meanwhile.
"""

import asyncio
import random
import sys
import time
from bisect import bisect
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate

import msgspec
import uvloop

from benchmarks import tills

Maker = Callable[[random.Random, int], bytes]
WARM_UP = 1.0


class Plan(msgspec.Struct, frozen=True):
    """What to send, and how long. `rate` 0 is a closed loop."""

    port: int
    kind: str
    secret: str = ""
    connections: int = 32
    seconds: float = 10
    rate: float = 0
    members: int = 1000
    seed: int = 1
    prefix: str = "r"
    host: str = "127.0.0.1"


class Result(msgspec.Struct, frozen=True):
    """What came back, without the first second."""

    requests: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def request(plan: Plan, method: str, path: str, body: bytes = b"") -> bytes:
    """A request as bytes."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {plan.host}\r\nAuthorization: Bearer {plan.secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@cache
def popularity(members: int) -> list[float]:
    """Zipf with exponent 0.6. Of 2,469 members a tenth makes 38 % of the purchases and the first 1.8 %; in Complete
    Journey they make 35 % and 0.5 %, so our hottest wallet is hotter than a real one.
    """
    weights = [rank**-0.6 for rank in range(1, members + 1)]
    whole = sum(weights)
    return [weight / whole for weight in accumulate(weights)][:-1]


def receipt_body(chance: random.Random, plan: Plan, *, spend: bool) -> bytes:
    """Five lines of a mid-sized basket, a member drawn by popularity, points spent where asked."""
    member = bisect(popularity(plan.members), chance.random())
    lines = ",".join(
        f'{{"id":"{i}","sku":"sku-{chance.randrange(40)}","sum":"{chance.randrange(50, 900)}.{chance.randrange(10)}0",'
        f'"quantity":1,"category":["food","{chance.choice(("dairy", "bread", "wine", "fish", "tea"))}"]}}'
        for i in range(5)
    )
    wish = ',"spend":{}' if spend else ""
    at = datetime.now(UTC).isoformat()
    return (
        f'{{"shop":"bench","at":"{at}","currency":"RUB","member":{{"card":"c{member}"}},"lines":[{lines}]{wish}}}'
    ).encode()


def makers(plan: Plan) -> dict[str, Maker]:
    """What each kind of load sends."""

    def close(chance: random.Random, n: int) -> bytes:
        body = receipt_body(chance, plan, spend=True)
        return request(plan, "POST", f"/v1/receipts/{plan.prefix}{n}/close", body)

    def quote(chance: random.Random, n: int) -> bytes:
        del n
        return request(plan, "POST", "/v1/receipts/quote", receipt_body(chance, plan, spend=True))

    def get(chance: random.Random, n: int) -> bytes:
        del n
        return request(plan, "GET", f"/row/{chance.randrange(plan.members)}")

    def spend_one(chance: random.Random, n: int) -> bytes:
        del chance
        at = datetime.now(UTC).isoformat()
        body = (
            f'{{"shop":"bench","at":"{at}","currency":"RUB","member":{{"card":"c0"}},"spend":{{"points":"1"}},'
            f'"lines":[{{"id":"1","sku":"a","sum":"500.00"}}]}}'
        )
        return request(plan, "POST", f"/v1/receipts/{plan.prefix}{n}/close", body.encode())

    def calculate(chance: random.Random, n: int) -> bytes:
        body, signed = tills.frontol(chance, n, plan.secret)
        path = f"/frontol/{plan.prefix}/api/loyalty-system/document"
        return request(plan, "POST", path, body).replace(
            b"Authorization: Bearer " + plan.secret.encode(),
            b"Authorization: FrontolAuth " + signed.encode(),
            1,
        )

    def till_quote(chance: random.Random, n: int) -> bytes:
        del n
        return request(plan, "POST", "/v1/receipts/quote", tills.quote(chance))

    return {
        "close": close, "quote": quote, "row": get, "spend": spend_one, "frontol": calculate, "till_quote": till_quote,
    }  # fmt: skip


class Wire(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self._buffer) >= end + 4 + length and self._answer is not None:
            status = int(self._buffer[9:12])
            self._buffer = self._buffer[end + 4 + length :]
            answer, self._answer = self._answer, None
            answer.set_result(status)

    def connection_lost(self, error: Exception | None) -> None:
        del error
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)

    def ask(self, data: bytes) -> "asyncio.Future[int]":
        """The status of the answer; 0 where the connection broke."""
        self._answer = asyncio.get_running_loop().create_future()
        if self.transport is None or self.transport.is_closing():
            self._answer.set_result(0)
        else:
            self.transport.write(data)
        return self._answer


async def drive(plan: Plan) -> Result:
    """Carry out a plan."""
    loop = asyncio.get_running_loop()
    make = makers(plan)[plan.kind]
    chance = random.Random(plan.seed)
    wires: list[Wire] = []
    for _ in range(plan.connections):
        _, wire = await loop.create_connection(Wire, plan.host, plan.port)
        wires.append(wire)
    times: list[float] = []
    statuses: dict[int, int] = {}
    began = time.perf_counter()
    number = 0

    def note(due: float, status: int) -> None:
        now = time.perf_counter()
        statuses[status] = statuses.get(status, 0) + 1
        if due - began >= WARM_UP:
            times.append(now - due)

    async def closed(wire: Wire) -> None:
        nonlocal number
        while time.perf_counter() - began < plan.seconds + WARM_UP:
            number += 1
            data = make(chance, number)
            due = time.perf_counter()
            note(due, await wire.ask(data))

    async def steady(wire: Wire) -> None:
        nonlocal number
        while True:
            number += 1
            due = began + number / plan.rate
            if due - began > plan.seconds + WARM_UP:
                return
            data = make(chance, number)
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            note(due, await wire.ask(data))

    await asyncio.gather(*[(steady if plan.rate else closed)(wire) for wire in wires])
    times.sort()
    errors = sum(count for status, count in statuses.items() if status not in {200, 201})
    return Result(
        len(times), plan.seconds, errors, at(times, 0.5), at(times, 0.99), at(times, 1.0),
        {str(status): count for status, count in sorted(statuses.items())},
    )  # fmt: skip


def at(times: list[float], share: float) -> float:
    """Milliseconds that a share of the requests did not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))] * 1000 if times else 0.0


def main() -> None:
    """One plan from the command line, one result to standard output."""
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    result = uvloop.run(drive(plan))
    print(msgspec.json.encode(result).decode())


if __name__ == "__main__":
    main()
