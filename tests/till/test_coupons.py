"""Codes at the till: typed, refused in words, the member's own one pressed, and the coupon that the receipt gives."""

from collections.abc import Callable

import pytest
from browser import Visitor
from coupon_front import with_coupons
from shopfront import Shopfront, card

from kopilka.core.member.coupon import well_formed
from kopilka.till.basket import read_codes, toggled
from kopilka.usecases.commands import Ref
from kopilka.usecases.coupons import CouponView

Visit = Callable[..., Visitor]


@pytest.fixture
def shop(front: Shopfront) -> Shopfront:
    return with_coupons(front)


def sell(visit: Visitor, deed: str, price: str, **fields: str) -> str:
    kept = {name: visit.hidden(name) for name in ("receipt", "at", "member", "shop")}
    form = {
        "goods": "",
        "new_price": "",
        "new_count": "1",
        "spend": "none",
        "sku": "",
        "title": "Сыр",
        "price": price,
        "count": "1",
    }
    visit.post("/till", {**form, **kept, **fields, "do": deed})
    return visit.text()


def own(shop: Shopfront, number: int) -> list[CouponView]:
    member = shop.house.views.member(Ref("card", card(number)))
    assert member is not None
    return shop.house.coupons.of_member((member.bucket, member.holder_id))


def test_codes_are_told_apart_each_with_its_words(shop: Shopfront, visitor: Visit) -> None:
    visit = visitor("cashier")
    visit.get("/till")
    sell(visit, "find", "6000", find=card(3))
    page = sell(visit, "look", "6000", code="spring, WHAT?")

    assert "SPRING · Весенний промокод: действует" in page
    assert "WHAT? · такого кода нет: проверьте, нет ли опечатки" in page
    assert "5 900,00 ₽" in page
    assert 'value="spring, WHAT?"' in visit.page.text
    assert shop.house.coupons.batches() == []


def test_a_receipt_gives_a_coupon_that_is_pressed_on_the_next_one(shop: Shopfront, visitor: Visit) -> None:
    visit = visitor("cashier")
    visit.get("/till")
    sell(visit, "find", "6000", find=card(3))
    page = sell(visit, "close", "6000")
    [coupon] = own(shop, 3)
    code = coupon.coupon.code
    assert well_formed(code)
    assert page.count(f"Купон: Скидка 200 ₽. Код {code[:5]}-{code[5:]}, с 8 марта по 7 апреля 2026") == 2
    visit.get("/till")
    page = sell(visit, "find", "1000", find=card(3))
    assert "Скидка 200 ₽" in page
    assert f'value="code:{code}"' in visit.page.text
    page = sell(visit, f"code:{code}", "1000")
    assert "800,00 ₽" in page
    assert "Не применять" in page
    page = sell(visit, "close", "1000", code=code)

    assert "800,00 ₽" in page
    assert "used" == own(shop, 3)[0].coupon.state


@pytest.mark.usefixtures("shop")
def test_a_used_code_is_refused_and_the_sale_goes_on(visitor: Visit) -> None:
    visit = visitor("cashier")
    for paid in ("900,00 ₽", "1 000,00 ₽"):
        visit.get("/till")
        sell(visit, "find", "1000", find=card(4))
        page = sell(visit, "look", "1000", code="SPRING")
        assert paid in page
        sell(visit, "close", "1000", code="SPRING")
    visit.get("/till")
    sell(visit, "find", "1000", find=card(4))

    assert "покупатель уже применил этот код: можно 1 раз" in sell(visit, "look", "1000", code="SPRING")


def test_codes_are_read_with_any_marks_between_them_and_each_once() -> None:
    assert ("SPRING", "ab-cd") == read_codes(" spring ;ab-cd, SPRING\n,,")
    assert () == read_codes(" , ")
    assert ("spring", "ABCD") == toggled(("spring",), "ABCD")
    assert ("spring",) == toggled(("spring", "AB-CD"), "abcd")
