"""A whole house behind a real socket, as other systems reach it: connections, members, calls, and an audit at the end."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from socket import socket
from typing import Any, TypeVar

import uvicorn

from kopilka.app.asgi import app_over
from kopilka.app.audits import run as run_audit
from kopilka.app.compose import House
from kopilka.app.post import inbox_round
from kopilka.app.trade import CONNECTORS
from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.connector import Connector
from kopilka.core.receipt import Shop
from kopilka.usecases.commands import Adjust, Enrol, Identifier, Ref
from kopilka.usecases.connections import Connection, Wish
from kopilka.usecases.outcomes import Done
from kopilka.usecases.ports import Product
from kopilka.usecases.programmes import Published, Wanted
from kopilka.usecases.views import MemberView, PersonFacts, WalletView

T = TypeVar("T")
AGE = timedelta(days=400)
"""How long the shop has been open."""
CLUB = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2, title: {ru: [бонус, бонуса, бонусов], en: [bonus, bonuses]}}
levels:
  by: spend
  over: ever
  ladder:
    - {id: base, from: 0, title: {ru: Базовый, en: Base}}
    - {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}
rules:
  - {id: cashback, title: {ru: Кешбэк, en: Cashback}, earn: {percent: {base: 5, gold: 10}}}
spend: {up_to: 50%}
"""
"""One bonus is a rouble; 5 % back (10 % from 5,000 on), up to half of a receipt by bonuses, holds of half an hour."""
SHOPS = (
    Shop("shop", "Europe/Moscow", "club", (), "Магазин 1"),
    Shop("second", "Europe/Moscow", "club", (), "Магазин 2"),
)
GOODS = (
    Product("tea-100", "Чай", ("grocery", "tea")),
    Product("cocoa", "Какао", ("grocery",)),
    Product("vodka-05", "Водка 0,5", ("alcohol",), product_class="alcohol", floor_minor=40_900),
    Product("cig-1", "Табак", ("tobacco",), product_class="tobacco"),
)


class Clock:
    """The real moment, moved by as much as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Server(uvicorn.Server):
    """Ends at the moment it is told to: uvicorn looks ten times a second, and tests end many servers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
            await server.wait_closed()
        await self.lifespan.shutdown()

    def end(self) -> None:
        """Called on the server's loop."""
        self.should_exit = True
        self._told.set()


class Trading:
    """One served house. `url` is where other systems call."""

    def __init__(
        self, conninfo: str, *, programme: str = CLUB, connectors: Sequence[Connector] = CONNECTORS
    ) -> None:
        self.clock = Clock()
        self.house = House(conninfo, clock=self.clock)
        self.clock.ahead = -AGE
        published = self.house.programmes.publish(Wanted(programme, 0))
        assert isinstance(published, Published), published
        self.house.reference.put_shops(SHOPS, self.clock())
        self.house.reference.put_products(GOODS, self.clock())
        self.clock.ahead = timedelta(0)
        self.front = app_over(self.house, connectors=connectors)
        self.services = self.front.dealing.services
        config = uvicorn.Config(
            self.front, host="127.0.0.1", port=0, log_level="warning", lifespan="on", ws="none"
        )
        self._server = Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._desk = self.house.desk()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.end)
        self._thread.join(20)
        self._loop.close()

    # -- other systems ------------------------------------------------------------------------------------------

    def connect(
        self, connector: str, *, shop: str = "shop", secret: str = "", **settings: str
    ) -> tuple[Connection, str]:
        """A new connection and its secret."""
        title = f"{connector} of a test"
        made = self.house.connections.connect(connector, Wish(title, settings, shop), secret=secret)
        assert isinstance(made, tuple), made
        found = self.house.connections.get(made[0].connection_id)
        assert found is not None
        self._loop.call_soon_threadsafe(lambda: None)
        return found, made[1]

    def call(self, call: Call) -> Answer:
        """A call, straight to its connector, without the socket."""
        connector = self.front.dealing.find(call.path)
        assert connector is not None, call.path
        return self.wait(self.front.dealing.answer(connector, call))

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(120)

    def until(self, true: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for what happens beside the traffic, such as the inbox being worked through."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(0.02)

    def work_inbox(self) -> None:
        """Work through all that is due now."""
        while self.wait(inbox_round(self.front.dealing)()):  # type: ignore[arg-type]
            pass

    # -- the house ----------------------------------------------------------------------------------------------

    def member(self, phone: str = "+79990000017", *, points: str = "", **more: str) -> str:
        """A member with a phone, further identifiers by kind (card=…, email=…, external=…) and some bonuses; its id."""
        identifiers = [Identifier("phone", phone), *(Identifier(kind, value) for kind, value in more.items())]
        person = PersonFacts("Анна Петрова", phone, more.get("email", ""))
        done = self._desk.run([Enrol(tuple(identifiers), "club", person, "shop")])[0]
        assert isinstance(done, Done), done
        if points:
            units = round(float(points) * 100)
            wish = Adjust(Ref("member", done.member_id), "bonus", units, "a gift", "test", f"gift-{phone}")
            assert isinstance(self._desk.run([wish])[0], Done)
        return done.member_id

    def seen(self, kind: str, value: str) -> MemberView | None:
        return self.house.views.member(Ref(kind, value))

    def wallet(self, member_id: str, kind: str = "bonus") -> WalletView | None:
        member = self.seen("member", member_id)
        assert member is not None
        wallets = self.house.views.wallets((member.bucket, member.holder_id))
        return next((wallet for wallet in wallets if wallet.kind == kind), None)

    def balance(self, member_id: str) -> tuple[int, int]:
        """(total, free) in hundredths of a bonus."""
        wallet = self.wallet(member_id)
        return (0, 0) if wallet is None else (wallet.total, wallet.free)

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.house.pool.connection() as connection:
            found: Any = connection.execute(statement.encode(), parameters).fetchall()
        return list(found)

    def sound(self) -> None:
        """Every sentence of the audit is true."""
        report = run_audit(self.house, rebuild=False, progress=lambda _: None)
        broken = [finding for finding in report.findings if finding.broken]
        assert [] == broken, broken


@contextmanager
def trading(
    conninfo: str, *, programme: str = CLUB, connectors: Sequence[Connector] = CONNECTORS
) -> Iterator[Trading]:
    """A served house that is audited when the test is done with it, and then ends."""
    shop = Trading(conninfo, programme=programme, connectors=connectors)
    try:
        yield shop
        shop.sound()
    finally:
        shop.close()
