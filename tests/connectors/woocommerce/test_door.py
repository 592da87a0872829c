"""WooCommerce's door: who is let in, what is kept before it is answered, the ping, and what is said to the others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from node_checks import ask_node
from till_woocommerce import WooShop, billing, line, order
from trading import Trading, trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.woocommerce import WOOCOMMERCE

DONE = order(1, [line(11, "cocoa", 1, 20_000)], minutes=3, status="completed", **billing("+79990000017"))


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[WOOCOMMERCE]) as shop:
        shop.member()
        yield shop


@pytest.fixture
def tea(shop: Trading) -> WooShop:
    return WooShop(*shop.connect("woocommerce"))


def kept(shop: Trading, tea: WooShop) -> list[str]:
    """Topics of what is in the inbox, newest first."""
    return [item.topic for item in shop.house.inbox.items(tea.connection.connection_id)]


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, msgspec.json.decode(answer.body).get("error", "")


def test_a_wrong_signature_or_none_is_refused_and_nothing_is_written(shop: Trading, tea: WooShop) -> None:
    bad: list[Call] = [tea.call("order.updated", DONE) for _ in range(5)]
    del bad[0].headers["x-wc-webhook-signature"]
    bad[1].headers["x-wc-webhook-signature"] = "не то"
    bad[2].body += b" "
    bad[3] = WOOCOMMERCE.sign(bad[3], tea.connection, tea.secret[:-1])
    bad[4].body = b"webhook_id=5&order=1"

    assert [(401, "wrong_signature")] * 5 == [said(shop.call(call)) for call in bad]
    assert [] == kept(shop, tea)


def test_the_ping_of_a_new_webhook_is_answered_and_not_kept(shop: Trading, tea: WooShop) -> None:
    address = f"{shop.url}/woocommerce/{tea.connection.connection_id}"
    answer = httpx.post(
        address, data={"webhook_id": "5"}, headers={"user-agent": "WooCommerce/7.9.0 Hookshot"}
    )

    assert 200 == answer.status_code
    assert [] == kept(shop, tea)
    assert 404 == httpx.post(f"{shop.url}/woocommerce/con_nobody", data={"webhook_id": "5"}).status_code


def test_a_delivery_over_the_socket_is_kept_answered_and_worked_through(shop: Trading, tea: WooShop) -> None:
    call = tea.call("order.updated", DONE | billing("+79994440001"))
    member = shop.member("+79994440001")
    answer = httpx.post(f"{shop.url}{call.path}", content=call.body, headers=call.headers)

    assert (200, {}) == (answer.status_code, answer.json())
    shop.until(lambda: (1_000, 1_000) == shop.balance(member))


def test_a_repeat_is_answered_alike_and_kept_once(shop: Trading, tea: WooShop) -> None:
    answers = [shop.call(tea.call("order.updated", DONE, 5)) for _ in range(2)]

    assert [(200, b"{}", ""), (200, b"{}", "repeat")] == [
        (each.status, each.body, each.outcome) for each in answers
    ]
    assert ["order.updated"] == kept(shop, tea)


def test_what_node_signs_is_let_in(shop: Trading, tea: WooShop) -> None:
    bodies = ['{"id": 7,\n "note": "пробелы  и\\u00a0€"}', "{}"]
    signatures = ask_node([{"ask": "hmac", "secret": tea.secret, "body": body} for body in bodies])
    for body, signature in zip(bodies, signatures, strict=True):
        call = tea.call("order.updated", {})
        call.body = body.encode()
        call.headers["x-wc-webhook-signature"] = signature
        assert 200 == shop.call(call).status


def test_mistakes_have_their_own_shape(shop: Trading, tea: WooShop) -> None:
    good = tea.call("order.updated", DONE)
    without = tea.call("order.updated", DONE)
    del without.headers["x-wc-webhook-delivery-id"]
    closed = WooShop(*shop.connect("woocommerce"))
    shop.house.connections.close(closed.connection.connection_id)
    shop.clock.ahead += timedelta(seconds=3)

    assert (405, "method") == said(shop.call(Call("PUT", good.path)))
    assert (400, "no_delivery_id") == said(shop.call(without))
    assert (404, "unknown_connection") == said(shop.call(closed.call("order.updated", DONE)))
    failed = [WOOCOMMERCE.failed(good, unavailable=away) for away in (True, False)]
    assert [(503, "unavailable"), (500, "failed")] == [said(each) for each in failed]


def test_a_webhook_of_another_site_is_refused(shop: Trading) -> None:
    connected = shop.connect("woocommerce", domain="tea.example.com")
    answers = [
        WooShop(*connected, site).call("order.updated", DONE)
        for site in ["https://tea.example.com/", "http://x.example/"]
    ]

    assert [(200, ""), (403, "other_shop")] == [said(shop.call(call)) for call in answers]


def test_the_test_button_shows_that_the_connection_works_and_writes_nothing(
    shop: Trading, tea: WooShop
) -> None:
    call = WOOCOMMERCE.sign(WOOCOMMERCE.probe(tea.connection), tea.connection, tea.secret)

    assert (200, "test") == (shop.call(call).status, shop.call(call).outcome)
    assert [] == kept(shop, tea)


GONE = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
NASTY: list[tuple[Any, str]] = [
    (b"", "bad_value:body"),
    (b"webhook_id=7;", "bad_value:body"),
    (GONE, "bad_value:id"),
    (DONE | {"id": 0.5}, "bad_value:id"),
    (DONE | {"date_modified_gmt": "0000-00-00T00:00:00"}, "bad_value:date_modified_gmt"),
    (DONE | {"line_items": []}, "no_lines"),
    (DONE | {"line_items": [line(n, "cup", 1, 100) for n in range(1_001)]}, "too_many_lines"),
    (DONE | {"line_items": [line(1, "cup", 1, 1) | {"total": "-1.00"}]}, "bad_value:line_items[0].total"),
    (DONE | {"line_items": [line(1, "cup", 1, 1) | {"subtotal": "1e40"}]}, "bad_value:line_items[0].subtotal"),
    (DONE | {"refunds": [{"id": 1, "total": "much"}]}, "bad_value:refunds[0].total"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(NASTY)))
def test_what_cannot_be_booked_is_reported_by_its_field_and_books_nothing(shop: Trading, case: int) -> None:
    body, outcome = NASTY[case]
    tea = WooShop(*shop.connect("woocommerce"))
    call = tea.call("order.updated", DONE)
    call.body = body if isinstance(body, bytes) else msgspec.json.encode(body)

    assert 200 == shop.call(WOOCOMMERCE.sign(call, tea.connection, tea.secret)).status
    id_ = tea.connection.connection_id
    shop.work_inbox()
    shop.until(lambda: all(item.tries for item in shop.house.inbox.items(id_)))
    assert [outcome] == [item.outcome for item in shop.house.inbox.items(id_)]
    assert None is shop.house.views.receipt(f"{id_}:1")


def test_odd_but_readable_orders_are_booked(shop: Trading, tea: WooShop) -> None:
    member = shop.member("+79994440002")
    raised = line(1, "", 1, 10_000, off=-5_000)
    weighed = line(2, "cheese", 1, 33_333) | {"quantity": 0.333, "subtotal": "111.005", "subtotal_tax": ""}
    weighed |= {"total": "111.005", "total_tax": None}
    body = DONE | {"line_items": [raised, weighed]} | billing("8 (999) 444-00-02")

    assert 200 == shop.call(tea.call("order.updated", body)).status
    shop.work_inbox()
    shop.until(lambda: shop.balance(member)[0] > 0)
    assert 1_305 == shop.balance(member)[0]
    view = shop.house.views.receipt(f"{tea.connection.connection_id}:1")
    assert view is not None
    assert [("7", 1_000), ("cheese", 333)] == [
        (row.sku, row.quantity) for row in view.stored.sale.receipt.lines
    ]
