"""The door of Evotor's cloud: tokens, accounts, mistakes, failures."""

import json
from typing import Any

import httpx
import pytest
from till_evotor import Cloud, document, event, item, receipt, registered, uuid_from
from trading import Trading

from kopilka.connectors.evotor import EVOTOR
from kopilka.connectors.kit.call import Call

TEA = item("tea-100", 2, 100)
PATHS = (
    "receipts", "api/v1/receipt", "api/v2/receipts", "", "events", "api/v1/inventories/stores/5/documents", "documents",
)  # fmt: skip


def errors(cloud: Cloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cloud.last.body)["errors"]
    return found


def test_a_call_with_a_wrong_key_is_refused_and_nothing_is_stored(shop: Trading, cloud: Cloud) -> None:
    body = event(receipt(uuid_from("stranger"), TEA))
    answers = [
        httpx.post(f"{shop.url}/evotor/api/v2/receipts", json=body, headers=headers)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": cloud.secret})
    ]

    assert [(401, {"errors": [{"code": 1001}]})] * 3 == [(a.status_code, a.json()) for a in answers]
    assert [] == shop.rows("SELECT 1 FROM personal.inbox WHERE delivery_id LIKE '%%stranger%%'")


@pytest.mark.parametrize("path", PATHS)
def test_receipts_are_taken_at_every_address(cloud: Cloud, path: str) -> None:
    answers = [cloud.shop.call(cloud.call(path, b"[]", method)) for method in ("POST", "PUT")]

    assert [(200, b"{}")] * 2 == [(answer.status, answer.body) for answer in answers]


def test_the_owner_gets_the_token_that_the_cloud_shows(shop: Trading, cloud: Cloud) -> None:
    for path, name in (("api/v1/user/create", "userUuid"), ("api/v1/user/verify", "userId")):
        cloud.send({name: "01-000000000000001"}, path)
        told = json.loads(cloud.last.body)
        assert (cloud.secret, "01-000000000000001", False) == (
            told["token"],
            told["userUuid"],
            told["hasBilling"],
        )
    assert 200 == cloud.send({"userId": "01-000000000000001", "token": "theirs"}, "user/token")
    answer = httpx.post(
        f"{shop.url}/evotor/user/create", json={"userUuid": "u"}, auth=("kopilka", cloud.secret)
    )
    assert cloud.secret == answer.json()["token"]
    assert 400 == cloud.send({}, "user/create")
    assert [{"code": 2002, "reason": "missing", "subject": "userId"}] == errors(cloud)


def test_what_points_do_not_depend_on_is_heard(cloud: Cloud) -> None:
    for path in ("installation/event", "subscription/event"):
        assert 200 == cloud.send({"id": "1", "type": "ApplicationInstalled", "data": {"userId": "u"}}, path)
    assert 200 == cloud.send([{"uuid": "5", "name": "Магазин"}], "api/v1/inventories/stores", "PUT")
    assert 200 == cloud.send({"id": "1", "type": "SomethingElse", "data": {"id": "9"}})
    assert [] == cloud.items()


@pytest.mark.parametrize(
    ("change", "code", "subject"),
    [
        ({"id": None}, 2002, "data.uuid"),
        ({"items": None}, 2002, "data.items"),
        ({"items": []}, 2002, "data.items"),
        ({"items": {}}, 2003, "data.items"),
        ({"items": [TEA | {"id": ""}]}, 2002, "data.items[0].id"),
        ({"items": [TEA | {"quantity": 0}]}, 2003, "data.items[0].quantity"),
        ({"items": [TEA | {"quantity": "много"}]}, 2003, "data.items[0].quantity"),
        ({"items": [TEA | {"sumPrice": None}]}, 2002, "data.items[0].sumPrice"),
        ({"items": [TEA | {"sumPrice": 1e30}]}, 2003, "data.items[0].sumPrice"),
        ({"items": [TEA | {"discount": 300}, TEA], "totalAmount": 100}, 2003, "data.items[0].discount"),
        ({"items": [TEA] * 1001, "totalAmount": None}, 2003, "data.items"),
        ({"dateTime": "вчера"}, 2003, "data.dateTime"),
        ({"dateTime": "0001-01-01T00:00:00"}, 2003, "data.dateTime"),
        ({"storeId": ["x"]}, 2003, "data.storeId"),
    ],
)
def test_a_mistake_is_named_in_the_protocols_own_shape(
    cloud: Cloud, change: Any, code: int, subject: str
) -> None:
    data = receipt(uuid_from("wrong"), TEA) | change

    assert 400 == cloud.send(event(data, "wrong-event"))
    reason = "missing" if code == 2002 else "incorrect"
    assert [{"code": code, "reason": reason, "subject": subject}] == errors(cloud)
    assert [] == cloud.items()


def test_one_wrong_receipt_does_not_keep_the_others_out(shop: Trading, cloud: Cloud) -> None:
    good, bad = receipt(uuid_from("good"), TEA), receipt(uuid_from("bad"), TEA | {"quantity": 0})

    assert 400 == cloud.send([good, bad])
    assert ["[1].items[0].quantity"] == [row["subject"] for row in errors(cloud)]
    assert shop.house.views.receipt(uuid_from("good")) is not None


def test_a_wrong_document_is_named_too(cloud: Cloud) -> None:
    cloud.send([document(uuid_from("d"), registered("", 1, 1))], "documents", "PUT")

    assert ["[0].transactions[1].commodityUuid"] == [row["subject"] for row in errors(cloud)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"7", b"[null]", b"\xff", b'{"id":"\\u0000"}', b"[" * 9000]
)
def test_what_is_no_receipt_is_an_error(cloud: Cloud, body: bytes) -> None:
    assert 400 == cloud.send(body)
    assert errors(cloud)[0]["code"] in {2001, 2002, 2003}


def test_strange_addresses_and_our_failures_have_the_protocols_own_shape(shop: Trading, cloud: Cloud) -> None:
    statuses = [
        shop.call(cloud.call(path, b"{}", method)).status
        for path, method in (("x/y", "POST"), ("receipts", "GET"))
    ]
    failures = [EVOTOR.failed(Call("POST", "/evotor/x"), unavailable=away) for away in (True, False)]

    assert [404, 405] == statuses
    assert [(503, 5003), (500, 5000)] == [
        (a.status, json.loads(a.body)["errors"][0]["code"]) for a in failures
    ]


def test_the_test_button_works(shop: Trading) -> None:
    connection, secret = shop.connect("evotor")

    assert 200 == shop.call(EVOTOR.sign(EVOTOR.probe(connection), connection, secret)).status
