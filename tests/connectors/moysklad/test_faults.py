"""The MoySklad till over a network that loses, doubles, delays and reorders: the ledger is that of a perfect wire."""

import os
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_moysklad import till_of
from trading import Trading

from kopilka.usecases.connections import Connection

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
LISTS = SEEDS // 5
"""How many lists of sales there are; each goes over five bad networks."""
Connected = tuple[Connection, str]


@pytest.fixture(scope="module")
def connections(shop: Trading) -> tuple[Connected, Connected]:
    return shop.connect("moysklad"), shop.connect("moysklad")


def left(shop: Trading, connected: Connected, number: int, chance: Random | None) -> tuple[Any, ...]:
    """What a run leaves: balance, receipts by what was paid and earned, money given back."""
    phone = f"+7998{number:06}{0 if chance is None else 1}"
    member = shop.member(phone, points="5000")
    till = till_of(shop, *connected, phone=phone, seed=number % LISTS)
    wire = Wire(shop.call, chance)
    till.sell(wire)
    wire.mend()
    till.catch_up(wire)
    seen = shop.seen("member", member)
    assert seen is not None
    rows = shop.rows(
        "SELECT state, paid_minor, spent_units FROM receipt WHERE holder_id = %s ORDER BY 2, 3",
        seen.holder_id,
    )
    back = shop.rows(
        "SELECT refund_minor FROM receipt_return WHERE holder_id = %s ORDER BY 1", seen.holder_id
    )
    return shop.balance(member), rows, back


@pytest.fixture(scope="module")
def perfect(shop: Trading, connections: tuple[Connected, Connected]) -> Callable[[int], tuple[Any, ...]]:
    """What each list leaves over a perfect wire."""
    return cache(lambda number: left(shop, connections[0], number, None))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bad_network_leaves_the_same_ledger(
    shop: Trading,
    connections: tuple[Connected, Connected],
    perfect: Callable[[int], tuple[Any, ...]],
    seed: int,
) -> None:
    wanted = perfect(seed % LISTS)

    assert wanted[1]
    assert wanted == left(shop, connections[1], seed, Random(seed))
