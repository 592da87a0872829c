"""Public terms over HTTP: without a key, in every language at once."""

from typing import Any


def test_terms_are_for_everybody(shop: Any) -> None:
    answer = shop.wait(shop.client.get("/v1/programmes/club/terms"))
    found = answer.json()

    assert (200, "club", 1) == (answer.status_code, found["programme"], found["version"])
    assert {"ru", "en"} == set(found["languages"])
    english = found["languages"]["en"]
    assert ["gets", "points", "spending", "returns", "law"] == [row["id"] for row in english["sections"]]
    assert {"title": "Cashback", "lines": ["10% of what is paid back as points"]} == english["sections"][0][
        "promises"
    ][0]
    assert "Баллами можно оплатить не больше 50" in found["languages"]["ru"]["text"]


def test_terms_of_nothing_are_not_found(shop: Any) -> None:
    answer = shop.wait(shop.client.get("/v1/programmes/none/terms"))

    assert (404, "unknown_programme") == (answer.status_code, answer.json()["code"])
