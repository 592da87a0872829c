"""What a receipt under way gives: discounts, bonuses to pay with, words for the cashier, a slip."""

from typing import Any

import pytest
from till_frontol import FrontolTill, cashier, position, slip
from trading import Trading, trading

from kopilka.usecases.commands import Identifier

TEA = position(1, "tea-100", 450.0, 2)


EXAMPLE = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, title: {ru: [бонус, бонуса, бонусов], en: [bonus, bonuses]}}
rules:
  - {id: ten, title: {ru: Скидка, en: Discount}, discount: 10}
spend: {up_to: 50%}
"""


def test_the_published_example(database: str) -> None:
    with trading(database, programme=EXAMPLE) as shop:
        till = FrontolTill(shop, *shop.connect("frontol", slip_type="type"))
        till.member = shop.member(till.phone, points="3")
        vodka = position(2, "vodka-05", 450.0, minimumPrice=409.0)
        told = till.calculate([TEA | {"minimumPrice": 300.0}, vodka])
        rich, cocoa = FrontolTill.opened(shop, points="1000"), position(2, "cocoa", 450.0, minimumPrice=409.0)
        most = [
            rich.calculate([TEA | {"minimumPrice": 300.0}, other])["client"]["availableAmount"]
            for other in (cocoa, vodka)
        ]

    assert {
        "code": 0,
        "client": {"mobilePhone": till.phone, "availableAmount": 300.0},
        "document": {
            "positions": [{"index": 1, "discountAmount": 90.0}, {"index": 2, "discountAmount": 41.0}]
        },
        "cashierInformation": [{"text": "Анна П., 300 бонусов", "weight": "bold"}],
        "printingInformation": [[{"type": "pair", "left": "Доступно бонусов", "right": "300"}]],
    } == told
    # Discounts and bonuses each stay within price − minimumPrice: 300 of the tea, 41 of the cocoa. The law's least price of
    # vodka binds both together, and the discount has taken all of it.
    assert [341.0, 300.0] == most


def test_money_is_written_with_two_places(till: FrontolTill, shop: Trading) -> None:
    document = till.document("calculate", till.uid, client=till.client, positions=[TEA])
    body = shop.call(till.call("document", document)).body

    assert b'"availableAmount":300.00' in body
    assert b'"discountAmount":0.00' in body


def test_a_calculation_writes_nothing_and_may_be_repeated(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    first = till.calculate([TEA])

    assert first == till.calculate([TEA])
    assert (None, (30_000, 30_000)) == (shop.house.views.receipt(till.uid), shop.balance(anna))
    assert {"Доступно бонусов": "300", "Будет начислено": "45 бонусов"} == slip(first)
    assert "Анна П., Базовый, 300 бонусов" == cashier(first)[0]


def test_an_unknown_customer_never_stops_the_queue(till: FrontolTill) -> None:
    told = till.calculate([TEA], client={"mobilePhone": "+79995554433"})

    assert (0, {}) == (told["code"], told["client"])
    assert "Покупатель не найден в программе" == cashier(told)[0]
    assert [{"index": 1, "discountAmount": 0.0}] == told["document"]["positions"]


@pytest.mark.parametrize("client", [None, {}, {"card": ""}, {"mobilePhone": None}])
def test_a_guest_is_calculated_without_a_word(till: FrontolTill, client: dict[str, Any] | None) -> None:
    told = till.calculate([TEA], client=client)

    assert (0, [], {}) == (told["code"], cashier(told), told["client"])


def test_a_member_is_found_however_the_till_writes_it(shop: Trading, till: FrontolTill, anna: str) -> None:
    shop.house.members.add_identifier(anna, Identifier("card", "20000007"), "test")
    ways = [
        {"mobilePhone": till.phone.replace("+7", "8")}, {"mobilePhone": int(till.phone)}, {"card": "2000 0007"},
        {"card": 20000007}, {"card": "20000007", "mobilePhone": ""},
    ]  # fmt: skip

    assert ["300"] * 5 == [slip(till.calculate([TEA], client=way))["Доступно бонусов"] for way in ways]


def test_a_code_shown_on_a_phone_is_as_good_as_a_card(shop: Trading, till: FrontolTill, anna: str) -> None:
    shown = shop.house.verifications.show_code(anna)

    assert "300" == slip(till.calculate([TEA], client={"card": shown.code}))["Доступно бонусов"]


def test_a_blocked_card_sells_as_a_guest(shop: Trading, till: FrontolTill) -> None:
    member = shop.member("+79990000018", card="20000001", points="7")
    shop.house.members.set_card(member, "20000001", "blocked", "test")
    told = till.calculate([TEA], client={"card": "20000001"})

    assert (0, {}) == (told["code"], told["client"])
    assert "Карта заблокирована: найдите покупателя по телефону" == cashier(told)[0]


def test_a_programmes_hint_says_what_is_missing(cheaper: Trading) -> None:
    told = FrontolTill.opened(cheaper).calculate([TEA])

    assert any("1 100 ₽" in line for line in cashier(told)), cashier(told)
    assert not any("\u00a0" in line for line in cashier(told))


def test_a_coupon_that_does_not_work_is_told_and_fails_nothing(cheaper: Trading) -> None:
    till = FrontolTill.opened(cheaper)
    good = till.calculate([TEA | {"coupons": ["spring"]}])
    bad = till.calculate([TEA], coupons=["NOSUCH"])

    assert [171.0, 90.0] == [each["document"]["positions"][0]["discountAmount"] for each in (good, bad)]
    assert 0 == bad["code"]
    assert any(line.startswith("NOSUCH:") for line in cashier(bad)), cashier(bad)


def test_tobacco_is_never_paid_with_bonuses(till: FrontolTill) -> None:
    told = till.calculate([position(1, "cig-1", 200.0)])

    assert 0.0 == told["client"]["availableAmount"]


def test_a_floor_of_the_catalogue_counts_beside_the_tills(till: FrontolTill) -> None:
    told = till.calculate([position(1, "vodka-05", 450.0)])

    assert 41.0 == told["client"]["availableAmount"]


def test_a_calculation_without_goods_greets_the_member(till: FrontolTill) -> None:
    told = till.calculate([])

    assert (0, "300") == (told["code"], slip(told)["Доступно бонусов"])
