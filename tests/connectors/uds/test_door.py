"""The door: keys, headers, languages, errors in UDS's own shape, and nasty input."""

import pytest
from till_uds import Company, sale
from trading import Trading

from kopilka.connectors.kit.call import Call
from kopilka.connectors.uds import UDS
from kopilka.connectors.uds.wire import UdsError
from kopilka.usecases.members import MemberChange, PersonChange


def test_a_wrong_key_is_refused(company: Company, phone: str) -> None:
    stranger = company.shop.call(Call("GET", "/partner/v2/settings"))
    company.secret += "x"
    wrong = company.answer("GET", "settings")

    assert [401, 401] == [stranger.status, wrong.status]
    assert b'"errorCode":"unauthorized"' in wrong.body
    assert ("WWW-Authenticate", 'Basic realm="UDS"') in wrong.headers
    assert 401 == company.ask("POST", "operations", sale(10, 10, phone=phone))[0]
    assert None is company.shop.seen("phone", phone)


def test_a_key_with_another_companys_id_is_forbidden(shop: Trading) -> None:
    one, other = Company(shop), Company(shop)
    one.secret = other.secret

    assert (403, "forbidden", "") == one.wrong("GET", "settings")


def test_answers_bear_ids_and_moments(company: Company) -> None:
    answer = company.answer("GET", "settings", X_Origin_Request_Id="8c828ee7-e7b2-4631-a3e4-b18987962556")
    headers = dict(answer.headers)
    odd = dict(company.answer("GET", "settings", X_Origin_Request_Id="x" * 300).headers)

    assert "8c828ee7-e7b2-4631-a3e4-b18987962556" == headers["X-Origin-Request-Id"]
    assert 36 == len(headers["X-Request-Id"])
    assert headers["X-Timestamp"].endswith("Z")
    assert "X-Origin-Request-Id" not in odd


def test_errors_have_the_own_shape_of_uds_and_the_callers_language(company: Company) -> None:
    def said(**headers: str) -> str:
        status, content = company.ask("POST", "operations/calc", {"receipt": {"total": 10}}, **headers)
        assert (400, "badRequest", "code") == (status, content["errorCode"], content["errors"][0]["field"])
        return str(content["errors"][0]["message"])

    assert "Укажите ровно одно: code, phone или uid" == said() == said(Accept_Language="ru-RU,en;q=0.5")
    assert "Name exactly one of code, phone and uid" == said(Accept_Language="en-US,en;q=0.9,ru;q=0.1")
    english = Company(company.shop, language="en")
    assert "Not found" == english.ask("GET", "goods")[1]["message"]


def test_a_failure_of_ours_has_the_own_shape_of_uds() -> None:
    away, mistake = (
        UDS.failed(Call("GET", "/x"), unavailable=True),
        UDS.failed(Call("GET", "/x"), unavailable=False),
    )

    assert [(503, "serviceUnavailable"), (500, "internalError")] == [
        (each.status, each.outcome) for each in (away, mistake)
    ]
    assert b'"errorCode":"serviceUnavailable"' in away.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "goods"), ("POST", "goods"), ("GET", "goods/1"), ("PUT", "goods/external/a"), ("DELETE", "goods/1"),
        ("GET", "goods-orders/1"), ("POST", "goods-orders/1/complete"), ("POST", "image-upload-url"), ("GET", ""),
        ("PATCH", "settings"), ("GET", "customers/1/2/3"), ("GET", "operations/12345678901234567890"),
        ("GET", "customers/99999999"), ("GET", "customers/%D0%BF"), ("GET", "vouchers/x/512.png"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(company: Company, method: str, path: str) -> None:
    status, content = company.ask(method, path, {} if method != "GET" else None)

    assert (404, "notFound") == (status, content["errorCode"])


NASTY: list[tuple[object, str]] = [
    (b"{", "body"),
    (b"\xff\xfe", "body"),
    (b"[]", "body"),
    (b"null", "body"),
    ({}, "receipt"),
    ({"receipt": []}, "receipt"),
    ({"receipt": {}}, "receipt.total"),
    ({"receipt": {"total": None}}, "receipt.total"),
    ({"receipt": {"total": "x"}}, "receipt.total"),
    ({"receipt": {"total": True}}, "receipt.total"),
    ({"receipt": {"total": 0}}, "receipt.total"),
    ({"receipt": {"total": -5}}, "receipt.total"),
    ({"receipt": {"total": "NaN"}}, "receipt.total"),
    ({"receipt": {"total": "Infinity"}}, "receipt.total"),
    (b'{"receipt": {"total": 1e400}}', "receipt.total"),
    (b'{"receipt": {"total": 99999999999999999999}}', "receipt.total"),
    ({"receipt": {"total": 10, "skipLoyaltyTotal": -1}}, "receipt.skipLoyaltyTotal"),
    ({"receipt": {"total": 10, "skipLoyaltyTotal": 11}}, "receipt.skipLoyaltyTotal"),
    ({"receipt": {"total": 10, "skipLoyaltyTotal": 6, "unredeemableTotal": 6}}, "receipt.skipLoyaltyTotal"),
    ({"receipt": {"total": 10, "points": -1}}, "receipt.points"),
    ({"receipt": {"total": 10, "cash": -1}}, "receipt.cash"),
    ({"receipt": {"total": 10}}, "receipt.cash"),
    ({"receipt": {"total": 10, "cash": 10}}, "code"),
    ({"code": "", "participant": {}, "receipt": {"total": 10, "cash": 10}}, "code"),
    ({"code": "1", "participant": {"phone": "+79990000001"}, "receipt": {"total": 10, "cash": 10}}, "phone"),
    ({"participant": {"phone": "12"}, "receipt": {"total": 10, "cash": 10}}, "phone"),
    ({"participant": {"phone": "не номер"}, "receipt": {"total": 10, "cash": 10}}, "phone"),
    ({"participant": [], "receipt": {"total": 10, "cash": 10}}, "participant"),
    ({"code": {"a": 1}, "receipt": {"total": 10, "cash": 10}}, "code"),
    ({"code": "1\u0000", "receipt": {"total": 10, "cash": 10}}, "code"),
    ({"nonce": "n" * 101, "receipt": {"total": 10, "cash": 10}}, "nonce"),
    ({"tags": ["x"], "receipt": {"total": 10, "cash": 10}}, "tags"),
    ({"cashier": "k", "receipt": {"total": 10, "cash": 10}}, "cashier"),
]


@pytest.mark.parametrize(("body", "field"), NASTY)
def test_nasty_sales_are_refused_by_field_and_write_nothing(
    company: Company, body: object, field: str
) -> None:
    before = company.shop.rows("SELECT count(*) FROM receipt")

    got = company.wrong("POST", "operations", body)

    assert (400, "badRequest", field) == got
    assert before == company.shop.rows("SELECT count(*) FROM receipt")


def test_wrong_codes_end_in_a_pause(company: Company) -> None:
    answers = [company.ask("GET", f"customers/find?code=00{n:04}x")[0] for n in range(32)]

    assert [404] * 30 + [429] * 2 == answers


def test_no_person_stands_in_the_log_of_calls(company: Company, phone: str) -> None:
    company.shop.member(phone)
    company.done("GET", f"customers/find?phone={phone}")
    company.shop.wait(company.shop.front.dealing.flush())

    calls = company.shop.house.connections.calls(company.connection.connection_id)

    assert [("/partner/v2/customers/find", 200)] == [(call.address, call.status) for call in calls]


@pytest.mark.parametrize(
    "query",
    ["max=0", "max=51", "max=x", "max=-1", "offset=10001", "offset=1.5", "cursor=nonsense", "cursor=W10"],
)
@pytest.mark.parametrize("path", ["customers", "operations"])
def test_pages_are_asked_for_within_limits(company: Company, path: str, query: str) -> None:
    assert (400, "badRequest", query.split("=", maxsplit=1)[0]) == company.wrong("GET", f"{path}?{query}")


def test_a_customer_is_told_with_all_that_is_known(company: Company, phone: str) -> None:
    shop = company.shop
    member = shop.member(phone, points="12.5", email="anna@example.org")
    company.done("POST", "operations", sale(6000, 6000, phone=phone))
    number = company.done("GET", f"customers/find?phone={phone}")["user"]["participant"]["id"]

    user = company.done("GET", f"customers/{number}")

    assert (phone, "anna@example.org", "NOT_SPECIFIED", None) == (
        user["phone"], user["email"], user["gender"], user["birthDate"],
    )  # fmt: skip
    told = user["participant"]
    assert (number, 312.5, 10, 6000, 1, "gold") == (
        told["id"], told["points"], told["cashbackRate"], told["cashSpent"], told["operationsCount"],
        told["membershipTier"]["uid"],
    )  # fmt: skip
    assert told["lastTransactionTime"] >= told["dateCreated"]
    assert shop.seen("member", member)


def test_tags_of_a_customer_are_replaced(shop: Trading, phone: str) -> None:
    company = Company(shop, tags="vip, гость")
    shop.member(phone)
    number = company.done("GET", f"customers/find?phone={phone}")["user"]["participant"]["id"]
    ids = {row["name"]: row["id"] for row in company.done("GET", "tags")["rows"]}

    both = company.done("POST", f"customers/{number}/tags", {"ids": [ids["vip"], ids["гость"]]})
    one = company.done("POST", f"customers/{number}/tags", {"ids": [ids["гость"]]})

    assert ["vip", "гость"] == [row["name"] for row in both["rows"]]
    assert (
        one
        == company.done("GET", f"customers/{number}/tags")
        == {"rows": [{"id": ids["гость"], "name": "гость"}], "total": 1}
    )
    assert one["rows"] == company.done("GET", f"customers/{number}")["tags"]
    assert (400, "badRequest", "ids") == company.wrong("POST", f"customers/{number}/tags", {"ids": [1.5]})
    assert {"rows": [], "total": 0} == company.done("POST", f"customers/{number}/tags", {"ids": []})


def test_tags_that_customers_were_told_with_are_among_all_tags(shop: Trading, phone: str) -> None:
    company = Company(shop, tags="vip")
    member = shop.member(phone)
    change = MemberChange(tags=("ручная", "vip"))
    shop.house.members.change(member, change, PersonChange(), (), "staff")

    told = company.done("GET", f"customers/find?phone={phone}")["user"]["tags"]
    listed = company.done("GET", "tags")

    assert ["vip", "ручная"] == [row["name"] for row in told]
    assert all(row in listed["rows"] for row in told)
    assert listed["total"] == len(listed["rows"])


def test_an_error_says_its_value() -> None:
    content = UdsError("insufficientFunds", "receipt.points", "9999").content("ru")

    assert {
        "errorCode": "insufficientFunds", "message": "Недостаточно баллов",
        "errors": [
            {"errorCode": "insufficientFunds", "message": "Недостаточно баллов", "field": "receipt.points", "value": "9999"}
        ],
    } == content  # fmt: skip
