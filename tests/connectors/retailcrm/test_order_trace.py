"""Requests recorded from a real WooCommerce shop, replayed in their order; and what Bitrix does differently."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from trading import Trading, trading

from kopilka.usecases.ports import Product

TRACE = Path(__file__).parent / "woocommerce.jsonl"
"""One recorded request a line: method, path, query, form, status."""
CUSTOMER, ACCOUNT = "4787", "160"
"""Ids in the record, which are others with us."""


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        shop.house.reference.put_products([Product("10", "Чай", vat="20")], shop.clock())
        yield shop


def recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TRACE.read_text(encoding="utf-8").splitlines()]


class Replay:
    """The record, with the ids that we have given in the places of those that the site had been given then."""

    def __init__(self, shop: Trading, key: str) -> None:
        self._shop, self._key = shop, key
        self._names: dict[str, str] = {}

    def send(self, row: dict[str, Any]) -> dict[str, Any]:
        path = row["p"].replace(f"/account/{ACCOUNT}", "/account/" + self._names.get(ACCOUNT, ""))
        path = path.replace("/loyalties/1", "/loyalties/" + self._names.get("loyalty", ""))
        query, form = self._named(row["q"]), self._named(row["f"])
        url = f"{self._shop.url}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = httpx.request(row["m"], url, data=form or None)
        told = answer.json()
        assert answer.is_success, (row["p"], answer.status_code, told)
        assert answer.headers["content-type"].startswith("application/json")
        assert told["success"] is True
        if "loyaltyAccount" in told:
            account = told["loyaltyAccount"]
            self._names |= {
                ACCOUNT: str(account["id"]), CUSTOMER: str(account["customer"]["id"]),
                "loyalty": str(account["loyalty"]["id"]),
            }  # fmt: skip
            self.credit(account["id"])
        return dict(told)

    def credit(self, id_: int) -> None:
        """The site's buyer had bonuses when the record was made."""
        url = f"{self._shop.url}/api/v5/loyalty/account/{id_}/bonus/credit"
        assert httpx.post(url, data={"apiKey": self._key, "amount": "300"}).is_success

    def _named(self, values: dict[str, str]) -> dict[str, str]:
        out = {}
        for name, value in values.items():
            text = value.replace(f'"id":{CUSTOMER}', '"id":' + self._names.get(CUSTOMER, "0"))
            text = self._names.get(text, text) if name in {"id", "filter[customerId]"} else text
            out[name] = self._key if name == "apiKey" else text
        return out


def test_a_woocommerce_shop_is_answered_as_its_module_needs(shop: Trading) -> None:
    connection, key = shop.connect("retailcrm", rate="0")
    replay = Replay(shop, key)
    told: dict[str, dict[str, Any]] = {}
    for row in recorded():
        path = row["p"].removeprefix("/api/").removeprefix("v5/")
        answer = told[path] = replay.send(row)
        if path == "loyalty/accounts":
            assert [True] == [each["active"] for each in answer["loyaltyAccounts"]]
        if path == "loyalty/calculate":
            counts_right(answer)
        if path == "orders/loyalty/apply":
            # The module takes discounts of bonuses off the items and nothing else.
            assert [[{"type": "bonus_charge", "amount": 100}]] == [
                i["discounts"] for i in answer["order"]["items"]
            ]
            assert 100 == answer["order"]["bonusesChargeTotal"]
        if path == "orders/12":
            looks_right(answer["order"], [{"type": "bonus_charge", "amount": 100}])

    assert "shop" == told["credentials"]["sitesAvailable"][0]
    looks_right(told["orders/12/edit"]["order"], [])
    assert 0 == told["orders/loyalty/cancel-bonus-operations"]["order"]["bonusesChargeTotal"]
    member = shop.seen("phone", "+79990000000")
    assert member is not None
    assert (30_000, 30_000) == shop.balance(member.member_id)
    assert [("released",)] == shop.rows(
        "SELECT state FROM receipt WHERE receipt_id = %s", f"{connection.connection_id}:shop:12"
    )


def counts_right(answer: dict[str, Any]) -> None:
    """What the module compares with === to whole numbers."""
    level = next(row for row in answer["calculations"] if row["privilegeType"] == "loyalty_level")
    item = answer["order"]["items"][0]
    for number in (
        level["creditBonuses"],
        level["maxChargeBonuses"],
        item["quantity"],
        answer["loyalty"]["chargeRate"],
    ):
        assert type(number) is int
    assert (45, 300) == (level["creditBonuses"], level["maxChargeBonuses"])
    assert 1 == [row["maximum"] for row in answer["calculations"]].count(True)


def looks_right(order: dict[str, Any], discounts: list[dict[str, Any]]) -> None:
    """What the module reads of an order."""
    assert isinstance(order["payments"], dict | list)
    for item in order["items"]:
        assert discounts == item["discounts"]
        assert [{"code": "woocomerce", "value": "10_1"}] == item["externalIds"]
        assert (int, int, "20.00") == (type(item["quantity"]), type(item["initialPrice"]), item["vatRate"])
    assert ("12", "Анна") == (order["externalId"], order["firstName"])


# -- Bitrix ---------------------------------------------------------------------------------------------------------------


def multipart(shop: Trading, path: str, key: str, **form: str) -> dict[str, Any]:
    """A form as Bitrix's module posts it."""
    fields = {name: (None, value) for name, value in {"apiKey": key, **form}.items()}
    answer = httpx.post(f"{shop.url}/api/v5/{path}", files=fields)
    assert answer.is_success, answer.text
    return dict(answer.json())


def test_bitrix_posts_multipart_and_a_site_in_json(shop: Trading) -> None:
    _, key = shop.connect("retailcrm", rate="0")
    account = {"phoneNumber": "+79050000001", "customer": {"externalId": "7"}}
    made = multipart(shop, "loyalty/account/create", key, site='"shop"', loyaltyAccount=json.dumps(account))
    multipart(shop, f"loyalty/account/{made['loyaltyAccount']['id']}/bonus/credit", key, amount="20")
    items = [
        {"offer": {"externalId": sku}, "quantity": 1, "initialPrice": price, "priceType": {"code": "base"}}
        for sku, price in (("b", 10), ("a", 90))
    ]
    order = {"customer": {"externalId": "7"}, "items": items}
    told = multipart(shop, "loyalty/calculate", key, site='["shop"]', order=json.dumps(order), bonuses="20")

    # The module reads items by their place, a bonus amount as a number, and looks for what is exactly true.
    assert [10, 90] == [row["initialPrice"] for row in told["order"]["items"]]
    assert [2, 18] == [row["bonusesChargeTotal"] for row in told["order"]["items"]]
    assert [("none", False), ("loyalty_level", True)] == [
        (row["privilegeType"], row["maximum"]) for row in told["calculations"]
    ]
    assert all(type(row["creditBonuses"]) in {int, float} for row in told["calculations"])
    assert "loyalty_level" == told["order"]["privilegeType"]
