"""Deliveries of one order worked through at one moment: whoever writes first, the ledger is that of what is known."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pytest
from till_woocommerce import at, billing, line, order
from trading import Trading, trading

from kopilka.connectors.kit.services import Services
from kopilka.connectors.woocommerce import WOOCOMMERCE
from kopilka.store.foreign import PostgresForeign
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import Foreign, ForeignDocument
from kopilka.usecases.inbox import InboxItem

LINES = [line(12, "cocoa", 1, 20_000)]
DONE = {"date_paid_gmt": at(1), "date_completed_gmt": at(2), "refunds": [{"id": 7, "total": "-20.00"}]}


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[WOOCOMMERCE]) as shop:
        yield shop


async def all_at_once(items: list[InboxItem], connection: Connection, services: Services) -> None:
    await asyncio.gather(*[WOOCOMMERCE.work(item, connection, services) for item in items])


@pytest.mark.parametrize("turn", range(12))
def test_a_bin_and_its_opposite_at_one_moment_leave_the_order_alive(shop: Trading, turn: int) -> None:
    connection, _ = shop.connect("woocommerce")
    phone = f"+7999900{turn:04}"
    member = shop.member(phone)
    completed = order(1, LINES, minutes=5, status="completed", **DONE, **billing(phone))
    restored = completed | {"date_modified_gmt": at(9)}
    told = [("order.updated", completed), ("order.deleted", {"id": 1}), ("order.restored", restored)]
    items = [
        InboxItem(connection.connection_id, str(n), topic, msgspec.json.encode(body), shop.clock())
        for n, (topic, body) in enumerate(told)
    ]
    if turn % 2:
        shop.wait(WOOCOMMERCE.work(items[0], connection, shop.services))
    turned = items[1:] if turn % 2 else items
    if turn % 3:
        turned = turned[::-1]
    shop.wait(all_at_once(turned, connection, shop.services))
    # Whoever comes later finishes what was left.
    shop.wait(WOOCOMMERCE.work(items[0], connection, shop.services))

    assert 900 == shop.balance(member)[0]


class Interrupted(Foreign):
    """Documents of whom is slow: before one of their writes something else is worked through whole."""

    def __init__(self, shop: Trading, at_write: int, other: Callable[[], object]) -> None:
        super().__init__(PostgresForeign(shop.house.pool), shop.clock)
        self._left, self._other = at_write, other

    def put(self, document: ForeignDocument) -> bool:
        self._left -= 1
        if self._left == 0:
            self._other()
        return super().put(document)


LIFE = ["completed", "deleted", "restored", "deleted again"]


@pytest.mark.parametrize("at_write", [1, 2, 3])
@pytest.mark.parametrize("slow", range(4))
@pytest.mark.parametrize("quick", range(4))
def test_whoever_is_slow_ends_with_what_is_known(shop: Trading, slow: int, quick: int, at_write: int) -> None:
    connection, _ = shop.connect("woocommerce")
    phone = f"+7999901{slow}{quick}{at_write}0"
    member = shop.member(phone)
    completed = order(1, LINES, minutes=5, status="completed", **DONE, **billing(phone))
    told = [
        ("order.updated", completed), ("order.deleted", {"id": 1}),
        ("order.restored", completed | {"date_modified_gmt": at(9)}), ("order.deleted", {"id": 1}),
    ]  # fmt: skip
    items = [
        InboxItem(connection.connection_id, name, topic, msgspec.json.encode(body), shop.clock())
        for name, (topic, body) in zip(LIFE, told, strict=True)
    ]

    def quickly() -> object:
        return shop.wait(WOOCOMMERCE.work(items[quick], connection, shop.services))

    hindered = replace(shop.services, foreign=Interrupted(shop, at_write, quickly))
    for n, item in enumerate(items):
        if n != quick:
            shop.wait(WOOCOMMERCE.work(item, connection, hindered if n == slow else shop.services))
    if slow == quick or at_write > 1:
        quickly()

    assert 0 == shop.balance(member)[0]
    alive = InboxItem(
        connection.connection_id, "out", *told[2][:1], msgspec.json.encode(told[2][1]), shop.clock()
    )
    shop.wait(WOOCOMMERCE.work(alive, connection, shop.services))
    assert 900 == shop.balance(member)[0]
