"""Deliveries of one order worked through at the same moment, or broken off half-way; buyers who join at a till."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import msgspec
import pytest
from till_shopify import Body, ShopifyShop, line, order, refund
from trading import Trading, trading

from kopilka.connectors.kit.parking import KEPT, UNCLAIMED, Sweep
from kopilka.connectors.kit.services import Services
from kopilka.connectors.shopify import SHOPIFY
from kopilka.store.foreign import PostgresForeign
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import Foreign, ForeignDocument
from kopilka.usecases.inbox import InboxItem
from kopilka.usecases.ports import StoreUnavailableError

PEOPLE = count(1)
LINES = [line(11, "tea-100", 2, 45_000, off=9_000), line(12, "cocoa", 1, 20_000)]


class Buyer:
    """A connection and a customer of its own."""

    def __init__(self, shop: Trading) -> None:
        self.shop = shop
        self.connection, secret = shop.connect("shopify")
        self.tea = ShopifyShop(self.connection, secret)
        self.phone = f"+7999800{next(PEOPLE):04}"
        self.who: Body = {"customer": {"id": 901, "phone": self.phone}}

    def items(self) -> list[InboxItem]:
        """The deliveries of a whole life of an order, in the order of the shop."""
        back = refund(1, 1, [(11, 1, 40_500)], minutes=3)
        changed = {"state": "partially_refunded", "refunds": [back]}
        told = [
            ("orders/create", order(1, LINES, **self.who)),
            ("orders/paid", order(1, LINES, minutes=1, state="paid", **self.who)),
            ("refunds/create", back),
            ("orders/updated", order(1, LINES, minutes=3, **changed, **self.who)),
        ]
        now, id_ = self.shop.clock(), self.connection.connection_id
        return [
            InboxItem(id_, str(n), topic, msgspec.json.encode(body), now)
            for n, (topic, body) in enumerate(told)
        ]

    def ledger(self, member: str) -> tuple[object, ...]:
        view = self.shop.house.views.receipt(f"{self.connection.connection_id}:1")
        assert view is not None
        given = [row.refund_minor for row in view.returns]
        return self.shop.balance(member)[0], view.stored.sale.decision.paid_minor, given


class Breaking(Foreign):
    """Documents in a store that goes away at one write, before it or after it."""

    def __init__(self, shop: Trading, at_write: int, *, after: bool) -> None:
        super().__init__(PostgresForeign(shop.house.pool), shop.clock)
        self._left, self._after = at_write, after

    def put(self, document: ForeignDocument) -> bool:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise StoreUnavailableError
        done = super().put(document)
        if self._left == 0:
            raise StoreUnavailableError
        return done


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[SHOPIFY]) as shop:
        yield shop


async def all_at_once(items: list[InboxItem], connection: Connection, services: Services) -> None:
    await asyncio.gather(*[SHOPIFY.work(item, connection, services) for item in items for _ in range(2)])


@pytest.mark.parametrize("turn", range(6))
def test_deliveries_worked_through_at_one_moment_end_with_one_ledger(shop: Trading, turn: int) -> None:
    buyer = Buyer(shop)
    member = shop.member(buyer.phone)
    items = buyer.items()
    shop.wait(all_at_once(items[turn % 4 :] + items[: turn % 4], buyer.connection, shop.services))

    assert (3_025, 101_000, [40_500]) == buyer.ledger(member)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at_write", range(1, 5))
def test_a_store_that_goes_away_at_any_write_costs_nothing(
    shop: Trading, at_write: int, *, after: bool
) -> None:
    buyer = Buyer(shop)
    member = shop.member(buyer.phone)
    services = replace(shop.services, foreign=Breaking(shop, at_write, after=after))
    broken = 0
    for item in buyer.items():
        for _ in range(3):
            try:
                shop.wait(SHOPIFY.work(item, buyer.connection, services))
            except StoreUnavailableError:
                broken += 1
            else:
                break

    assert (3_025, 101_000, [40_500]) == buyer.ledger(member)
    assert 1 == broken


def test_who_joins_at_a_till_gets_what_was_bought_before(shop: Trading) -> None:
    buyer = Buyer(shop)
    for item in buyer.items():
        shop.wait(SHOPIFY.work(item, buyer.connection, shop.services))
    member = shop.member(buyer.phone)

    assert 1 == shop.wait(Sweep([SHOPIFY], shop.services).all())
    assert (3_025, 101_000, [40_500]) == buyer.ledger(member)


def test_what_nobody_came_for_is_given_up_and_forgets_who_it_was(shop: Trading) -> None:
    buyer = Buyer(shop)
    item = buyer.items()[1]
    shop.wait(SHOPIFY.work(item, buyer.connection, shop.services))
    try:
        shop.clock.ahead += KEPT + timedelta(days=1)
        assert 1 == shop.wait(Sweep([SHOPIFY], shop.services).all())
    finally:
        shop.clock.ahead -= KEPT + timedelta(days=1)
    document = shop.house.foreign.document(buyer.connection.connection_id, "order", "1")

    assert document is not None
    assert UNCLAIMED == document.state
    assert buyer.phone not in str(document.content)
