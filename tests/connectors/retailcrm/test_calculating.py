"""Counting an order of a site: what is answered, to the number."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from till_retailcrm import Site
from trading import Trading, trading

PHONES = count(1)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def site(shop: Trading) -> Site:
    """A site whose buyer has 300 bonuses."""
    return Site(shop, f"+7902{next(PHONES):07}", points=300)


def two_teas(**more: Any) -> dict[str, Any]:
    item = {"offer": {"externalId": "tea-100"}, "quantity": 2, "initialPrice": 450, "discountManualAmount": 0}
    return {"site": "shop", "customer": {"externalId": "c-1"}, "items": [item], **more}


def calculated(site: Site, order: dict[str, Any], bonuses: object = 0) -> dict[str, Any]:
    status, told = site.post("loyalty/calculate", site="shop", order=order, bonuses=str(bonuses))
    assert status == 200, told
    return dict(told)


def test_the_published_example_comes_out_to_the_number(site: Site) -> None:
    told = calculated(site, two_teas(privilegeType="loyalty_level"), 100)
    order = told["order"]
    item = order["items"][0]

    assert (40, 100, 800) == (order["bonusesCreditTotal"], order["bonusesChargeTotal"], order["totalSumm"])
    assert {"id": site.account, "amount": 300} == order["loyaltyAccount"]
    assert "Базовый" == order["loyaltyLevel"]["name"]
    assert ("shop", "RUB", {"cost": 0}) == (order["site"], order["currency"], order["delivery"])
    assert (0, {"id", "externalId", "personalDiscount"}) == (
        order["personalDiscountPercent"], set(order["customer"]),
    )  # fmt: skip
    assert [{"type": "bonus_charge", "amount": 100}] == item["discounts"]
    assert (50, [{"price": 400, "quantity": 2}]) == (item["discountTotal"], item["prices"])
    assert (450, 2, 100, 40) == (
        item["initialPrice"], item["quantity"], item["bonusesChargeTotal"], item["bonusesCreditTotal"],
    )  # fmt: skip
    assert ([], {"code": "base"}, "none") == (item["externalIds"], item["priceType"], item["vatRate"])
    assert {"id": item["offer"]["id"], "externalId": "tea-100", "xmlId": "tea-100"} == item["offer"]
    assert [
        {"privilegeType": "none", "discount": 0, "creditBonuses": 0, "maxChargeBonuses": 0, "maximum": False},
        {
            "privilegeType": "loyalty_level",
            "discount": 0,
            "creditBonuses": 40,
            "maxChargeBonuses": 300,
            "maximum": True,
        },
    ] == told["calculations"]
    assert {"name": "Клуб", "chargeRate": 1} == told["loyalty"]


def test_calculating_writes_nothing(site: Site) -> None:
    calculated(site, two_teas(), 100)

    assert ((30_000, 30_000), []) == (site.balance(), site.receipts())


def test_more_bonuses_than_allowed_are_counted_as_what_is_allowed(site: Site) -> None:
    order = calculated(site, two_teas(), 5000)["order"]

    assert (300, 600) == (order["bonusesChargeTotal"], order["totalSumm"])


def test_whole_numbers_are_integers_in_the_text(site: Site) -> None:
    body = str(calculated(site, two_teas(), 0))

    assert ".0" not in body


def test_a_price_that_does_not_divide_has_several_prices(site: Site) -> None:
    order = two_teas()
    order["items"][0] |= {"quantity": 3, "initialPrice": 100}
    item = calculated(site, order, 50)["order"]["items"][0]

    assert [{"price": 83.33, "quantity": 2}, {"price": 83.34, "quantity": 1}] == item["prices"]
    assert 16.67 == item["discountTotal"]


def test_discounts_of_the_shop_are_told_by_kind(site: Site) -> None:
    order = two_teas(discountManualAmount=80, delivery={"cost": 300})
    order["items"][0] |= {"discountManualAmount": 50}
    told = calculated(site, order, 0)["order"]

    assert [{"type": "manual_order", "amount": 80}, {"type": "manual_product", "amount": 100}] == (
        told["items"][0]["discounts"]
    )
    assert (1020, {"cost": 300}, 36) == (told["totalSumm"], told["delivery"], told["bonusesCreditTotal"])


def test_items_come_back_in_the_order_of_the_request(site: Site) -> None:
    items = [
        {"offer": {"externalId": sku}, "quantity": 1, "initialPrice": price, "externalIds": [{"code": "w", "value": sku}]}
        for sku, price in (("zz", 5), ("aa", 500), ("tea-100", 50), ("aa", 7))
    ]  # fmt: skip
    told = calculated(site, two_teas(items=items), 20)["order"]

    assert ["zz", "aa", "tea-100", "aa"] == [row["externalIds"][0]["value"] for row in told["items"]]
    assert [5, 500, 50, 7] == [row["initialPrice"] for row in told["items"]]
    assert [1, 2, 3, 4] == [row["id"] for row in told["items"]]


def test_an_offer_may_be_named_by_the_id_that_we_gave(site: Site) -> None:
    number = calculated(site, two_teas())["order"]["items"][0]["offer"]["id"]
    told = calculated(
        site, two_teas(items=[{"offer": {"id": number}, "quantity": "1", "initialPrice": "10.50"}])
    )
    item = told["order"]["items"][0]

    assert ({"id": number, "externalId": "tea-100", "xmlId": "tea-100"}, 10.5) == (
        item["offer"],
        item["initialPrice"],
    )


def test_a_stranger_has_no_privilege(site: Site) -> None:
    told = calculated(site, two_teas(customer={"externalId": "nobody"}, privilegeType="loyalty_level"), 100)

    assert ["none"] == [row["privilegeType"] for row in told["calculations"]]
    assert (True, "none", 900, 0) == (
        told["calculations"][0]["maximum"], told["order"]["privilegeType"], told["order"]["totalSumm"],
        told["order"]["bonusesChargeTotal"],
    )  # fmt: skip


def test_an_account_that_waits_for_its_code_has_no_privilege(shop: Trading) -> None:
    site = Site(shop, f"+7902{next(PHONES):07}", confirm_registration="yes")
    told = calculated(site, two_teas(privilegeType="loyalty_level"), 100)
    placed = site.place("w-1")
    refused = site.apply("w-1", 10)

    assert ["none"] == [row["privilegeType"] for row in told["calculations"]]
    assert "none" == told["order"]["privilegeType"]
    assert (201, 400, "loyalty") == (placed[0], refused[0], next(iter(refused[1]["errors"])))
