"""What a till has to print, asked for with `fiscal=1`."""

from typing import Any

VODKA = {
    "sku": "v",
    "title": "Vodka",
    "product_class": "alcohol",
    "alcohol": "vodka",
    "volume_ml": 500,
    "vat": "22",
}


def lines(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"id": id_, "sku": id_, "quantity": quantity, "sum": sum_} for id_, quantity, sum_ in rows]


def test_a_sale_and_its_returns_say_what_to_print(shop: Any) -> None:
    shop.enrol(points="33.0")
    pays = [{"kind": "certificate", "amount": "50.00"}, {"kind": "card", "amount": "17.00"}]
    body = shop.receipt(member={"card": "100"}, spend={}, payments=pays)
    body["lines"] = lines(("a", "3", "100.00"))

    sold = shop.post("/v1/receipts/r1/close?fiscal=1", body).json()["fiscal"]
    foreseen = shop.post("/v1/receipts/r1/returns/quote?fiscal=1", back(shop, "x1")).json()["fiscal"]
    parts = [shop.post("/v1/receipts/r1/returns?fiscal=1", back(shop, f"x{n}")).json() for n in (1, 2, 3)]
    shown = shop.get("/v1/receipts/r1?fiscal=1").json()

    assert ("discount", "67.00", {"1215": "50.00", "1081": "17.00"}) == (
        sold["points"], sold["total"], sold["payments"],
    )  # fmt: skip
    assert [("22.33", "2", "44.66"), ("22.34", "1", "22.34")] == priced(sold)
    assert [[("22.33", "1", "22.33")], [("22.33", "1", "22.33")], [("22.34", "1", "22.34")]] == [
        priced(part["fiscal"]) for part in parts
    ]
    assert foreseen == parts[0]["fiscal"]
    assert sold == shown["fiscal"]
    assert [part["fiscal"] for part in parts] == [row["fiscal"] for row in shown["returns"]]


def back(shop: Any, id_: str) -> dict[str, Any]:
    return {"id": id_, "at": shop.at, "lines": [{"line": "a", "quantity": 1}]}


def priced(fiscal: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(row["price"], row["quantity"], row["sum"]) for row in fiscal["lines"]]


def test_the_catalogue_tells_the_kind_of_drink_and_its_floor_holds(shop: Any) -> None:
    shop.enrol(points="900.0")
    shop.post("/v1/products", {"products": [VODKA]})
    body = shop.receipt(member={"card": "100"}, spend={})
    body["lines"] = lines(("v", "1", "500.00"))

    quoted = shop.post("/v1/receipts/quote?fiscal=1", body).json()

    line = quoted["fiscal"]["lines"][0]
    assert ("409.00", "409.00", "91.00") == (quoted["paid"], line["sum"], line["points"])
    assert ("Vodka", "22") == (line["title"], line["vat"])
    product = shop.get("/v1/products/v").json()
    assert ("vodka", 500) == (product["alcohol"], product["volume_ml"])


def test_a_line_may_tell_its_drink_itself(shop: Any) -> None:
    shop.enrol(points="900.0")
    body = shop.receipt(member={"card": "100"}, spend={})
    body["lines"] = [{**lines(("v", "2", "500.00"))[0], "alcohol": "vodka", "volume_ml": 250}]

    assert "409.00" == shop.post("/v1/receipts/quote", body).json()["paid"]


def test_a_volume_is_whole_and_not_endless(shop: Any) -> None:
    for volume in (-1, 1_000_001, "1.5"):
        answer = shop.post("/v1/products", {"products": [{**VODKA, "volume_ml": volume}]})

        assert (422, "products[0].volume_ml") == (answer.status_code, answer.json()["errors"][0]["field"])


def test_without_asking_nothing_is_said_of_tills(shop: Any) -> None:
    body = shop.receipt("100.00")

    assert "fiscal" not in shop.post("/v1/receipts/quote", body).json()
    assert "fiscal" not in shop.post("/v1/receipts/r1/close", body).json()
