"""Exchanges that break between file, import, query and success end where whole ones do."""

import os
from collections.abc import Callable
from functools import cache
from random import Random

import pytest
from faulty import Wire
from one_c import Buyer, Made, settled
from till_commerceml import till_of
from trading import Trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.outcomes import Done

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
STRIDE = 10
LISTS = SEEDS // 5
"""How many lists of sales there are; each goes over five bad networks."""


def state(shop: Trading, made: Made) -> dict[str, tuple[str, int, bool]]:
    """What stands for each document now; what was replaced or cancelled on the way counts for nothing."""
    rows = {}
    for id_, row in made.receipts().items():
        if not row[2]:
            rows[id_.partition("~")[0]] = row
    return rows


def run(shop: Trading, seed: int, wire: Wire) -> tuple[object, ...]:
    made, buyer = Made(shop), Buyer(shop, points="20")
    till = till_of(shop, made.connection, made.secret, seed, buyer)
    till.sell(wire)
    receipt = Receipt(f"till-{buyer.id}", "shop", shop.clock(), "RUB", (Line("1", "tea-100", 1_000, 10_000),))
    assert isinstance(shop._desk.run([Close(receipt, Ref("member", buyer.id))])[0], Done)
    wire.mend()
    settled(shop)
    till.catch_up(wire)
    mine = [id_ for id_ in till.book.fetched if buyer.id in id_]
    return state(shop, made), buyer.balance(), len(mine)


@pytest.fixture(scope="module")
def perfect(house: Trading) -> Callable[[int], tuple[object, ...]]:
    """What each list leaves over a perfect wire."""
    return cache(lambda seed: run(house, seed, Wire(house.call, None)))


@pytest.mark.parametrize("block", range(0, SEEDS, STRIDE))
def test_a_bad_network_ends_where_a_good_one_does(
    shop: Trading, perfect: Callable[[int], tuple[object, ...]], block: int
) -> None:
    faults = standing = 0
    for seed in range(block, block + STRIDE):
        good = perfect(seed % LISTS)
        bad = Wire(shop.call, Random(seed))
        assert good == run(shop, seed % LISTS, bad), seed
        assert 1 == good[2]
        faults, standing = faults + bad.faults, standing + bool(good[0])
    assert faults > STRIDE
    assert standing > STRIDE // 2  # of the lists some are cancelled wholly
