"""Goods come back: in part, whole, twice, before their sale, of sales that are unknown or of another door."""

import httpx
from till_frontol import FrontolTill, cashier, position, slip
from trading import Trading

TEA = position(1, "tea-100", 450.0, 2)


def test_a_part_comes_back_line_by_line_and_a_repeat_changes_nothing(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    till.confirm([TEA], 800, 100)
    one = TEA | {"quantity": 1.0, "totalAmount": 450.0, "referenceIndex": 1}
    answers = [till.refund([one], uid=uid) for uid in (till.back, "{" + till.back.upper() + "}")]

    assert {"Возвращено на счёт": "50 бонусов", "Списано за возврат": "20 бонусов"} == slip(answers[0])
    assert answers[0] == answers[1]
    assert 27_000 == shop.balance(anna)[0]


def test_a_full_refund_in_two_documents_ends_where_it_began(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    goods = [TEA, position(2, "cocoa", 33.33, 0.333), position(3, "cocoa", 10)]
    till.pay(goods, 77.77)
    till.confirm(goods, 843.33, 77.77)
    till.refund([position(1, "cocoa", 33.33, 0.333, referenceIndex=2)])
    last = till.refund(
        [position(1, "tea-100", 450.0, 2, referenceIndex=1), position(2, "cocoa", 10, referenceIndex=3)],
        uid=till.other,
    )  # fmt: skip

    assert (0, (30_000, 30_000)) == (last["code"], shop.balance(anna))


def test_more_than_was_bought_takes_what_is_left_and_then_nothing(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.confirm([TEA], 900)
    much = [position(1, "tea-100", 450.0, 5, referenceIndex=1)]
    answers = [till.refund(much), till.refund(much, uid=till.other)]

    assert [0, 0] == [each["code"] for each in answers]
    assert ["По этой продаже всё уже возвращено"] == cashier(answers[1])
    assert 30_000 == shop.balance(anna)[0]


def test_a_refund_of_an_unknown_sale_is_recorded_and_told(till: FrontolTill, shop: Trading) -> None:
    answers = [till.refund([TEA | {"referenceIndex": 1}]) for _ in range(2)]

    assert [0, 0] == [each["code"] for each in answers]
    assert cashier(answers[0])[0].startswith("Продажа не найдена")
    assert [(till.uid,)] == shop.rows("SELECT receipt_id FROM stray_return WHERE return_id = %s", till.back)


def test_a_refund_without_any_reference_is_recorded_too(till: FrontolTill, shop: Trading) -> None:
    told = till.ask("document", till.document("confirm", till.back, kind="refundReceipt", positions=[TEA]))

    assert 0 == told["code"]
    assert [(1,)] == shop.rows("SELECT 1 FROM stray_return WHERE return_id = %s", till.back)


def test_a_refund_that_comes_before_its_sale_follows_it(till: FrontolTill, shop: Trading, anna: str) -> None:
    till.pay([TEA], 100)
    till.refund([TEA | {"referenceIndex": 1}])
    till.confirm([TEA], 800, 100)
    till.refund([TEA | {"referenceIndex": 1}])

    assert (30_000, 30_000) == shop.balance(anna)
    assert 1 == len(shop.rows("SELECT 1 FROM receipt_return WHERE return_id = %s", till.back))


def test_a_sale_of_another_door_is_refunded_by_its_number(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    key = shop.house.keys.create("api", ("admin",))[1]
    body = {
        "shop": "second", "at": shop.clock().isoformat(), "currency": "RUB", "member": {"phone": till.phone},
        "lines": [{"id": "whole", "sku": "order", "sum": "500.00"}], "spend": {"points": "100"},
    }  # fmt: skip
    made = httpx.post(
        f"{shop.url}/v1/receipts/{till.uid}/close", json=body, headers={"Authorization": f"Bearer {key}"}
    )
    assert made.status_code in {200, 201}, made.text
    till.refund([TEA | {"referenceIndex": 1, "totalAmount": 200.0}], 200, sale=till.uid.upper())
    half = shop.balance(anna)[0]
    till.refund([TEA | {"referenceIndex": 1, "totalAmount": 200.0}], 200, uid=till.other)

    assert (30_000 - 10_000 + 2_000 + 5_000 - 1_000, 30_000) == (half, shop.balance(anna)[0])
