"""Signatures against Shopify's own library, `@shopify/shopify-api`, unmodified."""

from collections.abc import Iterator

import msgspec
import pytest
from node_checks import ask_node
from till_shopify import ShopifyShop, line, order
from trading import Trading, trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.shopify import SHOPIFY

BODY = order(
    5_551_001, [line(1, "чай-100", 2, 45_000)], state="paid", customer={"id": 901, "first_name": "Анна €"}
)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database, connectors=[SHOPIFY]) as shop:
        yield shop


def test_shopifys_library_accepts_what_we_sign_and_nothing_that_was_changed(shop: Trading) -> None:
    connection, secret = shop.connect("shopify")
    call = ShopifyShop(connection, secret).call("orders/paid", BODY)
    body = call.body.decode()
    changed = body.replace('"quantity":2', '"quantity":3')
    assert changed != body
    unsigned = {name: value for name, value in call.headers.items() if name != "x-shopify-hmac-sha256"}
    asked = {"ask": "shopify", "secret": secret, "body": body, "headers": call.headers}

    said = ask_node(
        [asked, asked | {"body": changed}, asked | {"secret": secret + "x"}, asked | {"headers": unsigned}]
    )
    assert ["valid", "invalid_hmac", "invalid_hmac"] == said[:3]
    assert "valid" != said[3]


def test_what_node_signs_is_let_in(shop: Trading) -> None:
    connection, secret = shop.connect("shopify")
    bodies = [msgspec.json.encode(BODY).decode(), '{"id": 2,\n "note": "пробелы  и\\u00a0€"}', "{}"]
    signatures = ask_node([{"ask": "hmac", "secret": secret, "body": body} for body in bodies])

    for n, (body, signature) in enumerate(zip(bodies, signatures, strict=True)):
        headers = {
            "x-shopify-topic": "orders/updated",
            "x-shopify-event-id": f"e{n}",
            "x-shopify-hmac-sha256": signature,
        }
        address = f"/shopify/{connection.connection_id}"
        good = Call("POST", address, headers=headers, body=body.encode())
        bad = Call("POST", address, headers=headers, body=body.encode() + b" ")
        assert (200, 401) == (shop.call(good).status, shop.call(bad).status)
