"""WooCommerce's webhooks over a network that loses, doubles, delays and reorders them: the ledger is that of a perfect wire."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_woocommerce import till_of
from trading import Trading, trading

from kopilka.connectors.woocommerce import WOOCOMMERCE
from kopilka.usecases.connections import Connection

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
LISTS = SEEDS // 5
"""How many lists of orders there are; each goes over five bad networks."""
Connected = tuple[Connection, str]


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[WOOCOMMERCE]) as shop:
        yield shop


@pytest.fixture(scope="module")
def connections(shop: Trading) -> tuple[Connected, Connected]:
    return shop.connect("woocommerce"), shop.connect("woocommerce")


def sold(shop: Trading, connected: Connected, number: int, chance: Random | None) -> tuple[Any, ...]:
    """What a run leaves: balance, and by order what was paid and not given back, and the states of receipts. An order
    that was put in the bin and taken out again has one more receipt than one that was told the other way round.
    """
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
        "SELECT split_part(receipt_id, ':', 2)::bigint - %s AS number, min(state), max(state),"
        " sum(paid_minor - coalesce((SELECT sum(b.refund_minor) FROM receipt_return b"
        " WHERE b.holder_id = r.holder_id AND b.receipt_id = r.receipt_id), 0))"
        " FROM receipt r WHERE holder_id = %s GROUP BY number ORDER BY number",
        till.first_id,
        seen.holder_id,
    )
    return shop.balance(member), rows


@pytest.fixture(scope="module")
def perfect(shop: Trading, connections: tuple[Connected, Connected]) -> Callable[[int], tuple[Any, ...]]:
    """What each list leaves over a perfect wire; one in many sells nothing."""
    found = cache(lambda number: sold(shop, connections[0], number, None))
    assert any(found(number)[1] for number in range(3))
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_webhooks_over_a_bad_network_leave_the_same_ledger(
    shop: Trading,
    connections: tuple[Connected, Connected],
    perfect: Callable[[int], tuple[Any, ...]],
    seed: int,
) -> None:
    assert perfect(seed % LISTS) == sold(shop, connections[1], seed, Random(seed))
