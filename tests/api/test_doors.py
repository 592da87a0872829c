import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kopilka.api.problems import EXPECTED, PROBLEMS, problems_page
from kopilka.api.routes import ROUTES
from kopilka.core.rules.reason import REASONS
from kopilka.words.catalogue import catalogue

HOUSE = Path(__file__).parents[2]


def test_a_call_without_a_key_is_refused(still_shop: Any) -> None:
    for header in ("", "Bearer", "Bearer kk_nobody", "Basic a2V5", "Bearer kk_" + "x" * 300):
        answer = still_shop.call("GET", "/v1/shops", authorization=header)

        assert (401, "unauthorized") == (answer.status_code, answer.json()["code"])
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.scope], ids=lambda route: f"{route.method} {route.path}"
)
def test_each_route_needs_its_scope(still_shop: Any, route: Any) -> None:
    others = [scope for scope in ("receipts", "members:read", "catalogue", "keys") if scope != route.scope]
    secret = still_shop.key(*others)
    path = re.sub(r"\{\w+\}", "x", route.path)

    answer = still_shop.call(route.method, path, {}, authorization=f"Bearer {secret}")

    assert (403, "forbidden") == (answer.status_code, answer.json()["code"])


def test_only_terms_are_for_everybody() -> None:
    assert ["/v1/programmes/{id}/terms"] == [route.path for route in ROUTES if not route.scope]


def test_a_key_of_one_shop_does_not_act_for_another(shop: Any) -> None:
    secret = shop.key("receipts", shop="s1", till="t1")
    shop.post("/v1/receipts/theirs/close", {**shop.receipt(), "shop": "s2"})
    key = {"authorization": f"Bearer {secret}"}

    own = shop.post("/v1/receipts/mine/close", shop.receipt(till="t1"), **key)
    codes = [
        shop.post("/v1/receipts/a/close", {**shop.receipt(), "shop": "s2"}, **key).json()["code"],
        shop.post("/v1/receipts/b/close", shop.receipt(till="t2"), **key).json()["code"],
        shop.post("/v1/receipts/theirs/void", {"at": shop.at}, **key).json()["code"],
        shop.get("/v1/receipts/theirs", **key).json()["code"],
    ]

    assert 200 == own.status_code, own.text
    assert ["other_shop", "other_till", "other_shop", "unknown_receipt"] == codes


def test_a_revoked_key_is_refused(shop: Any) -> None:
    made = shop.post("/v1/keys", {"title": "till 1", "scopes": ["receipts"], "shop": "s1"}).json()
    key = {"authorization": f"Bearer {made['secret']}"}
    before = shop.post("/v1/receipts/quote", shop.receipt(), **key).status_code

    shop.call("DELETE", f"/v1/keys/{made['id']}")

    assert (200, 401) == (before, shop.post("/v1/receipts/quote", shop.receipt(), **key).status_code)
    assert "secret" not in shop.get("/v1/keys").text


def test_nobody_gives_more_rights_than_they_have(shop: Any) -> None:
    secret = shop.key("keys")

    answer = shop.post("/v1/keys", {"title": "x", "scopes": ["admin"]}, authorization=f"Bearer {secret}")

    assert (403, "forbidden") == (answer.status_code, answer.json()["code"])


def test_a_programme_is_checked_compared_and_published(shop: Any) -> None:
    text = shop.house.programmes.versions("club")[0].text
    dearer = text.replace("percent: 10", "percent: 15")
    check = shop.post(
        "/v1/programmes/validate", {"text": text.replace("currency: RUB", "currency: XXX9")}
    ).json()
    changes = shop.post("/v1/programmes/difference", {"text": dearer}, accept_language="ru").json()["changes"]

    def publish(body: str, expected: int) -> Any:
        return shop.post("/v1/programmes/club/versions", {"text": body, "expected_version": expected})

    same, early, done = publish(text, 1), publish(dearer, 0), publish(dearer, 1)

    assert (False, "bad_currency") == (check["valid"], check["mistakes"][0]["code"])
    assert any("10" in change["words"] and "15" in change["words"] for change in changes)
    assert ("same_text", "version_taken", 201) == (
        same.json()["code"],
        early.json()["code"],
        done.status_code,
    )
    assert [1, 2] == [row["version"] for row in shop.get("/v1/programmes/club/versions").json()["versions"]]


def test_mistakes_of_a_programme_are_told_in_words(shop: Any) -> None:
    answer = shop.post(
        "/v1/programmes/x/versions", {"text": "programme: x\n", "expected_version": 0}, accept_language="ru"
    ).json()

    assert "faulty_programme" == answer["code"]
    assert "Не хватает ключа" in answer["errors"][0]["detail"]


def test_products_are_written_all_or_none(shop: Any) -> None:
    rows = [{"sku": f"p{n}", "title": f"Product {n}", "floor": "10.00"} for n in range(5000)]

    written = shop.post("/v1/products", {"products": rows}).json()
    wrong = shop.post("/v1/products", {"products": [*rows[:2], {"sku": "p9", "floor": "-1"}]})
    many = shop.post("/v1/products", {"products": [*rows, {"sku": "x"}]}).json()

    assert {"written": 5000} == written
    assert "products[2].floor" == wrong.json()["errors"][0]["field"]
    assert "too_many_products" == many["errors"][0]["code"]
    assert "10.00" == shop.get("/v1/products/p4999").json()["floor"]


def test_a_new_shop_sells_at_once(shop: Any) -> None:
    put = shop.call("PUT", "/v1/shops/new", {"zone": "Asia/Omsk", "programme": "club"})
    wrong = shop.call("PUT", "/v1/shops/new", {"zone": "Mars/North", "programme": "nothing"}).json()

    sold = shop.post("/v1/receipts/r/close", {**shop.receipt(), "shop": "new"})

    assert (200, 200) == (put.status_code, sold.status_code)
    assert {"zone", "programme"} == {each["field"] for each in wrong["errors"]}


def test_the_system_says_whether_it_lives_and_is_ready(still_shop: Any) -> None:
    answers = [
        still_shop.get(path) for path in ("/health", "/ready", "/metrics", "/v1/openapi.json", "/docs")
    ]

    assert [200] * 5 == [answer.status_code for answer in answers]
    assert b"kopilka_requests_total" in answers[2].content
    assert "3.1.0" == answers[3].json()["openapi"]
    assert b"://" not in answers[4].content


def test_an_unknown_address_and_a_wrong_method_are_told_apart(still_shop: Any) -> None:
    nowhere, deleted = still_shop.get("/v1/nowhere"), still_shop.call("DELETE", "/v1/shops")

    assert (404, 405) == (nowhere.status_code, deleted.status_code)
    assert "GET" == deleted.headers["allow"]


def test_the_page_of_problems_is_current() -> None:
    assert (HOUSE / "docs" / "problems.md").read_text(encoding="utf-8") == problems_page()


def test_each_refusal_of_a_use_case_has_a_problem() -> None:
    rooms = [*(HOUSE / "src/kopilka/usecases").glob("*.py")]
    screens = {"staff.py", "situations.py", "desk_counter.py"}
    connectors = {"connections.py", "verifications.py"}  # no route of the API calls them
    codes = {
        code
        for room in rooms
        if room.name not in screens | connectors
        for code in re.findall(r"Refused\(\s*\"(\w+)\"", room.read_text(encoding="utf-8"))
    }

    assert set() == codes - PROBLEMS.keys() - REASONS.keys()


def test_each_problem_speaks_russian() -> None:
    words = catalogue("ru")
    texts = [kind.title for kind in PROBLEMS.values()] + list(EXPECTED.values())

    assert [] == [text for text in texts if words.raw(text) == text]


def test_each_route_is_documented_with_its_schemas(still_shop: Any) -> None:
    document = msgspec.json.decode(still_shop.get("/v1/openapi.json").content)

    for route in ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert (route.takes is not None) == ("requestBody" in operation), route.path
