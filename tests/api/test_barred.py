"""Lines that a till keeps out of something, over the API."""

from typing import Any


def test_a_line_may_be_kept_out_and_its_order_of_words_is_nothing(shop: Any) -> None:
    receipt = shop.receipt()
    line = {**receipt["lines"][0], "barred": ["spend", "earn", "discount", "count"]}
    body = {**receipt, "lines": [line]}
    turned = {**receipt, "lines": [{**line, "barred": ["earn", "spend", "count", "discount", "spend"][:4]}]}

    first = shop.post("/v1/receipts/barred/close", body)
    again = shop.post("/v1/receipts/barred/close", turned)
    wrong = shop.post("/v1/receipts/quote", {**body, "lines": [{**line, "barred": ["all"]}]})

    assert 200 == first.status_code, first.text
    assert first.json() == again.json()
    assert [] == first.json().get("earned", [])
    assert (422, "lines[0].barred[0]") == (wrong.status_code, wrong.json()["errors"][0]["field"])
