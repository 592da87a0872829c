"""Over a bad network UDS's till ends with the same ledger as over a perfect one."""

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from faulty import Wire
from till_uds import Json, UdsTill, till_of
from trading import Trading, trading

SEEDS = 1_000 if os.environ.get("KOPILKA_SOAK") else 50
FACTS = ("action", "state", "points", "total", "cash")


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


def run(shop: Trading, number: int, chance: Random | None) -> tuple[tuple[Any, ...], int]:
    connection, secret = shop.connect("uds", points_by_phone="yes")
    phone = f"+7999{number:07}"
    member = shop.member(phone, points="500")
    seller = till_of(shop, connection, secret, phone=phone, start=number)
    wire = Wire(shop.call, chance)
    seller.sell(wire)
    faults = wire.faults
    wire.mend()
    seller.catch_up(wire)
    view = shop.seen("member", member)
    assert view is not None
    rows = shop.house.views.receipts((view.bucket, view.holder_id))
    sold = [
        (row.goods_minor, row.paid_minor, row.spent_units, row.earned, row.state, row.returned)
        for row in rows
    ]
    returned = [
        [(back.refund_minor, back.points_back, back.points_taken) for back in found.returns]
        for row in rows
        if (found := shop.house.views.receipt(row.receipt_id)) is not None
    ]
    return (shop.balance(member), sold, returned, [facts(each) for each in seller.told]), faults


def facts(told: Json) -> list[object]:
    return [told[name] for name in FACTS]


def test_whatever_the_network_does_the_ledger_is_exact(shop: Trading) -> None:
    wanted, _ = run(shop, 1, None)
    assert len(UdsTill.SALES) == len(wanted[1])
    faults = 0

    for seed in range(SEEDS):
        got, met = run(shop, 1_000 + seed, Random(seed))
        faults += met
        assert wanted == got, seed
    assert faults > SEEDS
