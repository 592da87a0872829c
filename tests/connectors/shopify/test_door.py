"""Shopify's door: who is let in, what is kept before it is answered, and what is said to those who are not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from till_shopify import ShopifyShop, line, order
from trading import Trading, trading

from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.shopify import SHOPIFY

PAID = order(1, [line(11, "cocoa", 1, 20_000)], state="paid", customer={"id": 1, "phone": "+79990000017"})


@pytest.fixture(scope="module")
def shop(served_database: str) -> Iterator[Trading]:
    with trading(served_database, connectors=[SHOPIFY]) as shop:
        yield shop


@pytest.fixture
def tea(shop: Trading) -> ShopifyShop:
    return ShopifyShop(*shop.connect("shopify"))


def kept(shop: Trading, tea: ShopifyShop) -> list[str]:
    """Topics of what is in the inbox, newest first."""
    return [item.topic for item in shop.house.inbox.items(tea.connection.connection_id)]


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, msgspec.json.decode(answer.body).get("error", "")


def test_a_wrong_signature_or_none_is_refused_and_nothing_is_written(shop: Trading, tea: ShopifyShop) -> None:
    bad: list[Call] = [tea.call("orders/paid", PAID) for _ in range(6)]
    del bad[0].headers["x-shopify-hmac-sha256"]
    for call, given in zip(bad[1:4], ["", "wrong", "неверно"], strict=True):
        call.headers["x-shopify-hmac-sha256"] = given
    bad[4].body += b"\n"
    bad[5] = SHOPIFY.sign(bad[5], tea.connection, tea.secret + "x")

    assert [(401, "wrong_signature")] * 6 == [said(shop.call(call)) for call in bad]
    assert [] == kept(shop, tea)


def test_signatures_are_over_the_bytes_as_they_came(shop: Trading, tea: ShopifyShop) -> None:
    call = tea.call("orders/paid", PAID)
    call.body = b'{ "id" : 1,\r\n "note":"\\u0447\xd0\xb0\xd0\xb9" }'

    assert (200, "") == said(shop.call(SHOPIFY.sign(call, tea.connection, tea.secret)))


def test_a_delivery_over_the_socket_is_kept_and_answered_and_then_worked_through(
    shop: Trading, tea: ShopifyShop
) -> None:
    member = shop.member("+79994000002")
    call = tea.call("orders/paid", PAID | {"customer": {"id": 2, "phone": "+79994000002"}})
    answer = httpx.post(f"{shop.url}{call.path}", content=call.body, headers=call.headers)

    assert (200, {}) == (answer.status_code, answer.json())
    shop.until(lambda: (1_000, 1_000) == shop.balance(member))


def test_a_repeat_is_answered_alike_and_kept_once_but_another_topic_of_an_event_is_another(
    shop: Trading, tea: ShopifyShop
) -> None:
    answers = [
        shop.call(tea.call(topic, PAID, "e1")) for topic in ["orders/paid", "orders/paid", "orders/updated"]
    ]

    assert [(200, b"{}")] * 3 == [(answer.status, answer.body) for answer in answers]
    assert ["", "repeat", ""] == [answer.outcome for answer in answers]
    assert ["orders/paid", "orders/updated"] == sorted(kept(shop, tea))


def test_without_an_events_id_that_of_the_webhook_counts(shop: Trading, tea: ShopifyShop) -> None:
    calls = [tea.call("orders/paid", PAID, "same") for _ in range(3)]
    for call in calls:
        del call.headers["x-shopify-event-id"]
    del calls[2].headers["x-shopify-webhook-id"]

    assert [(200, ""), (200, ""), (400, "no_delivery_id")] == [said(shop.call(call)) for call in calls]
    assert 1 == len(kept(shop, tea))


def test_mistakes_have_their_own_shape(shop: Trading, tea: ShopifyShop) -> None:
    good = tea.call("orders/paid", PAID)
    closed = ShopifyShop(*shop.connect("shopify"))
    shop.house.connections.close(closed.connection.connection_id)
    shop.clock.ahead += timedelta(seconds=3)
    got = Call("GET", good.path, headers=good.headers)
    lost = Call("POST", "/shopify/con_nobody", headers=good.headers, body=good.body)
    deep = Call("POST", good.path + "/more", headers=good.headers, body=good.body)

    assert (405, "method") == said(shop.call(got))
    assert [(404, "unknown_connection")] * 3 == [
        said(shop.call(each)) for each in (lost, deep, closed.call("orders/paid", PAID))
    ]
    assert [(503, "unavailable"), (500, "failed")] == [
        said(SHOPIFY.failed(good, unavailable=away)) for away in (True, False)
    ]
    assert {"error", "message"} == set(msgspec.json.decode(shop.call(got).body))


def test_a_webhook_of_another_shop_is_refused(shop: Trading) -> None:
    connected = shop.connect("shopify", domain="Tea.myshopify.com")
    answers = [
        ShopifyShop(*connected, domain).call("orders/paid", PAID)
        for domain in ["tea.myshopify.com", "x.myshopify.com"]
    ]

    assert [(200, ""), (403, "other_shop")] == [said(shop.call(call)) for call in answers]


def test_the_test_button_shows_that_the_connection_works_and_writes_nothing(
    shop: Trading, tea: ShopifyShop
) -> None:
    call = SHOPIFY.sign(SHOPIFY.probe(tea.connection), tea.connection, tea.secret)

    assert (200, "test") == (shop.call(call).status, shop.call(call).outcome)
    assert [] == kept(shop, tea)


HUGE = "9" * 40
NASTY: list[tuple[Any, str]] = [
    (b"", "bad_value:body"),
    (b"[]", "bad_value:body"),
    (b'{"id": 1', "bad_value:body"),
    (b"\xff\xfe", "bad_value:body"),
    (PAID | {"id": None}, "bad_value:id"),
    (PAID | {"id": True}, "bad_value:id"),
    (PAID | {"currency": "RUR"}, "bad_value:currency"),
    (PAID | {"updated_at": "yesterday"}, "bad_value:updated_at"),
    (PAID | {"updated_at": "0001-01-01T00:00:00+14:00"}, "bad_value:updated_at"),
    (PAID | {"line_items": {"0": {}}}, "bad_value:line_items"),
    (PAID | {"line_items": [7]}, "bad_value:line_items[0]"),
    (PAID | {"customer": "Anna"}, "bad_value:customer"),
    (PAID | {"line_items": []}, "no_lines"),
    (PAID | {"line_items": [line(1, "cup", 1, 1), line(1, "cup", 1, 1)]}, "line_repeated"),
    (PAID | {"line_items": [line(n, "cup", 1, 100) for n in range(1_001)]}, "too_many_lines"),
    (PAID | {"line_items": [line(1, "cup", 1, 1) | {"price": "-5.00"}]}, "bad_value:line_items[0].price"),
    (PAID | {"line_items": [line(1, "cup", 1, 1) | {"price": "NaN"}]}, "bad_value:line_items[0].price"),
    (PAID | {"line_items": [line(1, "cup", 1, 1) | {"price": HUGE}]}, "bad_value:line_items[0].price"),
    (PAID | {"line_items": [line(1, "cup", 900_000, 1) | {"price": "90000000000.00"}]}, "bad_value:line_items[0].price"),
    (PAID | {"line_items": [line(1, "cup", 1, 1) | {"quantity": "many"}]}, "bad_value:line_items[0].quantity"),
    (PAID | {"line_items": [line(1, "cup", 1, 1) | {"discount_allocations": [{"amount": "-1"}]}]},
     "bad_value:line_items[0].discount_allocations[0].amount"),
    (PAID | {"processed_at": "2090-01-01T00:00:00Z"}, "in_the_future"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(NASTY)))
def test_what_cannot_be_booked_is_reported_by_its_field_and_books_nothing(shop: Trading, case: int) -> None:
    body, outcome = NASTY[case]
    tea = ShopifyShop(*shop.connect("shopify"))
    shop.seen("phone", "+79990000017") or shop.member("+79990000017")
    call = tea.call("orders/paid", PAID)
    call.body = body if isinstance(body, bytes) else msgspec.json.encode(body)

    assert 200 == shop.call(SHOPIFY.sign(call, tea.connection, tea.secret)).status
    shop.work_inbox()
    id_ = tea.connection.connection_id
    shop.until(lambda: all(item.tries for item in shop.house.inbox.items(id_)))
    assert [outcome] == [item.outcome for item in shop.house.inbox.items(id_)]
    assert None is shop.house.views.receipt(f"{id_}:1")


def test_odd_but_readable_orders_are_booked(shop: Trading, tea: ShopifyShop) -> None:
    member = shop.member("+79994000001")
    odd = line(1, "cup", 2, 10_000) | {
        "sku": None,
        "title": "Чашка\x00\u202e" + "х" * 5_000,
        "total_discount": "10.005",
    }
    del odd["discount_allocations"]
    free = line(2, "gift", 1, 0)
    over = line(3, "pen", 1, 100, off=300)
    body = PAID | {"line_items": [odd, free, over], "customer": None, "phone": "89994000001", "refunds": None}
    call = tea.call("orders/paid", body)

    assert 200 == shop.call(call).status
    shop.work_inbox()
    shop.until(lambda: shop.balance(member)[0] > 0)
    assert 949 == shop.balance(member)[0]
    view = shop.house.views.receipt(f"{tea.connection.connection_id}:1")
    assert view is not None
    assert "11" == view.stored.sale.receipt.lines[0].sku


def test_a_topic_that_nobody_asked_for_is_kept_and_ignored(shop: Trading, tea: ShopifyShop) -> None:
    assert 200 == shop.call(tea.call("products/update", {"id": 1})).status
    shop.work_inbox()
    shop.until(lambda: all(item.tries for item in shop.house.inbox.items(tea.connection.connection_id)))
    assert ["topic_ignored"] == [
        item.outcome for item in shop.house.inbox.items(tea.connection.connection_id)
    ]
