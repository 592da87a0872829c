"""The door of RetailCRM's API: keys, errors in its own shape, the pace, and how the various clients write things."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from crm_site import Site, done
from trading import Trading, trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.retailcrm import RETAILCRM
from kopilka.connectors.retailcrm.door import SECOND
from kopilka.connectors.retailcrm.wire import nested, unwrapped


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def site(shop: Trading) -> Site:
    return Site(shop)


def test_without_a_key_and_with_a_wrong_key_nothing_is_answered(shop: Trading, site: Site) -> None:
    url = f"{shop.url}/api/v5/loyalty/account/create"
    none, wrong = httpx.post(url), httpx.post(url, headers={"X-API-KEY": "wrong"})
    in_form, in_query = (
        httpx.post(url, data={"apiKey": "wrong"}),
        httpx.get(f"{shop.url}/api/credentials?apiKey=x"),
    )

    assert (403, {"success": False, "errorMsg": '"apiKey" is missing.'}) == (none.status_code, none.json())
    for answer in (wrong, in_form, in_query):
        assert (403, {"success": False, "errorMsg": 'Wrong "apiKey" value.'}) == (
            answer.status_code,
            answer.json(),
        )
    assert '"apiKey" is missing.' == httpx.get(f"{shop.url}/api/nowhere").json()["errorMsg"]


def test_a_key_is_taken_from_the_header_the_address_or_the_form(shop: Trading, site: Site) -> None:
    url, key = f"{shop.url}/api/v5/statistic/update", site.key
    answers = (
        httpx.get(url, headers={"X-API-KEY": key}), httpx.get(url, params={"apiKey": key}),
        httpx.post(url, data={"apiKey": key}), httpx.post(url, files={"apiKey": (None, key)}),
    )  # fmt: skip

    assert [200] * 4 == [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/api/v5/nowhere", 404, "Not found"),
        ("GET", "/api/v4/loyalty/loyalties", 404, "Not found"),
        ("GET", "/api/v5/loyalty/account/create/x/y", 404, "Not found"),
        ("DELETE", "/api/v5/loyalty/accounts", 405, "Method not allowed"),
        ("GET", "/api/v5/customers/create/../create", 404, "Not found"),
        ("POST", "/api/v5/loyalty/loyalties", 405, "Method not allowed"),
        ("POST", "/api/v5/loyalty/account/create", 400, "Parameter 'loyaltyAccount' is missing"),
        ("POST", "/api/v5/verification/sms/confirm", 400, "Parameter 'verification' is missing"),
        ("POST", "/api/v5/customers/upload", 400, "Parameter 'customers' is missing"),
    ],
)
def test_an_error_has_its_own_shape_and_is_json(
    site: Site, method: str, path: str, status: int, message: str
) -> None:
    answer = httpx.request(method, f"{site.shop.url}{path}", headers={"X-API-KEY": site.key})

    assert (status, False, message) == (
        answer.status_code,
        answer.json()["success"],
        answer.json()["errorMsg"],
    )
    assert "application/json" == answer.headers["content-type"]


def test_our_own_failures_have_its_own_shape_too() -> None:
    call = Call("GET", "/api/v5/loyalty/accounts")
    away, fallen = (RETAILCRM.failed(call, unavailable=unavailable) for unavailable in (True, False))

    assert ((503, "application/json"), (500, "application/json")) == (
        (away.status, away.kind),
        (fallen.status, fallen.kind),
    )
    assert b'"success":false' in away.body
    assert b'"errorMsg"' in fallen.body


def test_more_calls_than_the_pace_allows_are_put_off(shop: Trading) -> None:
    slow, usual = Site(shop, rate="3"), Site(shop, rate="")
    statuses = [slow.client.api_versions().get_status_code() for _ in range(5)]

    assert [200, 200, 200, 503, 503] == statuses
    shop.clock.ahead += SECOND
    assert done(slow.client.api_versions())
    fast = [
        shop.call(RETAILCRM.sign(Call("GET", "/api/api-versions"), usual.connection, usual.key))
        for _ in range(12)
    ]
    assert [200] * 10 + [503] * 2 == [answer.status for answer in fast]


def test_a_site_may_be_wrapped_named_or_the_only_one(shop: Trading, site: Site) -> None:
    everywhere = Site(shop, place="")
    for n, (where, sent, status) in enumerate([
        (site, '"shop"', 201), (site, '["shop"]', 201), (site, None, 201), (site, "second", 403), (site, "nowhere", 403),
        (everywhere, "second", 201), (everywhere, None, 400), (everywhere, '["second"]', 201), (everywhere, '"', 400),
    ]):  # fmt: skip
        fields: dict[str, Any] = {"customer": {"externalId": f"s{n}"}} | (
            {} if sent is None else {"site": sent}
        )
        answer = where.post("/api/v5/customers/create", fields)
        assert status == answer.status_code, (sent, answer.text)
    missing = everywhere.post("/api/v5/customers/create", {"customer": {"externalId": "none"}}).json()
    assert "Parameter 'site' is missing" == missing["errorMsg"]
    denied = site.post(
        "/api/v5/customers/create", {"customer": {"externalId": "none"}, "site": "second"}
    ).json()
    assert ("Access denied.", ["site"]) == (denied["errorMsg"], list(denied["errors"]))


def test_bitrix_sends_multipart_and_python_an_empty_body(shop: Trading, site: Site) -> None:
    account = '{"phoneNumber":"+79994440001","customer":{"externalId":7}}'
    parts = {"apiKey": (None, site.key), "site": (None, '"shop"'), "loyaltyAccount": (None, account)}
    made = httpx.post(f"{shop.url}/api/v5/loyalty/account/create", files=parts)  # type: ignore[arg-type]
    assert (201, "7") == (made.status_code, made.json()["loyaltyAccount"]["customer"]["externalId"])

    id_ = made.json()["loyaltyAccount"]["id"]
    activated = httpx.post(
        f"{shop.url}/api/v5/loyalty/account/{id_}/activate", headers={"X-API-KEY": site.key}
    )
    assert (200, True) == (activated.status_code, activated.json()["loyaltyAccount"]["active"])
    assert made.json()["loyaltyAccount"]["customer"]["id"] == done(site.client.customer(7))["customer"]["id"]


def test_bodies_that_are_no_forms_are_refused(shop: Trading, site: Site) -> None:
    url = f"{shop.url}/api/v5/customers/create"
    form, key = "application/x-www-form-urlencoded", {"X-API-KEY": site.key}
    for kind, body in (
        (form, b"\xff\xfe=%ff"),
        ("multipart/form-data; boundary=x", b"nothing"),
        (form, b"customer={"),
    ):
        answer = httpx.post(url, content=body, headers={**key, "content-type": kind})
        assert (400, False) == (answer.status_code, answer.json()["success"])


def test_parameters_are_nested_as_php_nests_them() -> None:
    pairs = [
        ("a[b][]", "1"),
        ("a[b][]", "2"),
        ("a[c][0]", "3"),
        ("d", "x"),
        ("d", "y"),
        ("e[f][g]", "4"),
        ("h[", "5"),
    ]

    assert {"a": {"b": ["1", "2"], "c": ["3"]}, "d": "y", "e": {"f": {"g": "4"}}, "h": "5"} == nested(pairs)
    assert nested([("a" + "[b]" * 5000, "1")])
    assert ["shop", "shop", "shop", ""] == [
        unwrapped(each) for each in ("shop", ' "shop" ', '["shop","x"]', "[]")
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v5/customers/%00", "/api/v5/customers/a?site=%00", "/api/v5/loyalty/account/%00",
        "/api/v5/loyalty/accounts?filter[customerExternalId]=%00", "/api/v5/loyalty/accounts?filter[customer]=%00",
        "/api/v5/verification/sms/%00/status", "/api/v5/loyalty/bonus/operations?cursor=%00",
        "/api/v5/customer-interaction/%00/cart/1", "/api/v5/customers?filter[ids][]=%00", "/api/v5/customers?%00=1",
    ],
)  # fmt: skip
def test_what_no_text_may_hold_is_refused(site: Site, path: str) -> None:
    answer = site.shop.call(RETAILCRM.sign(_call(path), site.connection, site.key))

    assert answer.status in {400, 404}, answer.body


def _call(path: str) -> Call:
    bare, _, query = path.partition("?")
    return Call("GET", bare, query=parse_qsl(query, keep_blank_values=True))
