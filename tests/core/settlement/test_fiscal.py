"""What a till prints, case by case: kopecks that do not divide, weights, floors, tobacco, certificates, returns."""

from typing import Any

import msgspec
import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.programme.document import Treatment
from kopilka.core.receipt import Line, Payment, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision, Gift
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.fiscal import Fiscal, Named, fiscal_return, fiscal_sale
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish, advance
from kopilka.core.settlement.sale import CLOSED, Sale

HEAD = "programme: club\ntitle: Club\ncurrency: {currency}\nzone: Europe/Moscow\npoints: {{bonus: {{worth: {worth}}}}}\n"
NO_RULES = "rules: []\n"
SHOP, MEMBER = Shop("s1", ZONE, "club"), Member("hdr_1", "mem_1")
DISCOUNT, PAYMENT = Treatment.DISCOUNT, Treatment.PAYMENT


def decided(
    text: str, *lines: Line, currency: str = "RUB", worth: str = "1", points: int = 0, **facts: Any
) -> tuple[Receipt, Decision]:
    rules = Ruleset(programme_of(HEAD.format(currency=currency, worth=worth) + text))
    spend = SpendRequest(None) if points else None
    receipt = Receipt("r", "s1", START, currency, lines, spend=spend, **facts)
    return receipt, evaluate(rules, receipt, SHOP, MEMBER, Means(points))


def printed(fiscal: Fiscal) -> list[tuple[str, int, int, int]]:
    return [(row.line, row.price_minor, row.quantity, row.sum_minor) for row in fiscal.lines]


@pytest.mark.parametrize("count", [1, 3, 7, 101])
def test_an_odd_sum_off_the_receipt_is_shared_to_the_kopeck(count: int) -> None:
    lines = [Line(f"l{i}", f"sku-{i}", 3000, 10_001 + 7 * i) for i in range(count)]
    receipt, decision = decided("rules: [{id: a, discount: {amount: 100.01}}]", *lines)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    assert sum(line.sum_minor for line in lines) - 10_001 == fiscal.total_minor
    assert all(row.price_minor * row.quantity == row.sum_minor * 1000 for row in fiscal.lines)
    assert count <= len(fiscal.lines) <= 2 * count


@pytest.mark.parametrize(
    ("quantity", "minor", "expected"),
    [
        (3000, 9999, [(3333, 3000, 9999)]),
        (3000, 10_000, [(3333, 2000, 6666), (3334, 1000, 3334)]),
        (7000, 100, [(14, 5000, 70), (15, 2000, 30)]),
        (333, 10_000, [(30_030, 333, 10_000)]),
        (1500, 100, [(66, 500, 33), (67, 1000, 67)]),
        (1010, 50, [(49, 501, 25), (50, 509, 25)]),
        (2345, 12_345, [(5264, 1425, 7501), (5265, 920, 4844)]),
        (1000, 0, [(0, 1000, 0)]),
        (3000, 1, [(0, 2000, 0), (1, 1000, 1)]),
        (0, 0, [(0, 0, 0)]),
    ],
)
def test_a_sum_becomes_prices(quantity: int, minor: int, expected: list[tuple[int, int, int]]) -> None:
    receipt, decision = decided(NO_RULES, Line("l", "sku", quantity, minor))

    rows = fiscal_sale(receipt, decision, DISCOUNT).lines

    assert expected == [(row.price_minor, row.quantity, row.sum_minor) for row in rows]
    assert all(row.exact for row in rows)


def test_what_one_line_cannot_bear_goes_to_the_others() -> None:
    lines = [
        Line("a", "a", 1000, 10_000, floor_minor=9_900),
        Line("b", "b", 1000, 10_000),
        Line("c", "c", 3000, 10_000),
    ]
    receipt, decision = decided("rules: [{id: a, discount: {amount: 60}}]", *lines)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    expected = [("a", 9900, 1000, 9900), ("b", 7050, 1000, 7050), ("c", 2350, 3000, 7050)]
    assert expected == printed(fiscal)
    assert [(("a", 100),), (("a", 2950),), (("a", 2950),)] == [row.discounts for row in fiscal.lines]


def test_tobacco_is_neither_discounted_nor_paid_with_points_nor_makes_room_for_more() -> None:
    lines = [
        Line("cigarettes", "t", 1000, 20_000, product_class="tobacco", vat="22", marking="0104…"),
        Line("bread", "b", 1000, 10_000),
    ]
    text = "rules: [{id: a, discount: 10}, {id: b, earn: 5}]\nspend: {up_to: 99%}\n"
    receipt, decision = decided(text, *lines, points=1_000_000)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    # The bread costs 90.00 after its discount; 99 % of that is 89.10, and points are whole.
    assert [("cigarettes", 20_000, 1000, 20_000), ("bread", 100, 1000, 100)] == printed(fiscal)
    assert (8900, 0) == (decision.points_minor(), sum(row.units for row in decision.earned))
    assert ("22", "0104…") == (fiscal.lines[0].vat, fiscal.lines[0].marking)


@pytest.mark.parametrize(
    ("keep", "expected", "total"),
    [
        ("", [("a", 0, 1000, 0), ("b", 0, 3000, 0), ("c", 0, 333, 0)], 0),
        (", keep: 0.01", [("a", 1, 1000, 1), ("b", 1, 3000, 3), ("c", 3, 333, 1)], 5),
    ],
)
def test_everything_may_be_paid_with_points(
    keep: str, expected: list[tuple[str, int, int, int]], total: int
) -> None:
    lines = [Line("a", "a", 1000, 10_000), Line("b", "b", 3000, 10_001), Line("c", "c", 333, 4_999)]
    text = NO_RULES + f"spend: {{up_to: 100%{keep}}}\n"
    receipt, decision = decided(text, *lines, worth="0.01", points=1_000_000)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    assert (expected, total, ()) == (printed(fiscal), fiscal.total_minor, fiscal.payments)
    assert 25_000 - total == sum(row.points_minor for row in fiscal.lines)
    in_full = fiscal_sale(receipt, decision, PAYMENT)
    assert (25_000, (("1217", 25_000 - total),)) == (in_full.total_minor, in_full.payments)


def test_delivery_is_a_line_of_its_own_and_points_pay_it_where_the_programme_says_so() -> None:
    way = Line("delivery", "", 1000, 30_000)
    text = NO_RULES + "spend: {up_to: 100%, delivery: yes, keep: 0.01}\n"
    receipt, decision = decided(text, Line("a", "a", 1000, 10_000), worth="0.01", points=10**9, delivery=way)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    assert [("goods", 1), ("delivery", 1)] == [(row.kind, row.sum_minor) for row in fiscal.lines]


TWO_TREATMENTS = "rules: [{id: promo, discount: {amount: 50}, when: {member: yes}}]\nspend: {up_to: 50%}\n"


@pytest.mark.parametrize(
    ("treatment", "expected", "total", "payments"),
    [
        (DISCOUNT, [("a", 1583, 2000, 3166), ("a", 1584, 1000, 1584)], 4750, {"1215": 4000, "1031": 750}),
        (
            PAYMENT,
            [("a", 3166, 1000, 3166), ("a", 3167, 2000, 6334)],
            9500,
            {"1215": 4000, "1031": 750, "1217": 4750},
        ),
    ],
)
def test_coupon_points_and_certificate_together(
    treatment: Treatment, expected: list[tuple[str, int, int, int]], total: int, payments: dict[str, int]
) -> None:
    pays = (Payment("cash", 1000), Payment("certificate", 4000))
    lines = [Line("a", "a", 3000, 14_500)]
    receipt, decision = decided(TWO_TREATMENTS, *lines, worth="0.5", points=200, payments=pays)

    fiscal = fiscal_sale(receipt, decision, treatment)

    # 145.00 less 50.00 is 95.00; half of it are 95 points; of 10.00 in cash 2.50 is change.
    assert (expected, total, payments) == (printed(fiscal), fiscal.total_minor, dict(fiscal.payments))
    assert 5000 == sum(minor for row in fiscal.lines for _, minor in row.discounts)


def test_a_certificate_that_is_sold_is_an_advance_that_earns_nothing() -> None:
    lines = [Line("card", "c", 1000, 300_000, product_class="certificate"), Line("pen", "p", 1000, 1_000)]
    text = "rules: [{id: a, when: {goods_total: {from: 100}}, discount: 10}, {id: b, earn: 10}]\nspend: {up_to: 100%}\n"
    receipt, decision = decided(text, *lines, points=100)

    fiscal = fiscal_sale(receipt, decision, DISCOUNT)

    assert [("advance", 300_000), ("goods", 0)] == [(row.kind, row.sum_minor) for row in fiscal.lines]
    assert ((), ()) == (decision.taken, decision.earned)
    assert (0, 1) == decision.counted


@pytest.mark.parametrize("treatment", list(Treatment))
def test_three_returns_of_one_of_three_are_one_return_of_three(treatment: Treatment) -> None:
    sale = sold(Line("a", "a", 3000, 10_000), Line("b", "b", 1000, 777))

    each = [returned(sale, treatment, back(sale, n), back(sale, n + 1)) for n in range(3)]

    assert [("a", 1000)] * 3 == [(row.line, row.quantity) for part in each for row in part.lines]
    whole = returned(sale, treatment, back(sale, 0), back(sale, 3))
    assert (1, whole.total_minor) == (len(each[0].lines), sum(part.total_minor for part in each))
    assert dict(whole.payments)["1031"] == sum(dict(part.payments)["1031"] for part in each)


def test_a_returned_unit_costs_what_one_of_the_printed_lines_says() -> None:
    sale = sold(Line("a", "a", 3000, 10_000))
    prices = [
        returned(sale, DISCOUNT, back(sale, n), back(sale, n + 1)).lines[0].price_minor for n in range(3)
    ]
    rows = fiscal_sale(sale.receipt, sale.decision, DISCOUNT).lines

    assert sorted(prices) == [row.price_minor for row in rows for _ in range(row.quantity // 1000)]


def sold(*lines: Line) -> Sale:
    text = NO_RULES + "spend: {up_to: 30%}\n"
    receipt, decision = decided(text, *lines, points=40, payments=(Payment("cash", 5000),))
    return Sale(receipt, decision, CLOSED, START.date(), START)


def back(sale: Sale, units: int) -> list[int]:
    if not units:
        return sale.done()
    progress = advance(sale, ReturnWish((ReturnedLine("a", units * 1000),)))
    assert isinstance(progress, list)
    return progress


def returned(sale: Sale, treatment: Treatment, before: list[int], after: list[int]) -> Fiscal:
    return fiscal_return(sale, treatment, (before, after))


@pytest.mark.parametrize(
    ("currency", "worth", "minor", "expected"),
    [
        ("JPY", "1", 1000, [("a", 166, 1000, 166), ("a", 167, 2000, 334)]),
        ("KWD", "0.001", 1000, [("a", 166, 1000, 166), ("a", 167, 2000, 334)]),
        ("KWD", "0.250", 1000, [("a", 166, 1000, 166), ("a", 167, 2000, 334)]),
    ],
)
def test_points_pay_in_currencies_without_kopecks_and_with_three_decimals(
    currency: str, worth: str, minor: int, expected: list[tuple[str, int, int, int]]
) -> None:
    text = NO_RULES + "spend: {up_to: 50%}\n"
    line = Line("a", "a", 3000, minor)
    receipt, decision = decided(text, line, currency=currency, worth=worth, points=10_000)

    assert expected == printed(fiscal_sale(receipt, decision, DISCOUNT))


def test_a_marking_code_is_never_on_two_lines() -> None:
    receipt, decision = decided(
        NO_RULES, Line("a", "a", 3000, 10_000, marking="01"), Line("b", "b", 1000, 1, marking="02")
    )

    rows = fiscal_sale(receipt, decision, DISCOUNT).lines

    assert [("01", 3333, False), ("02", 1, True)] == [
        (row.marking, row.price_minor, row.exact) for row in rows
    ]


def test_a_discount_from_outside_falls_on_tobacco_last() -> None:
    lines = [
        Line("t", "t", 1000, 20_000, product_class="tobacco"),
        Line("a", "a", 1000, 10_000, given_minor=15_000),
        Line("b", "b", 1000, 10_000),
    ]
    receipt, decision = decided(NO_RULES, *lines, given_minor=2_000)

    assert [("t", 20_000), ("a", 0), ("b", 3_000)] == [
        (row.line, row.sum_minor) for row in fiscal_sale(receipt, decision, DISCOUNT).lines
    ]


def test_gifts_are_lines_at_nothing_and_come_back_with_the_last_of_it() -> None:
    receipt, decision = decided(NO_RULES, Line("a", "a", 2000, 10_000))
    decision = msgspec.structs.replace(decision, gifts=(Gift("g", "mug"),))
    sale = Sale(receipt, decision, CLOSED, START.date(), START)
    goods = {"mug": Named("Mug", "20")}

    gift = fiscal_sale(receipt, decision, DISCOUNT, goods).lines[1]
    first = fiscal_return(sale, DISCOUNT, (back(sale, 0), back(sale, 1)), goods)
    last = fiscal_return(sale, DISCOUNT, (back(sale, 1), back(sale, 2)), goods)

    assert ("gift", "mug", "Mug", "20", 0, 0) == (
        gift.kind, gift.sku, gift.title, gift.vat, gift.price_minor, gift.sum_minor,
    )  # fmt: skip
    assert ([("a", 5000)], [("a", 5000), ("gift-1", 0)]) == (
        [(row.line, row.sum_minor) for row in first.lines],
        [(row.line, row.sum_minor) for row in last.lines],
    )


def test_what_each_means_gets_back_leaves_no_kopeck_without_one() -> None:
    pays = (Payment("certificate", 100), Payment("card", 100), Payment("cash", 100))
    receipt, decision = decided(NO_RULES, Line("a", "a", 7000, 300), payments=pays)
    sale = Sale(receipt, decision, CLOSED, START.date(), START)

    parts = [returned(sale, DISCOUNT, back(sale, n), back(sale, n + 1)) for n in range(7)]

    assert [0] * 7 == [part.rest_minor for part in parts]
    assert {"1215": 100, "1081": 100, "1031": 100} == {
        tag: sum(dict(part.payments).get(tag, 0) for part in parts) for tag in ("1215", "1081", "1031")
    }
