"""Killed while it sends webhooks and works through those that came, Kopilka loses none, keeps each member's order, and books
every order once.
"""

import http.client
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from receivers import Came, Receiver, receiver
from serving import Processes
from telling import Telling
from tests.kit.crashes import call
from till_woocommerce import WooShop, billing, line, order

from kopilka.app.audits import run
from kopilka.app.compose import House
from kopilka.connectors.kit.call import Call
from kopilka.usecases.commands import Enrol, Identifier
from kopilka.usecases.connections import Wish

KILLS = 20 if os.environ.get("KOPILKA_SOAK") else 1
MEMBERS, ORDERS_OF_A_SALE = 6, 4

AGAIN = "nothing_new"
"""What comes of a delivery whose order was booked by a process that was killed before it could say so."""


class Shop:
    """What a shop does while it is served: tells of its orders and closes receipts, each again until it is answered."""

    def __init__(self, conninfo: str, site: Receiver) -> None:
        self.conninfo = conninfo
        house = Telling(conninfo)
        house.subscribe(site.url)
        for number in range(MEMBERS):
            house.run(Enrol((Identifier("card", f"c{number}"), Identifier("phone", phone(number))), "club"))
        made = house.house.connections.connect("woocommerce", Wish("shop", {}, "shop"))
        key = house.house.keys.create("till", ("admin",))
        assert isinstance(made, tuple)
        assert isinstance(key, tuple)
        self.key, self._woo = key[1], WooShop(*made)
        self.orders, self.sales, self.open = 0, 0, threading.Event()
        house.close()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.conninfo, application_name="the test") as connection:
            return connection.execute(statement.encode()).fetchall()

    def work(self, port: int) -> None:
        while self.open.is_set():
            self.orders += 1
            lines = [line(self.orders, "tea-100", 1, 10_000)]
            told = order(self.orders, lines, minutes=5, status="completed", **billing(phone(self.orders)))
            insist(port, self._woo.call("order.updated", told, self.orders))
            if self.orders % ORDERS_OF_A_SALE:
                continue
            self.sales += 1
            body = {
                "shop": "shop", "at": datetime.now(UTC).isoformat(), "currency": "RUB",
                "member": {"card": f"c{self.sales % MEMBERS}"}, "lines": [{"id": "1", "sku": "cocoa", "sum": "50.00"}],
            }  # fmt: skip
            while call(port, "POST", f"/v1/receipts/s{self.sales}/close", self.key, body)[0] != 200:
                time.sleep(0.02)


def phone(number: int) -> str:
    return f"+7999000000{number % MEMBERS}"


def insist(port: int, wanted: Call) -> None:
    """Send until it is answered."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(wanted.method, wanted.path, wanted.body, dict(wanted.headers))
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()


def until(true: Any, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")
    with receiver() as made:

        def answer(_: Came) -> int:
            time.sleep(0.01)  # slow enough to be killed in the middle
            return 204

        made.answer = answer
        yield made


def test_kill_9_while_webhooks_go_out_and_come_in_loses_and_doubles_nothing(
    database: str, tmp_path: Path, site: Receiver
) -> None:
    shop, served = Shop(database, site), Processes(database, tmp_path)
    served.start()
    try:
        for _ in range(KILLS):
            done, came = shop.rows("SELECT count(done_at) FROM personal.inbox")[0][0], len(site.came)
            shop.open.set()
            selling = threading.Thread(target=shop.work, args=(served.port,))
            selling.start()
            until(
                lambda done=done, came=came: in_the_middle(shop, site, done, came),
                "it was never in the middle",
            )
            served.kill()
            shop.open.clear()  # what is not answered yet is told again
            served.start()
            selling.join(60)
            assert not selling.is_alive(), "the shop was not answered"
        until(lambda: [(0, 0)] == shop.rows(REST), "something waits for ever")
    finally:
        served.stop()

    holds(shop, site)


REST = (
    "SELECT (SELECT count(*) FROM personal.inbox WHERE done_at IS NULL),"
    " (SELECT count(*) FROM delivery WHERE state <> 'delivered')"
    " + (SELECT count(*) FROM event e CROSS JOIN outbox_state o WHERE e.txid >= o.txid)"
    " + (SELECT count(*) FROM subscription WHERE behind IS NOT NULL)"
)


def in_the_middle(shop: Shop, site: Receiver, done: int, came: int) -> bool:
    """Some orders are worked through and some are not; some events are sent and some are not."""
    worked, undone, waiting = shop.rows(
        "SELECT count(done_at), count(*) - count(done_at),"
        " (SELECT count(*) FROM delivery WHERE state = 'waiting') FROM personal.inbox"
    )[0]
    return bool(worked >= done + 3 and undone and waiting and len(site.came) >= came + 3)


def holds(shop: Shop, site: Receiver) -> None:
    """Every event came, each member's in order, a repeat with the id and the words of the first; every order is booked once."""
    truth: dict[str, list[str]] = {}
    for holder, id_ in shop.rows("SELECT holder_id, event_id FROM event ORDER BY place"):
        truth.setdefault(holder, []).append(id_)
    first: dict[str, Came] = {}
    for came in site.came:
        assert first.setdefault(came.id, came).body == came.body
    told: dict[str, list[str]] = {}
    for id_, came in first.items():
        if "~" not in id_:
            told.setdefault(came.holder, []).append(id_)
    assert truth == told
    assert {row[0] for row in shop.rows("SELECT event_id FROM delivery")} == set(first)

    outcomes = [row[0] for row in shop.rows("SELECT outcome FROM personal.inbox")]
    assert shop.orders == len(outcomes)
    assert set(outcomes) <= {"", AGAIN}
    closed = shop.rows("SELECT receipt, count(*) FROM event WHERE name = 'receipt.closed' GROUP BY receipt")
    assert {1} == {count for _, count in closed}
    assert shop.orders + shop.sales == len(closed)
    assert [(len(closed),)] == shop.rows("SELECT count(*) FROM receipt WHERE state = 'closed'")
    house = House(shop.conninfo)
    findings = run(house, rebuild=False, progress=lambda _: None).findings
    house.close()
    assert [] == [each for each in findings if each.broken]
