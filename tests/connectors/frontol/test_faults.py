"""A network that loses, doubles, delays and reorders calls: in the end the ledger is what it is over a perfect one."""

import os
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_frontol import till_of
from trading import Trading

SEEDS, LISTS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50, 5
LATER = timedelta(hours=2)


@pytest.fixture(scope="module")
def connected(shop: Trading) -> tuple[Trading, Any]:
    return shop, shop.connect("frontol")


def run(connected: tuple[Trading, Any], sales: int, chance: Random | None) -> tuple[int, Any]:
    """Sell a list of sales over a wire; how often it failed, and what is booked in the end."""
    shop, connection = connected
    till, wire = till_of(shop, *connection, Random(sales)), Wire(shop.call, chance)
    till.sell(wire)
    shop.clock.ahead += LATER
    wire.mend()
    till.catch_up(wire)
    shop.clock.ahead += LATER
    member = shop.seen("member", till.member)
    assert member is not None
    rows = shop.house.views.receipts((member.bucket, member.holder_id))
    booked = sorted(
        (row.state, row.goods_minor, row.paid_minor, row.spent_units, sum(row.earned.values()), row.returned)
        for row in rows
        if row.state != "released"
    )
    return wire.faults, (shop.balance(till.member), booked)


@pytest.fixture(scope="module")
def perfect(connected: tuple[Trading, Any]) -> Any:
    found = cache(lambda sales: run(connected, sales, None)[1])
    assert all(found(sales)[1] for sales in range(LISTS))
    return found


@pytest.mark.parametrize("part", range(10))
def test_the_ledger_is_exact_however_bad_the_network(
    connected: tuple[Trading, Any], perfect: Any, part: int
) -> None:
    faults = 0
    for seed in range(part, SEEDS, 10):
        failed, booked = run(connected, seed % LISTS, Random(f"frontol {seed}"))
        faults += failed
        assert perfect(seed % LISTS) == booked, f"seed {seed}"

    assert faults > 0
