"""Member price lists: prices stand with the products, a rule names the list."""

from typing import Any

LISTED = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {}
rules:
  - {id: club-price, when: {member: yes}, price: {of: club}}
"""
TEA = {"sku": "tea", "prices": {"club": "79.90", "vip": 70}}


def test_a_member_buys_at_the_prices_of_the_list_and_a_guest_does_not(shop: Any) -> None:
    shop.enrol()
    assert 200 == shop.post("/v1/products", {"products": [TEA]}).status_code
    published = shop.post("/v1/programmes/club/versions", {"text": LISTED, "expected_version": 1})
    body = {**shop.receipt(), "at": published.json()["valid_from"]}
    body["lines"] = [
        {"id": "1", "sku": "tea", "quantity": "3", "sum": "300.00"},
        {"id": "2", "sku": "salt", "sum": "50.00"},
    ]

    paid = [
        shop.post("/v1/receipts/quote", {**body, **who}).json()["paid"]
        for who in ({"member": {"card": "100"}}, {})
    ]

    assert ["289.70", "350.00"] == paid


def test_prices_are_told_as_they_were_given(shop: Any) -> None:
    shop.post("/v1/products", {"products": [TEA, {"sku": "salt"}]})

    assert {"club": "79.90", "vip": "70.00"} == shop.get("/v1/products/tea").json()["prices"]
    assert "prices" not in shop.get("/v1/products/salt").json()


def test_a_wrong_price_is_refused_at_its_place(shop: Any) -> None:
    for price in ("-1", "1.234", 1.5):
        answer = shop.post("/v1/products", {"products": [{"sku": "tea", "prices": {"club": price}}]})

        assert 422 == answer.status_code
        assert answer.json()["errors"][0]["field"].startswith("products[0].prices")
