"""Who may call, at which address, for which shop; and what cannot be read."""

import json
from typing import Any

import httpx
import pytest
from till_frontol import FrontolTill, Json, cashier, position, slip
from trading import Trading

from kopilka.connectors.frontol import FRONTOL
from kopilka.connectors.frontol.door import signature
from kopilka.connectors.kit.call import Answer, Call

TEA = position(1, "tea-100", 450.0, 2)


def told(answer: Answer) -> Json:
    content: Json = json.loads(answer.body)
    return content


def ask(shop: Trading, till: FrontolTill, document: Json | bytes, **where: str) -> Answer:
    return shop.call(till.call(where.pop("endpoint", "document"), document, **where))


# -- keys and addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (None, 401), ("", 401), ("Basic YTpi", 401), ("FrontolAuth", 403), ("FrontolAuth ", 403),
        ("FrontolAuth 00000000000000000000000000000000", 403), ("FrontolAuth ключ", 403),
    ],
)  # fmt: skip
def test_without_a_key_or_with_a_wrong_one_nothing_is_told_or_written(
    shop: Trading, till: FrontolTill, shown: str | None, status: int
) -> None:
    call = till.call("document", till.document("confirm", till.uid, client=till.client, positions=[TEA]))
    del call.headers["authorization"]
    if shown is not None:
        call.headers["authorization"] = shown
    answer = shop.call(call)

    assert (status, True) == (answer.status, told(answer)["code"] > 0)
    assert shop.house.views.receipt(till.uid) is None


def test_the_signature_is_of_the_bytes_as_they_came(shop: Trading, till: FrontolTill) -> None:
    call = till.call("document", till.document("calculate", till.uid, client=till.client, positions=[TEA]))
    signed = call.headers["authorization"]
    other = Call("POST", call.path, headers={"authorization": signed}, body=call.body + b" ")
    loud = Call("POST", call.path, headers={"authorization": signed.upper()}, body=call.body)

    assert [403, 200] == [shop.call(each).status for each in (other, loud)]


def test_a_key_opens_no_other_connection(shop: Trading, till: FrontolTill) -> None:
    theirs, _ = shop.connect("frontol")
    call = till.call("client", till.common())
    path = f"/frontol/{theirs.connection_id}/client"
    unknown = Call("POST", "/frontol/con_nobody/client", headers=call.headers, body=call.body)

    assert 403 == shop.call(Call("POST", path, headers=call.headers, body=call.body)).status
    assert 403 == shop.call(unknown).status


@pytest.mark.parametrize("between", ["", "/api/loyalty-system", "/a/b/c"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_any_segments_may_stand_before_the_endpoint(
    shop: Trading, till: FrontolTill, between: str, slash: str
) -> None:
    document = till.document("calculate", till.uid, client=till.client, positions=[TEA])
    form = till.common(client=till.client)
    answers = [
        ask(shop, till, document, between=between, slash=slash),
        ask(shop, till, form, between=between, slash=slash, endpoint="client"),
        ask(shop, till, form | {"action": "describe"}, between=between, slash=slash, endpoint="extra/client"),
    ]

    assert [(200, 0)] * 3 == [(each.status, told(each)["code"]) for each in answers]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/frontol/", 404), ("POST", "/frontol/{id}", 404), ("POST", "/frontol/{id}/cards", 404),
        ("GET", "/frontol/{id}/document", 405),
    ],
)  # fmt: skip
def test_other_addresses_are_answered_in_the_protocols_own_shape(
    shop: Trading, method: str, path: str, status: int
) -> None:
    connection, _ = shop.connect("frontol")
    answer = shop.call(Call(method, path.replace("{id}", connection.connection_id)))

    assert (status, {"code", "error"}) == (answer.status, set(told(answer)))


def test_our_own_failure_has_the_protocols_own_shape() -> None:
    call = Call("POST", "/frontol/x/document")
    answers = [FRONTOL.failed(call, unavailable=way) for way in (True, False)]

    assert [(503, 9), (500, 9)] == [(each.status, told(each)["code"]) for each in answers]


@pytest.mark.parametrize("place", ["shop", ""])
def test_the_test_button_works_over_the_socket(shop: Trading, place: str) -> None:
    connection, secret = shop.connect("frontol", shop=place)
    call = FRONTOL.sign(FRONTOL.probe(connection), connection, secret)
    answer = httpx.post(shop.url + call.path, content=call.body, headers=call.headers)

    assert (200, {"code": 0}) == (answer.status_code, answer.json())


def test_the_signature_is_md5_of_the_key_and_the_body() -> None:
    # printf 's3cret{}' | md5sum
    assert "044feac0c6371cf437a924d964af5027" == signature("s3cret", b"{}")
    assert "75cd9b4f9615e793c4b60e14903b230a" == signature("ключ", b"\xff")


# -- shops ------------------------------------------------------------------------------------------------------


def test_a_connection_of_one_shop_does_not_ask_the_till(shop: Trading, till: FrontolTill) -> None:
    till.unit = "whatever"
    till.confirm([TEA], 900)

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert "shop" == seen.stored.sale.receipt.shop


@pytest.mark.parametrize(("unit", "wanted"), [("S2", "second"), ("second", "second"), (7, "shop")])
def test_business_units_are_shops_or_are_listed(shop: Trading, unit: Any, wanted: str) -> None:
    till = FrontolTill(shop, *shop.connect("frontol", shop="", shops="S2=second; 7 = shop"))
    till.unit = unit
    till.confirm([TEA], 900, client=None)

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert wanted == seen.stored.sale.receipt.shop


def test_an_unknown_shop_is_told_by_name_and_books_nothing(shop: Trading) -> None:
    till = FrontolTill(shop, *shop.connect("frontol", shop=""))
    till.unit = "S9"
    answer = till.confirm([TEA], 900, client=None)

    assert (3, True) == (answer["code"], "«S9»" in answer["error"])
    assert shop.house.views.receipt(till.uid) is None


# -- what cannot be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b'{"positions": 5}', b"\xff\xfe", b'{"client": []}']
)
def test_an_unreadable_body_is_told_in_the_protocols_own_shape(
    shop: Trading, till: FrontolTill, body: bytes
) -> None:
    answers = [
        ask(shop, till, body, endpoint=endpoint) for endpoint in ("document", "client", "extra/client")
    ]

    assert [200] * 3 == [each.status for each in answers]
    assert (2, "Документ не прочитан") == (told(answers[0])["code"], told(answers[0])["error"][:20])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": -1}, "price"), ({"totalAmount": -0.01}, "totalAmount"), ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"), ({"quantity": 1e12}, "quantity"), ({"totalAmount": 1e30}, "totalAmount"),
        ({"totalAmount": "NaN"}, "totalAmount"), ({"price": "Infinity"}, "price"), ({"minimumPrice": -5}, "minimumPrice"),
        ({"index": 0}, "index"), ({"index": -3}, "index"), ({"discardedAmount": -1}, "discardedAmount"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["calculate", "payByBonus", "confirm"])
def test_a_wrong_field_is_named_and_nothing_is_written(
    shop: Trading, till: FrontolTill, action: str, change: Json, field: str
) -> None:
    document = till.document(action, till.uid, client=till.client, positions=[TEA | change])
    answer = till.ask("document", document | {"payment": {"amount": 1}})

    assert (2, True) == (answer["code"], f"positions[0].{field}" in answer["error"])
    assert shop.house.views.receipt(till.uid) is None


@pytest.mark.parametrize(
    ("action", "change", "field"),
    [
        ("payByBonus", {"payment": None}, "payment"), ("payByBonus", {"payment": {"amount": 0}}, "payment.amount"),
        ("payByBonus", {"payment": {"amount": -5}}, "payment.amount"), ("confirm", {"uid": ""}, "uid"),
        ("confirm", {"uid": "a\x00b"}, "uid"), ("confirm", {"uid": "x" * 300}, "uid"), ("payByBonus", {"uid": None}, "uid"),
        ("calculate", {"dateTime": "yesterday"}, "dateTime"), ("calculate", {"dateTime": "0001-01-01T00:00:00+1400"}, "dateTime"),
        ("confirm", {"payments": [{"type": "cash", "amount": -1}]}, "payments[0].amount"),
    ],
)  # fmt: skip
def test_a_wrong_document_is_told_by_its_field(
    till: FrontolTill, action: str, change: Json, field: str
) -> None:
    answer = till.ask(
        "document", till.document(action, till.uid, client=till.client, positions=[TEA]) | change
    )

    assert (2, True) == (answer["code"], f" {field}:" in answer["error"]), answer


def test_two_positions_of_one_index_and_more_than_a_thousand_are_refused(till: FrontolTill) -> None:
    twice = till.calculate([TEA, TEA])
    many = till.calculate([position(n, "tea-100", 1) for n in range(1, 1002)])
    most = till.calculate([position(n, "tea-100", 1) for n in range(1, 1001)])

    assert [2, 2, 0] == [each["code"] for each in (twice, many, most)]
    assert "не больше 1000 позиций (1001)" in many["error"]


def test_a_weight_is_sold_and_a_least_price_above_the_price_gives_nothing(till: FrontolTill) -> None:
    weight = till.calculate([position(1, "cocoa", 89.99, 0.333)])
    dear = till.calculate([position(1, "tea-100", 100, minimumPrice=150)])

    assert (14.98, 0.0) == (weight["client"]["availableAmount"], dear["client"]["availableAmount"])


def test_common_fields_may_be_missing(shop: Trading, till: FrontolTill) -> None:
    bare = {
        "action": "confirm", "type": "receipt", "uid": till.uid, "client": till.client,
        "positions": [{"totalAmount": "450.00", "id": 77}], "payments": None, "coupons": None,
    }  # fmt: skip

    assert 0 == till.ask("document", bare)["code"]
    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert [("77", 45_000, 1_000)] == [
        (line.sku, line.sum_minor, line.quantity) for line in seen.stored.sale.receipt.lines
    ]


@pytest.mark.parametrize(
    "at",
    [
        "2026-05-01T10:00:00.000000+0300",
        "2026-05-01T10:00:00",
        "2026-05-01T07:00:00Z",
        "2026-05-01 10:00:00+03:00",
    ],
)
def test_moments_are_read_as_tills_write_them(shop: Trading, till: FrontolTill, at: str) -> None:
    till.confirm([TEA], 900, dateTime=at)

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert "2026-05-01T07:00:00+00:00" == seen.stored.sale.receipt.at.isoformat()


def test_a_till_whose_clock_is_ahead_sells_now(shop: Trading, till: FrontolTill) -> None:
    answer = till.confirm([TEA], 900, dateTime="2099-01-01T00:00:00+0300")

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert (0, True) == (answer["code"], seen.stored.sale.receipt.at <= shop.clock())


@pytest.mark.parametrize(
    ("action", "kind"), [("pay", "receipt"), ("calculate", "refundReceipt"), (None, "receipt")]
)
def test_an_unknown_action_is_told(till: FrontolTill, action: str | None, kind: str) -> None:
    answer = till.ask("document", till.common(action=action, type=kind, uid=till.uid, positions=[TEA]))

    assert (2, True) == (answer["code"], answer["error"].startswith("Неизвестное действие"))


def test_english_is_spoken_where_it_is_set(shop: Trading) -> None:
    till = FrontolTill.opened(shop, points="300", language="en")
    quoted, unread = till.calculate([TEA]), till.calculate([TEA | {"price": -1}])

    assert ({"Bonuses available": "300", "Will be earned": "45 bonuses"}, "Анна П., Base, 300 bonuses") == (
        slip(quoted), cashier(quoted)[0]
    )  # fmt: skip
    assert "Wrong field positions[0].price: a price that is not negative (-1)" == unread["error"]


@pytest.mark.parametrize(
    ("setting", "names"),
    [("both", {"type", "print_type"}), ("type", {"type"}), ("print_type", {"print_type"})],
)
def test_lines_of_slips_name_their_type_as_set(shop: Trading, setting: str, names: set[str]) -> None:
    quoted = FrontolTill.opened(shop, slip_type=setting).calculate([TEA])

    assert {"left", "right"} | names == set(quoted["printingInformation"][0][0])
