"""What is bought, where and how it is paid for; and conditions of conditions."""

import pytest
from checking import answer, condition_of, context_of, paid, person, rules_of

from kopilka.core.receipt import Line

DELIVERY = Line("delivery", "delivery", 1000, 29_900)


def line(sku: str, quantity: int, minor: int, **facts: object) -> Line:
    return Line(sku, sku, quantity, minor, **facts)  # type: ignore[arg-type]


BEER = line("beer", 12_000, 120_000, category=("beer",))
CHEESE = line("cheese", 333, 30_000, tags=("weighed",))
SALE = line("sale", 1000, 50_000, promo=True)
SMOKE = line("smoke", 5000, 100_000, product_class="tobacco")
CARD = line("card", 1000, 100_000, product_class="gift")
GIVEN = line("given", 1000, 100_000, given_minor=70_000)
FREE = line("free", 1000, 10_000, given_minor=90_000)
GOODS = [
    ("goods_count: 12", (BEER,), "met"),
    ("goods_count: 13", (BEER,), "goods_count_below missing=1"),
    ("goods_count: 12.5", (BEER, CHEESE), "goods_weight_below missing=167"),
    ("goods_count: 12.333", (BEER, CHEESE), "met"),
    ("goods_count: {below: 12}", (BEER,), "goods_count_above below=12000"),
    ("goods_count: {below: 12.001}", (BEER,), "met"),
    ("goods_count: {from: 20, goods: {category: beer}}", (BEER, BEER), "met"),
    ("goods_count: {from: 20, goods: {category: beer}}", (BEER, SMOKE), "goods_count_below missing=8"),
    ("goods_count: {from: 1, goods: {category: wine}}", (BEER,), "goods_count_below missing=1"),
    ("goods_count: {from: 1}", (SMOKE, CARD), "goods_count_below missing=1"),
    ("goods_count: {from: 2}", (BEER, SMOKE), "met"),
    ("goods_count: 1", (line("nothing", 0, 0),), "goods_count_below missing=1"),
    ("goods_total: 1200", (BEER,), "met"),
    ("goods_total: 1200.01", (BEER,), "goods_total_below missing=1"),
    ("goods_total: {below: 1200}", (BEER,), "goods_total_above below=120000"),
    ("goods_total: {from: 1000, of: initial}", (GIVEN,), "met"),
    ("goods_total: {from: 1000, of: remaining}", (GIVEN,), "goods_total_below missing=70000"),
    ("goods_total: {from: 599, of: receipt}", (GIVEN,), "met"),
    ("goods_total: {from: 599.01, of: receipt}", (GIVEN,), "goods_total_below missing=1"),
    ("goods_total: {from: 0.01, of: initial}", (SMOKE, CARD), "goods_total_below missing=1"),
    ("goods_total: {from: 299.01, of: receipt}", (SMOKE,), "goods_total_below missing=1"),
    ("goods_total: {from: 300, of: receipt}", (FREE,), "goods_total_below missing=100"),
    ("goods_total: {from: 1200, of: initial, goods: {category: beer}}", (BEER, SALE), "met"),
    ("goods_total: {from: 1201, of: initial, goods: {category: beer}}", (BEER, SALE),
     "goods_total_below missing=100"),
    ("goods_total: {from: 1499, of: receipt, goods: {category: beer}}", (BEER, SALE), "met"),
    ("promo: yes", (BEER, SALE), "met"),
    ("promo: yes", (BEER,), "no_promo_goods"),
    ("promo: no", (BEER,), "met"),
    ("promo: no", (BEER, SALE), "promo_goods"),
    ("promo: {has: no, goods: {category: beer}}", (BEER, SALE), "met"),
    ("promo: {has: yes, goods: {category: beer}}", (BEER, SALE), "no_promo_goods"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "lines", "expected"), GOODS)
def test_the_goods_decide(when: str, lines: tuple[Line, ...], expected: str) -> None:
    assert expected == answer(when, None, lines=lines, delivery=DELIVERY)


@pytest.mark.parametrize(("when", "lines", "expected"), GOODS)
def test_the_order_of_lines_changes_nothing(when: str, lines: tuple[Line, ...], expected: str) -> None:
    assert expected == answer(when, None, lines=lines[::-1], delivery=DELIVERY)


ONLINE, ALL_ONLINE = "other_payment wanted=online", "other_payment_too wanted=online"
RECEIPTS = [
    ("till: [1, 2]", {"till": "2"}, "met"),
    ("till: [1, 2]", {"till": "3"}, "other_till wanted=1, 2"),
    ("till: 1", {}, "other_till wanted=1"),
    ("payment: online", {"payments": paid(online=1)}, "met"),
    ("payment: online", {"payments": paid(cash=100, online=1)}, "met"),
    ("payment: online", {"payments": paid(online=0, cash=100)}, ONLINE),
    ("payment: online", {"payments": paid(online=-5)}, ONLINE),
    ("payment: online", {}, ONLINE),
    ("payment: {any_of: online, whole: yes}", {"payments": paid(online=100)}, "met"),
    ("payment: {any_of: online, whole: yes}", {"payments": paid(online=100, cash=0)}, "met"),
    ("payment: {any_of: online, whole: yes}", {"payments": paid(online=100, cash=1)}, ALL_ONLINE),
    ("payment: {any_of: [online, card], whole: yes}", {"payments": paid(online=100, card=1)}, "met"),
    ("payment: {any_of: online, whole: yes}", {}, ALL_ONLINE),
    ("choice: discount", {"choice": "discount"}, "met"),
    ("choice: discount", {"choice": "earn"}, "other_choice wanted=discount"),
    ("choice: discount", {}, "other_choice wanted=discount"),
    ("choice: {any_of: earn, unset: yes}", {}, "met"),
    ("choice: {any_of: earn, unset: yes}", {"choice": "earn"}, "met"),
    ("choice: {any_of: earn, unset: yes}", {"choice": "discount"}, "other_choice wanted=earn"),
    ("action: [review, survey]", {"action": "review"}, "met"),
    ("action: [review, survey]", {"action": "visit"}, "other_action wanted=review, survey"),
    ("action: review", {}, "other_action wanted=review"),
    ("coupon: spring", {"coupons": ("spring",)}, "met"),
    ("coupon: spring", {}, "no_coupon series=spring"),
    ("shop: outlet", {}, "met"),
    ("channel: [app, site]", {"channel": "site"}, "met"),
    ("channel: [app, site]", {}, "other_channel wanted=app, site"),
]


@pytest.mark.parametrize(("when", "facts", "expected"), RECEIPTS)
def test_a_fact_of_the_receipt_decides(when: str, facts: dict[str, object], expected: str) -> None:
    assert expected == answer(when, None, **facts)


JOINED = [
    # several unlock: the one with the least money missing
    ("any: [{goods_total: 500}, {goods_total: 300}, {channel: app}]", "goods_total_below missing=20000"),
    ("any: [{channel: app}, {goods_total: 300}]", "goods_total_below missing=20000"),
    ("any: [{channel: app}, {payment: online}]", "other_channel wanted=app"),
    # what the buyer can do comes before what they cannot
    ("any: [{shop: other}, {payment: online}]", "other_payment wanted=online"),
    ("any: [{shop: other}, {tag: vip}]", "other_shop wanted=other"),
    ("any: [{goods_total: 500}, {any: [{tag: vip}, {goods_total: 150}]}]", "goods_total_below missing=5000"),
    ("any: [{goods_total: 500}, {all: [{shop: outlet}, {goods_total: 100}]}]", "met"),
    ("all: [{shop: outlet}, {any: [{goods_total: 150}, {channel: app}]}]", "goods_total_below missing=5000"),
    ("all: [{not: {shop: outlet}}, {goods_total: 500}]", "unwanted_condition"),
    ("not: {goods_total: 500}", "met"),
    ("not: [{goods_total: 500}, {goods_total: 100}]", "unwanted_condition"),
    ("not: {calendar: {weekdays: wed}}", "unwanted_condition"),
    ("any: [{calendar: {weekdays: mon}}, {birthday: }]", "members_only"),
]


@pytest.mark.parametrize(("when", "expected"), JOINED)
def test_conditions_join(when: str, expected: str) -> None:
    assert expected == answer(when, None)


GATES = [
    ("tag: vip", {"tags": frozenset({"vip"})}, {}),
    ("card: gold", {"card_types": frozenset({"gold"})}, {}),
    ("level: gold", {"level": "gold"}, {}),
    ("till: 7", {}, {"till": "7"}),
    ("channel: app", {}, {"channel": "app"}),
    ("shop: outlet", {}, {}),
    ("coupon: spring", {}, {"coupons": ("spring",)}),
]


@pytest.mark.parametrize(("when", "who", "facts"), GATES)
def test_a_gate_opens_for_whom_the_condition_is_met(
    when: str, who: dict[str, object], facts: dict[str, object]
) -> None:
    rules = rules_of(when)
    condition, context = condition_of(rules), context_of(rules, person(**who), **facts)
    kind, values = condition.gate() or ("", ())

    assert condition.check(context) is None
    assert any((kind, value) in context.facts(frozenset({kind})) for value in values)
