"""Exchanges that break between file, import, query and success end where whole ones do."""

import os
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


@pytest.mark.parametrize("block", range(0, SEEDS, STRIDE))
def test_a_bad_network_ends_where_a_good_one_does(shop: Trading, block: int) -> None:
    faults = 0
    for seed in range(block, block + STRIDE):
        perfect = run(shop, seed, Wire(shop.call, None))
        bad = Wire(shop.call, Random(seed))
        assert perfect == run(shop, seed, bad), seed
        assert 1 == perfect[2]
        faults += bad.faults
    assert faults > STRIDE
