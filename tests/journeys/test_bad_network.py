"""Our own API over a network that loses, doubles, delays and reorders calls: the ledger is that of a perfect wire."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_native import NativeTill, over_http
from trading import Trading, trading

from kopilka.connectors.kit.call import Answer, Call

Serve = Callable[[Call], Answer]
SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 12


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def serve(shop: Trading) -> Iterator[Serve]:
    with over_http(shop.url) as serve:
        yield serve


@pytest.fixture(scope="module")
def key(shop: Trading) -> str:
    made = shop.house.keys.create("a till", ("receipts",), shop="shop")
    assert isinstance(made, tuple)
    return made[1]


def sold(shop: Trading, till: tuple[Serve, str], seed: int, chance: Random | None) -> tuple[Any, ...]:
    """What a run leaves: balance, level's spend, receipts by state, returns."""
    name = f"{seed}-{'good' if chance is None else 'bad'}"
    member = shop.member(f"+7999{seed:06}{0 if chance is None else 1}", points="1000", external=name)
    at = (shop.clock() - timedelta(minutes=5)).isoformat()
    serve, key = till
    sells = NativeTill(key, Random(seed), at=at, name=name)
    wire = Wire(serve, chance)
    sells.sell(wire)
    wire.mend()
    sells.catch_up(wire)
    # A hold whose till died lapses by itself; nothing else may be left of it.
    shop.clock.ahead += timedelta(minutes=31)
    seen = shop.seen("member", member)
    assert seen is not None
    rows = shop.rows(
        "SELECT split_part(receipt_id, '-', 3), state, paid_minor FROM receipt"
        " WHERE holder_id = %s AND state <> 'held' AND state <> 'released' ORDER BY 1",
        seen.holder_id,
    )
    returns = shop.rows(
        "SELECT refund_minor FROM receipt_return WHERE holder_id = %s ORDER BY 1", seen.holder_id
    )
    return shop.balance(member), rows, returns


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_till_over_a_bad_network_leaves_the_same_ledger(
    shop: Trading, serve: Serve, key: str, seed: int
) -> None:
    perfect = sold(shop, (serve, key), seed, None)
    assert perfect[1]

    assert perfect == sold(shop, (serve, key), seed, Random(seed))


def test_the_bad_network_is_bad(shop: Trading, serve: Serve, key: str) -> None:
    wire = Wire(serve, Random(1))
    NativeTill(key, Random(2), at=shop.clock().isoformat(), name="nobody-bad").sell(wire)

    assert wire.faults > 5
