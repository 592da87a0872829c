"""Evotor's webhooks over a network that loses, doubles, delays and reorders them: the ledger is that of a perfect wire."""

import os
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_evotor import Cloud, till_of
from trading import Trading

from kopilka.usecases.connections import Connection

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
Connected = tuple[Connection, str]


@pytest.fixture(scope="module")
def connections(shop: Trading) -> tuple[Connected, Connected]:
    return shop.connect("evotor"), shop.connect("evotor")


def left(shop: Trading, connected: Connected, seed: int, chance: Random | None) -> tuple[Any, ...]:
    """What a run leaves: balance, receipts by what was paid, money given back."""
    phone = f"+7997{seed:06}{0 if chance is None else 1}"
    member = shop.member(phone)
    till = till_of(shop, *connected, phone=phone, seed=seed)
    wire = Wire(shop.call, chance)
    till.sell(wire)
    wire.mend()
    till.catch_up(wire)
    Cloud(shop, *connected).settle()
    seen = shop.seen("member", member)
    assert seen is not None
    rows = shop.rows("SELECT state, paid_minor FROM receipt WHERE holder_id = %s ORDER BY 2", seen.holder_id)
    back = shop.rows(
        "SELECT refund_minor FROM receipt_return WHERE holder_id = %s ORDER BY 1", seen.holder_id
    )
    return shop.balance(member), rows, back


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bad_network_leaves_the_same_ledger(
    shop: Trading, connections: tuple[Connected, Connected], seed: int
) -> None:
    perfect, faulty = connections

    assert left(shop, perfect, seed, None) == left(shop, faulty, seed, Random(seed))
