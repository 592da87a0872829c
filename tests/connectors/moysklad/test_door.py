"""The door of the MoySklad till: keys, addresses, failures, both languages."""

import json

import httpx
import pytest
from till_moysklad import HEADER, Client
from trading import Trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.moysklad import MOYSKLAD


def test_a_call_with_a_wrong_key_is_refused(shop: Trading, client: Client) -> None:
    answers = [
        httpx.get(f"{shop.url}/moysklad/counterparty", headers=headers)
        for headers in ({}, {HEADER: "wrong"}, {HEADER: client.secret[:-1]})
    ]

    assert [401] * 3 == [answer.status_code for answer in answers]
    assert {9001} == {answer.json()["errors"][0]["code"] for answer in answers}


def test_the_header_is_read_in_any_case_over_the_socket(shop: Trading, client: Client) -> None:
    answer = httpx.get(
        f"{shop.url}/moysklad/counterparty", params={"search": "x", "retailStoreId": "a1"},
        headers={HEADER.upper(): client.secret},
    )  # fmt: skip

    assert (200, {"rows": []}) == (answer.status_code, answer.json())


def test_strange_addresses_are_answered_in_the_protocols_own_shape(shop: Trading, client: Client) -> None:
    answers = [shop.call(client.call(*where)) for where in (("GET", "nothing"), ("PUT", "counterparty"))]

    assert [(404, 9002), (405, 9003)] == [
        (a.status, json.loads(a.body)["errors"][0]["code"]) for a in answers
    ]


def test_an_address_that_is_none_names_nobody(client: Client) -> None:
    body = {"retailStore": {"meta": {"id": "a1"}}, "meta": {"href": "http://[::1"}}

    assert 404 == client.post("counterparty/detail", body)[0]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a":"\\u0000"}', b"[" * 5000]
)
def test_what_is_no_json_object_is_named(shop: Trading, client: Client, body: bytes) -> None:
    answer = shop.call(client.call("POST", "counterparty", body))

    assert 400 == answer.status
    assert json.loads(answer.body)["errors"][0]["code"] in {1000, 1005}


def test_our_own_failures_have_the_protocols_own_shape() -> None:
    answers = [MOYSKLAD.failed(Call("GET", "/moysklad/x"), unavailable=away) for away in (True, False)]

    assert [(503, 9503), (500, 9500)] == [
        (a.status, json.loads(a.body)["errors"][0]["code"]) for a in answers
    ]


def test_the_cashier_is_told_in_the_language_of_the_connection(shop: Trading) -> None:
    texts = []
    for language in ("ru", "en"):
        client = Client(shop, *shop.connect("moysklad", language=language))
        texts.append(client.get("giftcard", name="1")[1]["errors"][0]["error_message"])

    assert ["Подарочный сертификат не найден", "There is no such gift card"] == texts


def test_the_test_button_works_for_one_shop_and_for_several(shop: Trading) -> None:
    for settings in ({}, {"shop": "", "stores": "a1=shop"}):
        connection, secret = shop.connect("moysklad", **settings)
        call = MOYSKLAD.sign(MOYSKLAD.probe(connection), connection, secret)
        assert 200 == shop.call(call).status
