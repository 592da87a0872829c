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
