from typing import Any

import pytest

HUGE = "9" * 30
TABLE: list[tuple[str, Any, str, str]] = [
    ("shop", None, "shop", "wrong"),
    ("shop", "", "shop", "wrong"),
    ("shop", "x" * 129, "shop", "wrong"),
    ("shop", "nul\0", "shop", "bad_text"),
    ("at", "2026-11-21T12:00:00", "at", "wrong"),
    ("at", "yesterday", "at", "wrong"),
    ("at", 5, "at", "wrong"),
    ("at", "0001-01-01T00:00:00+03:00", "at", "bad_moment"),
    ("at", "9999-12-31T23:59:59-03:00", "at", "bad_moment"),
    ("currency", "RUX", "currency", "unknown_currency"),
    ("currency", "rub", "currency", "unknown_currency"),
    ("currency", 643, "currency", "wrong"),
    ("lines", [], "lines", "too_many_lines"),
    ("lines", {}, "lines", "wrong"),
    ("lines", None, "lines", "wrong"),
    ("lines[0].id", None, "lines[0].id", "wrong"),
    ("lines[0].id", "", "lines[0].id", "wrong"),
    ("lines[0].sku", 7, "lines[0].sku", "wrong"),
    ("lines[0].sum", "-1.00", "lines[0].sum", "wrong"),
    ("lines[0].sum", -1, "lines[0].sum", "wrong"),
    ("lines[0].sum", 10.5, "lines[0].sum", "wrong"),
    ("lines[0].sum", HUGE, "lines[0].sum", "wrong"),
    ("lines[0].sum", int(HUGE), "lines[0].sum", "wrong"),
    ("lines[0].sum", "1,50", "lines[0].sum", "wrong"),
    ("lines[0].sum", "1e3", "lines[0].sum", "wrong"),
    ("lines[0].sum", "NaN", "lines[0].sum", "wrong"),
    ("lines[0].sum", "١٠", "lines[0].sum", "wrong"),
    ("lines[0].sum", "1.005", "lines[0].sum", "too_many_digits"),
    ("lines[0].sum", True, "lines[0].sum", "wrong"),
    ("lines[0].quantity", "-1", "lines[0].quantity", "wrong"),
    ("lines[0].quantity", "0.0001", "lines[0].quantity", "wrong"),
    ("lines[0].quantity", "1000000.001", "lines[0].quantity", "wrong"),
    ("lines[0].quantity", HUGE, "lines[0].quantity", "wrong"),
    ("lines[0].given", "-1", "lines[0].given", "wrong"),
    ("lines[0].floor", "x", "lines[0].floor", "wrong"),
    ("lines[0].title", "x" * 1001, "lines[0].title", "wrong"),
    ("lines[0].category", "dairy", "lines[0].category", "wrong"),
    ("lines[0].category", [1], "lines[0].category[0]", "wrong"),
    ("lines[0].promo", "yes", "lines[0].promo", "wrong"),
    ("lines[0].sun", "1", "lines[0].sun", "unknown_field"),
    ("lines[1]", {"id": "1", "sku": "b", "sum": "1"}, "lines[1].id", "duplicate"),
    ("delivery", {"id": "1", "sum": "1"}, "delivery.id", "duplicate"),
    ("delivery", {}, "delivery.sum", "required"),
    ("member", {}, "member", "one_identifier"),
    ("member", {"card": "1", "phone": "+79160000000"}, "member", "one_identifier"),
    ("member", {"phone": "12"}, "member.phone", "bad_identifier"),
    ("member", {"email": "nobody"}, "member.email", "bad_identifier"),
    ("member", "100", "member", "wrong"),
    ("payments", [{"kind": "barter", "amount": "1"}], "payments[0].kind", "wrong"),
    ("payments", [{"kind": "cash", "amount": "-1"}], "payments[0].amount", "wrong"),
    ("codes", [""], "codes[0]", "wrong"),
    ("choice", 5, "choice", "wrong"),
    ("choice", "x" * 129, "choice", "wrong"),
    ("spend", {"points": "-5"}, "spend.points", "wrong"),
    ("spend", {"points": "0.05"}, "spend.points", "too_many_digits"),
    ("spend", True, "spend", "wrong"),
    ("given", "-1", "given", "wrong"),
    ("stated", {"lines": {"7": "1"}}, "stated.lines.7", "unknown_line"),
    ("stated", {"lines": {"1": "-1"}}, "stated.lines.1", "wrong"),
    ("sold", 1, "sold", "wrong"),
    ("colour", "red", "colour", "unknown_field"),
]


def spoiled(body: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The receipt with one value put in."""
    if not place.startswith("lines["):
        return {**body, place: value}
    number, _, name = place.removeprefix("lines[").partition("]")
    lines = [dict(line) for line in body["lines"]]
    if name:
        lines[int(number)][name.lstrip(".")] = value
    else:
        lines.insert(int(number), value)
    return {**body, "lines": lines}


@pytest.mark.parametrize(("place", "value", "field", "code"), TABLE, ids=lambda each: str(each)[:30])
def test_a_wrong_field_is_named(still_shop: Any, place: str, value: Any, field: str, code: str) -> None:
    before = still_shop.written()

    answer = still_shop.post("/v1/receipts/bad/close", spoiled(still_shop.receipt(), place, value))

    assert (422, "invalid") == (answer.status_code, answer.json()["code"]), answer.text
    assert (field, code) in [(each["field"], each["code"]) for each in answer.json()["errors"]], answer.text
    assert before == still_shop.written()


@pytest.mark.parametrize("field", ["shop", "at", "currency", "lines"])
def test_a_missing_field_is_named(still_shop: Any, field: str) -> None:
    body = still_shop.receipt()
    del body[field]

    answer = still_shop.post("/v1/receipts/bad/close", body).json()

    assert [(field, "required")] == [(each["field"], each["code"]) for each in answer["errors"]]


def test_all_mistakes_of_a_receipt_are_told_at_once(still_shop: Any) -> None:
    body = still_shop.receipt("-1", "x", at="never", currency="XXX9", spend={"points": "-1"})

    answer = still_shop.post("/v1/receipts/bad/close", body).json()

    fields = {each["field"] for each in answer["errors"]}
    assert {"at", "currency", "lines[0].sum", "lines[1].sum", "spend.points"} == fields


def test_the_thousandth_line_is_taken_and_the_next_one_is_not(still_shop: Any) -> None:
    thousand = still_shop.receipt(*["1.00"] * 1000)
    more = still_shop.receipt(*["1.00"] * 1001)

    taken = still_shop.post("/v1/receipts/quote", thousand)
    refused = still_shop.post("/v1/receipts/quote", more).json()

    assert "1000.00" == taken.json()["goods"]
    assert [("lines", "too_many_lines")] == [(each["field"], each["code"]) for each in refused["errors"]]
    assert "1 000" in refused["errors"][0]["detail"].replace("\u00a0", " ").replace(",", " ")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b'"x"', 422, "invalid"),
        (b'{"shop": "\xff\xfe"}', 400, "bad_utf8"),
        (b"\x00", 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b'{"shop": ' + b"1" * 5_000_000 + b"}", 413, "too_large"),
    ],
    ids=["empty", "broken", "null", "list", "text", "latin", "nul", "deep", "large"],
)
def test_a_body_that_is_no_receipt_is_refused(still_shop: Any, body: bytes, status: int, code: str) -> None:
    answer = still_shop.post("/v1/receipts/bad/close", body)

    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_a_quantity_of_nothing_is_no_mistake(still_shop: Any) -> None:
    body = still_shop.receipt()
    body["lines"][0]["quantity"] = 0

    assert 200 == still_shop.post("/v1/receipts/quote", body).status_code


def test_words_follow_the_language_of_the_reader(still_shop: Any) -> None:
    russian = still_shop.post("/v1/receipts/x/close", {}, accept_language="ru-RU,ru;q=0.9").json()
    english = still_shop.post("/v1/receipts/x/close", {}, accept_language="en").json()

    assert ("Это поле обязательно.", "This field is required.") == (
        russian["errors"][0]["detail"],
        english["errors"][0]["detail"],
    )


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"shop": "nowhere"}, 404, "unknown_shop"),
        ({"member": {"card": "nobody"}}, 404, "unknown_member"),
        ({"currency": "KZT"}, 422, "other_currency"),
        ({"at": "2090-01-01T00:00:00Z"}, 422, "in_the_future"),
    ],
)
def test_what_cannot_be_is_refused_in_business_terms(
    still_shop: Any, change: dict[str, Any], status: int, code: str
) -> None:
    answer = still_shop.post("/v1/receipts/bad/close", {**still_shop.receipt(), **change})

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert f"/problems/{code}" == answer.json()["type"]
