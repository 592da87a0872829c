"""Orders that cannot be: each is refused by name, nothing is written, and nothing falls over."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from till_retailcrm import Site
from trading import Trading, trading

from kopilka.usecases.members import MemberChange, PersonChange

PHONES = count(1)
TEA = {"offer": {"externalId": "tea-100"}, "quantity": 2, "initialPrice": 450}


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def site(shop: Trading) -> Site:
    return Site(shop, "+79070000000", points=100)


WRONG_ITEMS: list[tuple[Any, str]] = [
    ([], "items"),
    ("tea", "items"),
    ([1], "items"),
    ([TEA] * 1001, "items"),
    ([{**TEA, "quantity": 0}], "items[0].quantity"),
    ([{**TEA, "quantity": -1}], "items[0].quantity"),
    ([{**TEA, "quantity": "two"}], "items[0].quantity"),
    ([{**TEA, "quantity": 1e9}], "items[0].quantity"),
    ([{**TEA, "quantity": True}], "items[0].quantity"),
    ([TEA, {**TEA, "initialPrice": -1}], "items[1].initialPrice"),
    ([{**TEA, "initialPrice": "1e400"}], "items[0].initialPrice"),
    ([{**TEA, "initialPrice": "NaN"}], "items[0].initialPrice"),
    ([{**TEA, "initialPrice": {}}], "items[0].initialPrice"),
    ([{**TEA, "initialPrice": 99_999_999_999, "quantity": 999_999}], "items[0].initialPrice"),
    ([{"offer": {"externalId": "a"}, "quantity": 1}], "items[0].initialPrice"),
    ([{**TEA, "discountManualAmount": -5}], "items[0].discountManualAmount"),
    ([{**TEA, "discountManualAmount": []}], "items[0].discountManualAmount"),
    ([{**TEA, "discountManualPercent": 101}], "items[0].discountManualPercent"),
    ([{**TEA, "offer": "tea"}], "items[0].offer"),
    ([{**TEA, "offer": {"externalId": {}}}], "items[0].offer.externalId"),
    ([{**TEA, "priceType": "base"}], "items[0].priceType"),
    ([{**TEA, "externalIds": "x"}], "items.externalIds"),
]


@pytest.mark.parametrize(
    ("items", "field"), WRONG_ITEMS, ids=[f"{n}-{field}" for n, (_, field) in enumerate(WRONG_ITEMS)]
)
def test_items_that_cannot_be_are_refused_by_name(site: Site, items: Any, field: str) -> None:
    order = {"customer": {"externalId": "c-1"}, "items": items}
    status, told = site.post("loyalty/calculate", site="shop", order=order, bonuses="0")

    assert (400, False, [field]) == (status, told["success"], list(told["errors"]))
    if items:
        assert 400 == site.place("wrong", items=items)[0]
        assert 404 == site.get("orders/wrong", site="shop")[0]


WRONG_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"customer": "me"}, "customer"),
    ({"customer": {"externalId": []}}, "customer.externalId"),
    ({"delivery": {"cost": -1}}, "delivery.cost"),
    ({"delivery": 300}, "delivery"),
    ({"discountManualAmount": "ten"}, "discountManualAmount"),
    ({"discountManualPercent": -1}, "discountManualPercent"),
    ({"currency": "USD"}, "currency"),
]


@pytest.mark.parametrize(("more", "field"), WRONG_ORDERS, ids=[field for _, field in WRONG_ORDERS])
def test_orders_that_cannot_be_are_refused_by_name(site: Site, more: dict[str, Any], field: str) -> None:
    order = {"customer": {"externalId": "c-1"}, "items": [TEA], **more}
    calculated = site.post("loyalty/calculate", site="shop", order=order, bonuses="0")
    placed = site.place("wrong", **more)

    assert (400, [field]) == (calculated[0], list(calculated[1]["errors"]))
    assert (400, [field]) == (placed[0], list(placed[1]["errors"]))


@pytest.mark.parametrize("bonuses", ["-1", "ten", "1.005", "1e400", "NaN", "99999999999999999999"])
def test_bonuses_that_cannot_be_are_refused(site: Site, bonuses: str) -> None:
    order = {"customer": {"externalId": "c-1"}, "items": [TEA]}
    status, told = site.post("loyalty/calculate", site="shop", order=order, bonuses=bonuses)

    assert (400, ["bonuses"]) == (status, list(told["errors"]))


def test_a_lost_object_and_wrong_words_are_told(site: Site) -> None:
    assert "Parameter 'order' is missing" == site.post("loyalty/calculate", site="shop")[1]["errorMsg"]
    assert 400 == site.post("loyalty/calculate", site="shop", order="{", bonuses="0")[0]
    assert 400 == site.post("orders/create", site="shop", order="[1]")[0]
    assert ["privilegeType"] == list(site.place("w", privilegeType="vip")[1]["errors"])
    assert ["order.createdAt"] == list(site.place("w", createdAt="yesterday")[1]["errors"])
    assert ["status"] == list(site.place("w", status=5)[1]["errors"])
    assert ["number"] == list(site.place("w", number=[])[1]["errors"])
    assert 400 == site.post("orders/loyalty/apply", site="shop", order={}, bonuses="1")[0]
    assert ["site"] == list(site.post("orders/create", site="other", order={"items": [TEA]})[1]["errors"])
    assert 403 == site.post("orders/create", site="other", order={"items": [TEA]})[0]


def test_a_thousand_items_are_served(site: Site) -> None:
    items = [{**TEA, "initialPrice": 1} for _ in range(1000)]
    status, told = site.place("long", items=items)

    assert (201, 1000, 2000) == (status, len(told["order"]["items"]), told["order"]["totalSumm"])


def test_an_order_may_be_free_or_empty(site: Site) -> None:
    free = site.place("free", price=0)
    applied = site.apply("free", 0)
    empty = site.place("empty", items=[])
    done = [site.edit("free", status="complete"), site.edit("empty", status="complete")]

    assert (201, 200, 201) == (free[0], applied[0], empty[0])
    assert [(200, 0), (200, 0)] == [(status, told["order"]["totalSumm"]) for status, told in done]


def test_more_off_than_an_item_costs_is_nothing_to_pay(site: Site) -> None:
    items = [{**TEA, "discountManualAmount": 500}, {**TEA, "initialPrice": 10}]
    order = site.place("cheap", items=items)[1]["order"]

    assert (0, [0, 0]) == (order["totalSumm"], [row["prices"][0]["price"] for row in order["items"]])


def test_a_blocked_member_spends_and_earns_nothing_and_the_order_stays(shop: Trading) -> None:
    site = Site(shop, f"+7907{next(PHONES):07}", points=100)
    site.place("1")
    site.apply("1", 50)
    member = shop.seen("phone", site.phone)
    assert member is not None
    shop.house.members.change(member.member_id, MemberChange(status="blocked"), PersonChange(), (), "test")
    refused = site.apply("1", 60)
    order = site.edit("1", status="complete")

    assert (400, {"loyalty": "Участие в программе отключено"}) == (refused[0], refused[1]["errors"])
    assert (200, "none", 10_000) == (order[0], order[1]["order"]["privilegeType"], site.balance()[0])


def test_an_order_of_another_connection_is_not_seen(shop: Trading, site: Site) -> None:
    other = Site(shop, f"+7907{next(PHONES):07}")
    number = site.place("mine")[1]["id"]

    assert 404 == other.get(f"orders/{number}", by="id")[0]
    assert 404 == other.apply("mine", 0)[0]
    assert [] == other.get("orders")[1]["orders"]


def test_english_is_spoken_where_it_is_set(shop: Trading) -> None:
    site = Site(shop, f"+7907{next(PHONES):07}", language="en")
    site.place("1")

    assert {"amount": "Not enough bonuses in the account"} == site.apply("1", 10)[1]["errors"]


def test_bonuses_may_have_a_fraction_and_prices_more_places_than_a_coin(site: Site) -> None:
    order = {"customer": {"externalId": "c-1"}, "items": [{**TEA, "quantity": 3, "initialPrice": 33.333333}]}
    told = site.post("loyalty/calculate", site="shop", order=order, bonuses="0.50")[1]["order"]

    assert (99.5, 0.5, 33.333333) == (
        told["totalSumm"],
        told["bonusesChargeTotal"],
        told["items"][0]["initialPrice"],
    )


def test_bonuses_whose_code_was_not_entered_are_not_spent(shop: Trading) -> None:
    site = Site(shop, f"+7907{next(PHONES):07}", points=100, confirm_charge="yes")
    site.place("1")
    applied = site.apply("1", 50)[1]
    too_much = site.apply("1", 5000)
    placed = site.edit("1", status="complete")[1]["order"]

    assert ("verify_privilege", 50) == (
        applied["verification"]["actionType"],
        applied["order"]["bonusesChargeTotal"],
    )
    assert (400, ["amount"]) == (too_much[0], list(too_much[1]["errors"]))
    assert (0, 900, (14_500, 14_500)) == (placed["bonusesChargeTotal"], placed["totalSumm"], site.balance())


def test_bonuses_are_free_again_when_the_code_has_expired(shop: Trading) -> None:
    site = Site(shop, f"+7907{next(PHONES):07}", points=100, confirm_charge="yes")
    site.place("1")
    check = site.apply("1", 50)[1]["verification"]["checkId"]
    reserved = site.balance()
    ahead, shop.clock.ahead = shop.clock.ahead, timedelta(minutes=10)
    try:
        late = site.post("verification/sms/confirm", verification={"checkId": check, "code": "123456"})
        free = site.balance()
        again = site.apply("1", 50)[1]["verification"]["checkId"]
    finally:
        shop.clock.ahead = ahead

    assert ((10_000, 5_000), (10_000, 10_000)) == (reserved, free)
    assert (400, True) == (late[0], again != check)
