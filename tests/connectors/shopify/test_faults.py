"""Shopify's webhooks over a network that loses, doubles, delays and reorders them: the ledger is that of a perfect wire."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_shopify import till_of
from trading import Trading, trading

from kopilka.connectors.shopify import SHOPIFY
from kopilka.usecases.connections import Connection

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
LISTS = SEEDS // 5
"""How many lists of orders there are; each goes over five bad networks."""
Connected = tuple[Connection, str]


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[SHOPIFY]) as shop:
        yield shop


@pytest.fixture(scope="module")
def connections(shop: Trading) -> tuple[Connected, Connected]:
    return shop.connect("shopify"), shop.connect("shopify")


def sold(shop: Trading, connected: Connected, number: int, chance: Random | None) -> tuple[Any, ...]:
    """What a run leaves: balance, receipts by number and state, money given back."""
    phone = f"+7999{number:06}{0 if chance is None else 1}"
    member = shop.member(phone, points="10")
    till = till_of(shop, connected, phone=phone, seed=number % LISTS, number=number)
    wire = Wire(shop.call, chance)
    till.sell(wire)
    wire.mend()
    till.catch_up(wire)
    shop.work_inbox()
    id_ = connected[0].connection_id
    waiting = "SELECT 1 FROM personal.inbox WHERE connection_id = %s AND done_at IS NULL LIMIT 1"
    shop.until(lambda: not shop.rows(waiting, id_))
    seen = shop.seen("member", member)
    assert seen is not None
    rows = shop.rows(
        "SELECT split_part(receipt_id, ':', 2)::bigint - %s, state, paid_minor FROM receipt"
        " WHERE holder_id = %s ORDER BY 1",
        till.first_id,
        seen.holder_id,
    )
    refunds = shop.rows(
        "SELECT split_part(receipt_id, ':', 2)::bigint - %s, sum(refund_minor) FROM receipt_return"
        " WHERE holder_id = %s GROUP BY 1 ORDER BY 1",
        till.first_id,
        seen.holder_id,
    )
    return shop.balance(member), rows, refunds


@pytest.fixture(scope="module")
def perfect(shop: Trading, connections: tuple[Connected, Connected]) -> Callable[[int], tuple[Any, ...]]:
    """What each list leaves over a perfect wire."""
    return cache(lambda number: sold(shop, connections[0], number, None))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_webhooks_over_a_bad_network_leave_the_same_ledger(
    shop: Trading,
    connections: tuple[Connected, Connected],
    perfect: Callable[[int], tuple[Any, ...]],
    seed: int,
) -> None:
    wanted = perfect(seed % LISTS)

    assert wanted[1]
    assert wanted == sold(shop, connections[1], seed, Random(seed))
