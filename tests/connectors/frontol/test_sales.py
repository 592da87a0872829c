"""Bonuses are reserved and released, receipts confirmed: late, twice, out of order, with other sums than decided."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from till_frontol import DISCOUNT, FrontolTill, cashier, discounted, position, slip
from trading import Trading, trading

TEA = position(1, "tea-100", 450.0, 2)


def state(shop: Trading, uid: str) -> str:
    seen = shop.house.views.receipt(uid)
    return "" if seen is None else seen.stored.sale.state


def variance(shop: Trading, uid: str) -> dict[str, int]:
    seen = shop.house.views.receipt(uid)
    assert seen is not None
    return dict(seen.stored.sale.variance)


# -- bonuses ----------------------------------------------------------------------------------------------------


def test_bonuses_are_reserved_to_the_kopeck_and_a_repeat_replaces(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    goods = [TEA, position(2, "cocoa", 33.33, 0.333)]
    first = till.pay(goods, 100)
    again = till.pay(goods, 200.51)

    assert [100, 200.51] == [
        round(sum(row["paidAmount"] for row in each["document"]["positions"]), 2) for each in (first, again)
    ]
    assert (30_000, 9_949) == shop.balance(anna)


def test_more_than_is_allowed_is_refused_in_words(till: FrontolTill, shop: Trading, anna: str) -> None:
    told = till.pay([position(1, "tea-100", 100)], 80)

    assert (1, (30_000, 30_000)) == (told["code"], shop.balance(anna))
    assert "80" in told["error"]
    assert "50" in told["error"]


def test_nobody_pays_with_bonuses_without_being_known(till: FrontolTill) -> None:
    assert {"code": 1, "error": "Покупатель не назван: бонусами платить некому"} == till.pay(
        [TEA], 10, client=None
    )
    assert 1 == till.pay([TEA], 10, client={"card": "404"})["code"]


def test_a_cancelled_payment_is_free_again_and_nothing_to_cancel_is_no_error(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    cancelled = [till.cancel([TEA], 100), till.cancel([TEA], 100), till.cancel([TEA], 1, uid=till.back)]

    assert [0, 0, 0] == [each["code"] for each in cancelled]
    assert (30_000, 30_000) == shop.balance(anna)


def test_a_reserve_lapses_by_itself(till: FrontolTill, shop: Trading, anna: str) -> None:
    till.pay([TEA], 100)
    shop.clock.ahead += timedelta(minutes=31)

    assert (30_000, 30_000) == shop.balance(anna)


def test_points_of_another_worth_pay_only_what_they_are_worth(database: str) -> None:
    rules = DISCOUNT.replace("worth: 1.00, decimals: 2", "worth: 2.50")
    with trading(database, programme=rules) as shop:
        told = FrontolTill.opened(shop).pay([TEA], 11)

    assert {"code": 1, "error": "Бонусами нельзя оплатить ровно 11 ₽: ближайшая сумма 10 ₽"} == told


# -- confirm ----------------------------------------------------------------------------------------------------


def test_a_receipt_with_bonuses_is_booked_as_it_was_reserved(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    told = till.confirm([TEA], 800, 100)

    assert {"Списано": "100 бонусов", "Начислено": "40 бонусов", "Баланс": "240 бонусов"} == slip(told)
    assert (24_000, {}) == (shop.balance(anna)[0], variance(shop, till.uid))


@pytest.mark.parametrize("shown", ["gross", "left", "net"])
@pytest.mark.parametrize("paid", [True, False])
def test_totals_are_understood_with_and_without_our_discount_and_bonuses(
    cheaper: Trading, shown: str, paid: bool
) -> None:
    till = FrontolTill.opened(cheaper, points="300")
    goods = [TEA, position(2, "cocoa", 33.33, 3)]
    left = discounted(goods, till.calculate(goods))
    off = till.pay(left if shown == "left" else goods, 99.99)
    net = [
        row | {"totalAmount": round(row["totalAmount"] - each["paidAmount"], 2)}
        for row, each in zip(left, off["document"]["positions"], strict=True)
    ]
    money = round(sum(row["totalAmount"] for row in net), 2)
    till.confirm({"gross": goods, "left": left, "net": net}[shown], money if paid else 0, 99.99)

    assert ({}, 20_001) == (variance(cheaper, till.uid), cheaper.balance(till.member)[0])


def test_what_was_rounded_off_at_the_till_was_not_paid(till: FrontolTill, shop: Trading) -> None:
    goods = [position(1, "tea-100", 99.90, discardedAmount=0.90)]
    till.confirm(goods, 99)

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert ({"1": -90}, 9_900) == (variance(shop, till.uid), seen.stored.sale.decision.paid_minor)


def test_a_discount_of_the_tills_own_is_found_again(cheaper: Trading) -> None:
    shop, till = cheaper, FrontolTill.opened(cheaper)
    goods = [TEA | {"totalAmount": 800.0}]
    left = discounted(goods, till.calculate(goods))
    till.confirm(left, 720)

    seen = shop.house.views.receipt(till.uid)
    assert seen is not None
    assert (80_000, 72_000, {}) == (
        seen.stored.sale.decision.goods_minor, seen.stored.sale.decision.paid_minor, variance(shop, till.uid)
    )  # fmt: skip


def test_a_confirmation_repeated_hours_later_changes_nothing(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    first = till.confirm([TEA], 800, 100)
    shop.clock.ahead += timedelta(hours=7)
    again = till.confirm([TEA | {"text": "Чай!"}], 800, 100, uid="{" + till.uid.upper() + "}")

    assert first == again
    assert 24_000 == shop.balance(anna)[0]
    assert 1 == len(shop.rows("SELECT 1 FROM receipt WHERE receipt_id = %s", till.uid))


def test_a_confirmation_after_the_reserve_has_lapsed_books_what_was_printed(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    shop.clock.ahead += timedelta(hours=3)
    told = till.confirm([TEA], 800, 100)

    assert (0, 24_000, {}) == (told["code"], shop.balance(anna)[0], variance(shop, till.uid))


def test_bonuses_spent_elsewhere_meanwhile_become_a_deficit(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 300)
    shop.clock.ahead += timedelta(hours=3)
    till.pay([TEA], 300, uid=till.other)
    till.confirm([TEA], 600, 300, uid=till.other)
    told = till.confirm([TEA], 600, 300)

    assert 0 == told["code"]
    assert 30_000 - 60_000 + 3_000 + 4_350 == shop.balance(anna)[0]
    assert {"points": 27_000} == {
        name: units for name, units in variance(shop, till.uid).items() if name == "points"
    }


def test_a_payment_that_the_buyer_has_changed_is_booked_as_paid(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    till.confirm([TEA], 900)

    assert ((34_500, 34_500), {}) == (shop.balance(anna), variance(shop, till.uid))


def test_a_sale_without_calculation_by_a_guest_is_kept(till: FrontolTill, shop: Trading) -> None:
    assert {"code": 0} == till.confirm([TEA], 900, client=None)
    assert "closed" == state(shop, till.uid)


def test_other_goods_under_a_known_uid_are_told_and_change_nothing(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.confirm([TEA], 900)
    told = till.confirm([position(1, "cocoa", 5)], 5)

    assert (0, ["Чек с этим номером уже учтён с другим составом"]) == (told["code"], cashier(told))
    assert 34_500 == shop.balance(anna)[0]


def test_a_receipt_reserved_for_one_and_bought_by_another_is_the_buyers(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    boris = FrontolTill.opened(shop, points="10")
    till.pay([TEA], 100)
    answers = [till.confirm([TEA], 900, client=boris.client) for _ in range(2)]
    till.refund([TEA | {"referenceIndex": 1}])

    assert answers[0] == answers[1]
    assert ((30_000, 30_000), 1_000) == (shop.balance(anna), shop.balance(boris.member)[0])


def test_a_card_blocked_after_the_reserve_still_gets_its_sale(till: FrontolTill, shop: Trading) -> None:
    member = shop.member("+79990000019", card="20000002", points="100")
    till.pay([TEA], 100, client={"card": "20000002"})
    shop.house.members.set_card(member, "20000002", "blocked", "test")
    told = till.confirm([TEA], 800, 100, client={"card": "20000002"})

    assert (0, 4_000) == (told["code"], shop.balance(member)[0])


def test_a_member_suspended_after_the_reserve_still_gets_its_sale(
    till: FrontolTill, shop: Trading, anna: str
) -> None:
    till.pay([TEA], 100)
    with psycopg.connect(shop.house.pool.conninfo) as connection:
        connection.execute("UPDATE member SET status = 'blocked'")
    told = till.confirm([TEA], 800, 100)

    assert (0, 24_000) == (told["code"], shop.balance(anna)[0])


# -- at once ----------------------------------------------------------------------------------------------------


def test_confirmations_that_arrive_together_are_one_sale(till: FrontolTill, shop: Trading, anna: str) -> None:
    till.pay([TEA], 100)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: json.dumps(till.confirm([TEA], 800, 100)), range(8)))

    assert 1 == len(set(answers))
    assert (24_000, 24_000) == shop.balance(anna)


def test_many_tills_never_reserve_more_than_there_is(till: FrontolTill, shop: Trading, anna: str) -> None:
    def pay(n: int) -> bool:
        return bool(till.pay([TEA], 100, uid=f"{till.uid[:-2]}{n:02}")["code"] == 0)

    with ThreadPoolExecutor(8) as pool:
        paid = list(pool.map(pay, range(10, 18)))

    assert (3, (30_000, 0)) == (sum(paid), shop.balance(anna))
