"""Why 87 and not 90 is one call, in the language of the reader; a quote explains itself in a line and a sentence."""

from typing import Any


def bought(shop: Any) -> None:
    shop.enrol(points="60.0")
    body = shop.receipt("1800.00", spend={"points": "60"}, member={"card": "100"})
    assert shop.post("/v1/receipts/r1/close", body).status_code == 200


def test_a_past_receipt_says_why_174_points_and_not_180(shop: Any) -> None:
    bought(shop)

    answer = shop.get("/v1/receipts/r1/explanation?expected=180", accept_language="ru").json()

    assert "174.0" == answer["difference"]["points"]
    assert ["60 ₽ оплачено баллами: на них новые не начисляются"] == plain(answer["difference"]["below"])
    assert "К оплате" == answer["tree"]["words"]
    assert "1740.00" == answer["tree"]["amount"]
    assert len(answer["cashier"]) <= 80
    assert "Кешбэк: 10 % от 1 740 ₽ = 174 бонуса" in bare(answer["trace"])


def test_the_amounts_of_a_tree_sum_to_what_was_paid(shop: Any) -> None:
    bought(shop)

    tree = shop.get("/v1/receipts/r1/explanation").json()["tree"]

    cents = [int(node["amount"].replace(".", "")) for node in tree["below"] if node.get("amount")]
    assert 174_000 == sum(cents)


def test_a_number_that_nothing_explains_is_told_so_with_the_arithmetic(shop: Any) -> None:
    bought(shop)

    found = shop.get("/v1/receipts/r1/explanation?expected=9999", accept_language="en").json()["difference"]

    assert "expected_points_unknown" == found["code"]
    assert {"why_earned", "expected_instead"} == {node["code"] for node in found["below"]}


def test_a_return_is_explained_with_its_receipt(shop: Any) -> None:
    bought(shop)
    line = shop.get("/v1/receipts/r1").json()["lines"][0]["id"]
    back = {"id": "b1", "at": shop.at, "lines": [{"line": line, "quantity": "1"}]}
    assert shop.post("/v1/receipts/r1/returns", back).status_code == 200

    returned = shop.get("/v1/receipts/r1/explanation", accept_language="en").json()["returns"]

    assert ["-1740.00"] == [node["amount"] for node in returned]
    assert ["why_return_line", "why_return_back", "why_return_taken"] == [
        n["code"] for n in returned[0]["below"]
    ]


def test_a_quote_says_the_smallest_change_that_gives_more(shop: Any) -> None:
    shop.enrol()

    asked = shop.receipt("4760.00", member={"card": "100"})
    answer = shop.post("/v1/receipts/quote?explain=1", asked, accept_language="ru").json()

    assert "ещё 240 ₽ — и скидка 300 ₽" == bare(answer["unlock"])
    assert "+476 бонусов · ещё 240 ₽ — и скидка 300 ₽" == bare(answer["cashier"])
    assert bare(answer["customer"]).startswith(
        "К оплате 4 760 ₽. За покупку: +476 бонусов, потратить можно по "
    )


def test_what_cannot_be_answered_is_refused(shop: Any) -> None:
    bought(shop)

    codes = {
        path: shop.get(f"/v1/receipts/{path}").json()["code"]
        for path in (
            "none/explanation",
            "r1/explanation?expected=many",
            "r1/explanation?expected=1.005",
            "r1/explanation?expected=NaN",
            "r1/explanation?expected=1e30",
            "r1/explanation?expected=5&kind=coffee",
            "r1/explanation?expected=5&of=love",
        )
    }

    assert ["unknown_receipt", *["bad_amount"] * 4, "unknown_points", "bad_query"] == list(codes.values())


def test_a_key_of_another_shop_learns_nothing(shop: Any) -> None:
    bought(shop)
    other = shop.key("receipts", shop="s2")

    answer = shop.wait(shop.ask("GET", "/v1/receipts/r1/explanation", authorization=f"Bearer {other}"))

    assert 404 == answer.status_code


def plain(nodes: list[dict[str, Any]]) -> list[str]:
    return [bare(node["words"]) for node in nodes]


def bare(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
