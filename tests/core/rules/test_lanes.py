"""Caps hold over everything that one rule gives, in whatever lanes."""

from world import START, ZONE, goods, programme_of

from kopilka.core.member.member import Member, Used
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset

BOTH = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00}}
rules:
  - {id: both, discount: 50%, free: delivery, caps: {CAP}}
"""
SHOP = Shop("s1", ZONE, "club")
DELIVERY = Line("delivery", "delivery", 1000, 30000)


def given(cap: str, used: Used | None = None) -> tuple[int, list[str]]:
    rules = Ruleset(programme_of(BOTH.replace("CAP", cap)))
    receipt = Receipt("r", "s1", START, "RUB", goods(10000, 6000), DELIVERY)
    budgets = {"both": used} if used else {}
    decision = evaluate(rules, receipt, SHOP, Member("h", "m"), Means(budgets=budgets))
    return decision.discount_minor, [row.reason.code for row in decision.skipped]


def test_a_cap_on_a_receipt_counts_both_the_goods_and_the_delivery() -> None:
    assert (10000, []) == given("receipt: 100.00")
    assert (8000, ["receipt_cap_used"]) == given("receipt: 80.00")


def test_a_cap_of_a_member_counts_both() -> None:
    assert (10000, []) == given("member: {per: day, money: 100.00}")


def test_a_budget_counts_both_and_what_others_have_used() -> None:
    assert (9000, []) == given("budget: {money: 100.00}", Used(3, 1000))
    assert (8000, ["budget_used"]) == given("budget: {money: 90.00}", Used(3, 1000))


def test_a_price_that_closes_its_line_does_not_stand_in_the_way_of_a_better_one() -> None:
    text = BOTH[: BOTH.index("rules:")] + (
        "rules:\n"
        "  - {id: first, price: {list: {sku-a: 90.00}}, group: g, priority: 5}\n"
        "  - {id: better, price: {list: {sku-a: 50.00}}, group: h, priority: 1}\n"
        "  - {id: other, price: {list: {sku-b: 59.00}}, group: g, priority: 1}\n"
    )
    decision = evaluate(
        Ruleset(programme_of(text)), Receipt("r", "s1", START, "RUB", goods(10000, 6000)), SHOP, None
    )

    assert {"better": 5000, "other": 100} == {row.rule: row.minor for row in decision.taken}
    assert {"first": "better_rule"} == {row.rule: row.reason.code for row in decision.skipped}


def test_a_scale_by_receipt_counts_what_earlier_lanes_left_and_not_its_neighbours() -> None:
    text = BOTH[: BOTH.index("rules:")] + (
        "lanes: {discounts: {choose: all}}\n"
        "rules:\n"
        "  - {id: coupon, discount: {amount: 10.00}, priority: 5}\n"
        "  - {id: growing, discount: {percent: {from: {0: 1, 100: 20}}}, priority: 1}\n"
        "  - {id: back, earn: {percent: {from: {0: 5, 100: 10}}}}\n"
    )
    member = Member("h", "m")
    decision = evaluate(
        Ruleset(programme_of(text)), Receipt("r", "s1", START, "RUB", goods(10000)), SHOP, member
    )

    assert {"coupon": 1000, "growing": 1800} == {row.rule: row.minor for row in decision.taken}
    assert [("back", 3)] == [(row.rule, row.units) for row in decision.earned]
