"""The example of the protocol's description comes out to the letter, and what the till was told is what is booked."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from till_moysklad import HEADER, Client, sales
from trading import CLUB, Trading, trading

from kopilka.connectors.kit.call import Call

CHOOSING = CLUB.replace("earn: {percent:", "when: [{choice: earn}], earn: {percent:").replace(
    "decimals: 2", "decimals: 0"
)
STORE = {
    "meta": {"href": "https://api.moysklad.ru/api/remap/1.2/entity/retailstore/a1", "id": "a1"},
    "name": "Магазин 1",
}
AGENT = {"href": "https://api.moysklad.ru/api/remap/1.2/entity/counterparty/c17", "id": "c17"}
GOODS = {"meta": {"href": "…/product/p1", "id": "p1"}}
ASKED = {
    "retailStore": STORE,
    "agent": {"meta": AGENT, "phone": "8 999 000-00-17"},
    "positions": [
        {
            "assortment": {
                "meta": {"href": "…/product/p1", "id": "p1", "idType": "native", "type": "product"}
            },
            "quantity": 3.0,
            "price": 33.33,
        }
    ],
    "bonusProgram": {"transactionType": "SPENDING"},
    "preferredBonusToSpend": 10,
}
TOLD = {
    "agent": {"meta": AGENT},
    "positions": [
        {"assortment": GOODS, "quantity": 2.0, "price": 33.33, "discountPercent": 9.99, "discountedPrice": 30.00},
        {"assortment": GOODS, "quantity": 1.0, "price": 33.33, "discountPercent": 10.02, "discountedPrice": 29.99},
    ],
    "bonusProgram": {
        "transactionType": "SPENDING", "agentBonusBalance": 120, "bonusValueToSpend": 10, "bonusValueToEarn": 0,
        "agentBonusBalanceAfter": 110, "paidByBonusPoints": 10.00, "receiptExtraInfo": "Списано 10 бонусов",
    },
    "needVerification": False,
}  # fmt: skip


@pytest.fixture
def shop(database: str) -> Iterator[Trading]:
    with trading(database, programme=CHOOSING) as shop:
        yield shop


def test_the_published_example_comes_out_to_the_letter(shop: Trading) -> None:
    client = Client(shop, *shop.connect("moysklad"))
    shop.member("+79990000017", points="1.20")

    status, told = client.post("retaildemand/recalc", ASKED)

    assert (200, TOLD) == (status, told)
    assert (
        '"quantity":2.0,"price":33.33,"discountPercent":9.99,"discountedPrice":30.00'
        in client.last.body.decode()
    )


def test_what_was_told_is_booked_without_a_difference(shop: Trading) -> None:
    client = Client(shop, *shop.connect("moysklad"))
    member = shop.member("+79990000017", points="1.20")
    told = client.post("retaildemand/recalc", ASKED)[1]
    sale: dict[str, Any] = {
        "retailStore": STORE, "name": "00001", "moment": "2026-03-01 12:00:00", "meta": {"href": "", "id": ""},
        "agent": {"meta": AGENT, "phone": "8 999 000-00-17"}, "positions": told["positions"],
        "bonusProgram": {"bonusValueToSpend": 10, "bonusValueToEarn": 0}, "cashSum": 89.99, "noCashSum": 0,
    }  # fmt: skip

    assert 201 == client.post("retaildemand", sale)[0]
    assert (110, 110) == shop.balance(member)
    (sale_booked,) = sales(shop)
    assert (8999, {}) == (sale_booked.decision.paid_minor, sale_booked.variance)


def test_answers_hold_numbers_and_no_floats_are_lost(shop: Trading) -> None:
    connection, secret = shop.connect("moysklad")
    call = Call("POST", "/moysklad/retaildemand/recalc", headers={HEADER: secret}, body=b"{}")

    assert 400 == shop.call(call).status
    assert Decimal("0.1") == Call("POST", "/", body=b'{"a":0.1}').json()["a"]
    assert connection.connector == "moysklad"
