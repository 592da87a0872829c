"""A whole shop behind its real ASGI application: every test speaks HTTP to a database of its own."""

import asyncio
import secrets
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from kopilka.api.door import Services
from kopilka.api.routes import api
from kopilka.app.batcher import Counter
from kopilka.app.compose import House
from kopilka.core.receipt import Shop
from kopilka.usecases.programmes import Published, Wanted

Json = dict[str, Any]
PROGRAMME = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 1, life: 30d, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}}
rules:
  - {id: cashback, title: {ru: Кешбэк, en: Cashback}, earn: {percent: 10}}
  - {id: big, title: {ru: За большой чек, en: Big receipt}, when: {goods_total: {from: 5000}}, discount: {amount: 300}}
spend: {up_to: 50%}
"""


class Shopfront:
    """The application on a loop of its own, and one client with a key that may everything."""

    def __init__(self, conninfo: str) -> None:
        self.house = House(conninfo)
        now = datetime.now(UTC)
        self.at = (now - timedelta(minutes=1)).isoformat()
        published = self.house.programmes.publish(Wanted(PROGRAMME, 0, now - timedelta(minutes=4)))
        assert isinstance(published, Published), published
        self.house.reference.put_shops(
            [Shop("s1", "Europe/Moscow", "club"), Shop("s2", "Europe/Moscow", "club")], now
        )
        self.secret = self.key("admin")
        self.counter = Counter(self.house.desk)
        self.app = api(
            Services(
                self.counter, self.house.views, self.house.members, self.house.programmes, self.house.keys,
                self.house.reference, self.house.clock, self.house.ready, self.house.coupons,
                vouchers=self.house.vouchers, verifications=self.house.verifications,
                outbox=self.house.outbox, privacy=self.house.privacy,
            )
        )  # fmt: skip
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.wait(self._open())
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=60)

    async def _open(self) -> None:
        self.counter.start()

    def key(self, *scopes: str, shop: str = "", till: str = "") -> str:
        """The secret of a new key."""
        made = self.house.keys.create("test", scopes, shop=shop, till=till)
        assert isinstance(made, tuple)
        return made[1]

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.soon(coroutine).result(120)

    def soon(self, coroutine: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {
            "Authorization": f"Bearer {self.secret}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        content = body if isinstance(body, bytes) else None
        json = None if isinstance(body, bytes) else body
        return await self.client.request(method, path, content=content, json=json, headers=named)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        answer: httpx.Response = self.wait(self.ask(method, path, body, **headers))
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.call("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.call("GET", path, **headers)

    def receipt(self, *sums: str, **more: Any) -> Json:
        """A receipt of some lines, sold a minute ago."""
        lines = [
            {"id": str(n), "sku": f"sku-{n}", "sum": sum_} for n, sum_ in enumerate(sums or ("100.00",), 1)
        ]
        return {"shop": "s1", "at": self.at, "currency": "RUB", "lines": lines, **more}

    def enrol(self, card: str = "100", points: str = "") -> str:
        """A member with a card and some points; returns the id."""
        body = {"programme": "club", "identifiers": [{"kind": "card", "value": card}]}
        member: str = self.post("/v1/members", body, idempotency_key=f"enrol-{card}").json()["id"]
        if points:
            wish = {"kind": "bonus", "points": points, "reason": "a gift"}
            given = self.post(f"/v1/members/{member}/adjust", wish, idempotency_key=f"gift-{card}")
            assert 200 == given.status_code, given.text
        return member

    def written(self) -> int:
        """How many receipts, returns, claims and postings there are: nothing may be written by a refusal."""
        with self.house.pool.connection() as connection:
            counted: Any = connection.execute(
                "SELECT (SELECT count(*) FROM receipt) + (SELECT count(*) FROM receipt_return)"
                " + (SELECT count(*) FROM claim) + (SELECT count(*) FROM posting) + (SELECT count(*) FROM event)"
            ).fetchone()
        return int(counted[0])

    def close(self) -> None:
        self.wait(self.client.aclose())
        self.counter.stop()
        self.wait(self.app.end())
        self.house.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def shop(database: str) -> Iterator[Shopfront]:
    """A shop that is open."""
    front = Shopfront(database)
    try:
        yield front
    finally:
        front.close()


@pytest.fixture(scope="session")
def still_shop(postgres: dict[str, str]) -> Iterator[Shopfront]:
    """One shop for all tests that change nothing in it."""
    name = f"kopilka_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres["conninfo"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres['template']}".encode())
        front = Shopfront(make_conninfo(postgres["conninfo"], dbname=name))
        try:
            yield front
        finally:
            front.close()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
