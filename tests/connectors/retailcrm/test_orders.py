"""Orders of a site, from applying to giving back: what is answered, and what the ledger says."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from till_retailcrm import Site
from trading import Trading, trading

PHONES = count(1)
Items = list[dict[str, Any]]


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def site(shop: Trading) -> Site:
    """A site whose buyer has 300 bonuses."""
    return Site(shop, f"+7901{next(PHONES):07}", points=300)


def two_teas(**more: Any) -> dict[str, Any]:
    item = {"offer": {"externalId": "tea-100"}, "quantity": 2, "initialPrice": 450, "discountManualAmount": 0}
    return {"site": "shop", "customer": {"externalId": "c-1"}, "items": [item], **more}


def calculated(site: Site, order: dict[str, Any], bonuses: object = 0) -> dict[str, Any]:
    status, told = site.post("loyalty/calculate", site="shop", order=order, bonuses=str(bonuses))
    assert status == 200, told
    return dict(told)


# -- applying -----------------------------------------------------------------------------------------------------------


def test_applied_bonuses_are_reserved_and_a_repeat_replaces(site: Site) -> None:
    site.place("1")
    first = site.apply("1", 100)[1]["order"]
    again = site.apply("1", 100)[1]["order"]
    other = site.apply("1", 250)[1]["order"]

    assert (100, 40, 200) == (
        first["bonusesChargeTotal"], first["bonusesCreditTotal"], first["loyaltyAccount"]["amount"],
    )  # fmt: skip
    assert first == again
    assert (250, 50) == (other["bonusesChargeTotal"], other["loyaltyAccount"]["amount"])
    assert ((30_000, 5_000), [("1", "held")]) == (site.balance(), site.receipts())


def test_too_many_bonuses_are_refused_and_what_was_there_stays(site: Site) -> None:
    site.place("1")
    site.apply("1", 100)
    status, told = site.apply("1", 301)

    assert (400, False, "Errors in the entity format") == (status, told["success"], told["errorMsg"])
    assert {"amount": "Недостаточно бонусов на счёте"} == told["errors"]
    assert (30_000, 20_000) == site.balance()


def test_the_largest_share_is_told(site: Site) -> None:
    site.place("1", 1, 100)

    assert {"amount": "Для этого заказа можно списать не больше 50 бонусов"} == site.apply("1", 60)[1][
        "errors"
    ]


def test_an_order_that_is_not_there_is_404(site: Site) -> None:
    assert (404, {"success": False, "errorMsg": "Not found"}) == site.apply("none", 1)
    assert 404 == site.cancel("none")[0]
    assert 404 == site.edit("none", status="complete")[0]
    assert 404 == site.get("orders/none", site="shop")[0]
    assert 404 == site.post("orders/loyalty/apply", order={"id": 999_999}, bonuses="1")[0]


def test_an_order_is_found_by_id_number_and_external_id(site: Site) -> None:
    placed = site.place("77", number="N-77")[1]
    number = placed["id"]
    ways: list[dict[str, Any]] = [{"id": number}, {"id": str(number)}, {"number": "N-77"}, {"externalId": 77}]

    for way in ways:
        status, told = site.post("orders/loyalty/apply", site="shop", order=way, bonuses="10")
        assert (200, number) == (status, told["order"]["id"]), way
    assert number == site.get(f"orders/{number}", by="id")[1]["order"]["id"]
    assert ("N-77", "77") == (placed["order"]["number"], placed["order"]["externalId"])


def test_cancelled_bonus_operations_give_everything_back_once(site: Site) -> None:
    site.place("1")
    site.apply("1", 100)
    first, second = site.cancel("1"), site.cancel("1")

    assert first == second
    assert (200, 0, 0) == (
        first[0],
        first[1]["order"]["bonusesChargeTotal"],
        first[1]["order"]["bonusesCreditTotal"],
    )
    assert ((30_000, 30_000), [("1", "released")]) == (site.balance(), site.receipts())


def test_bonuses_of_a_booked_order_are_given_back_both_ways(site: Site) -> None:
    site.place("1")
    site.apply("1", 100)
    site.edit("1", status="complete")
    booked = site.balance()
    told = [site.cancel("1"), site.cancel("1")]

    assert (24_000, 24_000) == booked
    assert told[0] == told[1]
    assert (0, 0, 900) == tuple(
        told[0][1]["order"][name] for name in ("bonusesChargeTotal", "bonusesCreditTotal", "totalSumm")
    )
    assert (30_000, 30_000) == site.balance()


def test_a_hold_lapses_after_the_days_that_are_set(shop: Trading) -> None:
    site = Site(shop, f"+7901{next(PHONES):07}", points=300, hold_days="2")
    site.place("1")
    site.apply("1", 100)

    rows = shop.rows(
        "SELECT lapses_at - received_at FROM receipt WHERE receipt_id LIKE %s",
        f"{site.connection.connection_id}:%",
    )
    assert timedelta(days=2) == rows[0][0]


# -- the life of an order -----------------------------------------------------------------------------------------------


def test_a_changed_cart_is_counted_again(site: Site) -> None:
    site.place("1")
    site.apply("1", 300)
    items: Items = [{"offer": {"externalId": "tea-100"}, "quantity": 1}]
    order = site.edit("1", items=items)[1]["order"]

    # Half of 450 may be paid with bonuses, and the price was not said again.
    assert (225, 225, 11.25) == (order["bonusesChargeTotal"], order["totalSumm"], order["bonusesCreditTotal"])
    assert (30_000, 7_500) == site.balance()


def test_credit_comes_with_completion(site: Site) -> None:
    placed = site.place("1", privilegeType="loyalty_level")[1]["order"]
    before = site.balance()
    site.edit("1", status="complete")
    site.edit("1", status="complete")

    assert (45, (30_000, 30_000), (34_500, 34_500)) == (placed["bonusesCreditTotal"], before, site.balance())


def test_a_cancelled_order_reverses_both_ways(site: Site) -> None:
    site.place("1")
    site.apply("1", 100)
    site.edit("1", status="cancel-other")
    under_way = site.balance()
    site.place("2")
    site.apply("2", 100)
    site.edit("2", status="complete")
    site.edit("2", status="cancel")
    site.edit("2", status="cancel")

    assert ((30_000, 30_000), (30_000, 30_000)) == (under_way, site.balance())
    assert 400 == site.apply("2", 10)[0]


def test_items_taken_out_of_a_completed_order_come_back_in_part(site: Site) -> None:
    items: Items = [
        {"offer": {"externalId": "tea-100"}, "quantity": 3, "initialPrice": 100, "externalIds": [{"code": "w", "value": "10_1"}]},
        {"offer": {"externalId": "cocoa"}, "quantity": 1, "initialPrice": 700, "externalIds": [{"code": "w", "value": "11_2"}]},
    ]  # fmt: skip
    site.place("1", items=items)
    site.apply("1", 100)
    site.edit("1", status="complete")
    items[0]["quantity"] = 1
    first = site.edit("1", items=items)[1]["order"]
    site.edit("1", items=items)
    last = site.edit("1", items=items[:1])[1]["order"]

    # 5 % of 900 is 45; of 100 spent, 30 paid for the teas and 70 for the cocoa.
    assert (80, 36, 720) == tuple(first[n] for n in ("bonusesChargeTotal", "bonusesCreditTotal", "totalSumm"))
    assert (10, 4.5, 90) == tuple(last[n] for n in ("bonusesChargeTotal", "bonusesCreditTotal", "totalSumm"))
    assert (29_450, 29_450) == site.balance()


def test_what_is_added_to_a_completed_order_is_not_booked_again(site: Site) -> None:
    site.place("1")
    site.edit("1", status="complete")
    booked = site.balance()
    more: Items = [{"offer": {"externalId": "tea-100"}, "quantity": 9}]
    status, told = site.edit("1", items=more)

    assert (200, 9, booked) == (status, told["order"]["items"][0]["quantity"], site.balance())


def test_an_order_placed_before_its_buyer_joined_is_booked_when_completed(shop: Trading) -> None:
    site = Site(shop, f"+7901{next(PHONES):07}", enrol=False)
    placed = site.place("1")
    account = {"phoneNumber": site.phone, "customer": {"externalId": "c-1"}}
    site.post("loyalty/account/create", site="shop", loyaltyAccount=account)
    site.edit("1", status="complete")

    assert (201, "none") == (placed[0], placed[1]["order"]["privilegeType"])
    assert (4_500, 4_500) == site.balance()


def test_an_order_of_nobody_is_kept_without_loyalty(site: Site) -> None:
    status, told = site.place("1", customer=None, firstName="Пётр")
    site.edit("1", status="complete")
    order = site.get("orders/1", site="shop")[1]["order"]

    assert (201, "none", "Пётр", "complete") == (
        status, told["order"]["privilegeType"], order["firstName"], order["status"],
    )  # fmt: skip
    assert [] == site.receipts()


def test_a_privilege_of_none_moves_no_bonuses(site: Site) -> None:
    site.place("1", privilegeType="none")
    refused = site.apply("1", 10)
    site.edit("1", status="complete")

    assert (400, (30_000, 30_000)) == (refused[0], site.balance())


def test_another_customer_takes_an_order_over(site: Site) -> None:
    other = f"+7901{next(PHONES):07}"
    account = {"phoneNumber": other, "customer": {"externalId": "c-2"}}
    site.post("loyalty/account/create", site="shop", loyaltyAccount=account)
    site.place("1")
    site.apply("1", 100)
    site.edit("1", customer={"externalId": "c-2"}, status="complete")
    member = site.shop.seen("phone", other)

    assert member is not None
    assert ((30_000, 30_000), (4_500, 4_500)) == (site.balance(), site.shop.balance(member.member_id))


def test_a_lapsed_hold_is_booked_as_the_buyer_was_promised(site: Site) -> None:
    site.place("1")
    site.apply("1", 300)
    ahead, site.shop.clock.ahead = site.shop.clock.ahead, timedelta(days=15)
    try:
        site.place("2")
        site.apply("2", 300)
        site.edit("2", status="complete")
        site.edit("1", status="complete")
        balance = site.balance()
    finally:
        site.shop.clock.ahead = ahead

    # Both orders were sold for 300 bonuses off: 300 − 600, with 30 for the second, and 43.50 for the first, which is
    # decided anew by what there was by then (5 % of 870).
    assert -22_650 == balance[0]


def test_a_site_whose_clock_is_ahead_is_served(site: Site) -> None:
    told = site.place("1", createdAt="2099-01-01 10:00:00")

    assert (201, False) == (told[0], told[1]["order"]["createdAt"].startswith("2099"))
    assert 200 == site.apply("1", 10)[0]


def test_the_same_order_twice_is_the_same_answer_and_another_is_refused(site: Site) -> None:
    first, again, other = site.place("1"), site.place("1"), site.place("1", 5)

    assert first == again
    assert (400, "Order already exists.") == (other[0], other[1]["errorMsg"])


def test_a_total_is_rounded_down_where_that_is_asked_for(site: Site) -> None:
    order = two_teas(applyRound=True)
    order["items"][0] |= {"quantity": 3, "initialPrice": 33.37}
    counted = calculated(site, order, 0)["order"]
    site.place("1", 3, 33.37)
    named = {"externalId": "1", "applyRound": True}
    applied = site.post("orders/loyalty/apply", site="shop", order=named, bonuses="10.05")[1]["order"]
    closed = site.edit("1", status="complete")[1]["order"]

    assert (100, [{"type": "round", "amount": 0.11}]) == (
        counted["totalSumm"],
        counted["items"][0]["discounts"],
    )
    assert (90, [{"type": "bonus_charge", "amount": 10.05}, {"type": "round", "amount": 0.06}]) == (
        applied["totalSumm"], applied["items"][0]["discounts"],
    )  # fmt: skip
    assert (90, (29_445, 29_445)) == (closed["totalSumm"], site.balance())


def test_an_order_may_come_completed_at_once(site: Site) -> None:
    order = site.place("1", status="complete")[1]["order"]

    assert (45, (34_500, 34_500), [("1", "closed")]) == (
        order["bonusesCreditTotal"],
        site.balance(),
        site.receipts(),
    )


def test_bonuses_may_be_applied_again_after_they_were_cancelled(site: Site) -> None:
    site.place("1")
    site.apply("1", 100)
    site.cancel("1")
    site.apply("1", 200)
    site.edit("1", status="complete")

    assert ((13_500, 13_500), [("1", "closed")]) == (site.balance(), site.receipts())


def test_an_order_that_was_given_back_and_is_opened_again_is_a_new_sale_once_applied(site: Site) -> None:
    site.place("1")
    site.edit("1", status="complete")
    site.edit("1", status="cancel")
    site.edit("1", status="complete")
    undone = site.balance()
    site.edit("1", status="new")
    placed = site.apply("1", 100)
    site.edit("1", status="complete")
    status, told = site.get(f"loyalty/account/{site.account}/bonus/operations")

    assert ((30_000, 30_000), 200, (24_000, 24_000)) == (undone, placed[0], site.balance())
    assert [("1", "closed"), ("1~2", "closed")] == site.receipts()
    assert (200, {("1", placed[1]["order"]["id"])}) == (
        status,
        {
            (row["order"]["externalId"], row["order"]["id"])
            for row in told["bonusOperations"]
            if "order" in row
        },
    )


def test_completed_orders_of_the_settings_are_booked(shop: Trading) -> None:
    phone = f"+7901{next(PHONES):07}"
    site = Site(shop, phone, completed_statuses="paid, sent", cancelled_statuses="gone")
    site.place("1")
    site.edit("1", status="complete")
    before = site.balance()
    site.edit("1", status="sent")
    booked = site.balance()
    site.edit("1", status="gone")

    assert ((0, 0), (4_500, 4_500), (0, 0)) == (before, booked, site.balance())
