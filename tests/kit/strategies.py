"""Receipts, programmes and members as Hypothesis draws them."""

from typing import Any

import hypothesis.strategies as st
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import BARS, Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset

SHOP = Shop("s1", ZONE, "club", ("outlet",))
MEMBER = Member("hdr_1", "mem_1", "base", 0, tags=frozenset({"vip"}))
CLASSES = ("", "", "", "tobacco", "gift")
HEAD = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 0.50, decimals: 1}}
levels: {by: spend, ladder: [{id: base, from: 0}, {id: gold, from: 1000}]}
classes: {gift: {discount: no, count: no}}
coupons: {next: {life: 30d}}
perks: {early: {title: Early}}
"""
PIECES = (
    "discount: 10%", "discount: 33.3%", "discount: {amount: 77.77}", "discount: {amount: 5000}",
    "discount: {percent: {from: {0: 1, 300: 20}}}", "goods: {tag: a}, discount: 50%",
    "goods: {tag: b}, discount: {amount: 10.01}", "when: {goods_total: {from: 500}}, discount: 15%",
    "price: {list: {sku-1: 3.33, sku-2: 50}}", "goods: {tag: b}, price: {list: {sku-1: 1.01, sku-3: 9.99}, closes: no}",
    "free: delivery", "free: {what: delivery, percent: 50%}", "earn: 7%", "goods: {tag: a}, earn: {percent: 12, round: line}",
    "earn: {points: 3, each: yes}", "earn: {points: 1, per: 13}", "earn: {percent: 5, with_points_part: yes}",
    "price: {each: 7.77}", "goods: {tag: a}, price: {of: club, closes: no}", "free: {price: 99}",
    "nth_item: 2", "nth_item: {every: 3, take: 2, pick: dearest, percent: 33.3%}", "goods: {tag: a}, nth_item: {every: 2, price: 1.00}",
    "nth_item: {every: 2, pick: cheapest_of_each, times: 2}", "goods: {tag: b}, nth_item: {every: 1, times: 1}",
    "bundle: {buy: {count: 2}, get: {}}", "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: b}, count: 2}, percent: 50%}",
    "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: a}}, pick: dearest, price: 5, times: 3}",
    "set: {parts: [{goods: {tag: a}}, {goods: {tag: b}, count: 2}], price: 100}", "set: {parts: [{count: 3}], percent: 20%}",
    "set: {parts: [{goods: {sku: sku-1}}, {goods: {tag: a}}, {}], price: 9.99, times: 2}",
    "multiply: 2", "goods: {tag: a}, multiply: 1.333", "gift: cup", "gift: {any_of: [cup, mug], pieces: 2}",
    "gift: {sku: sample, never_bought: yes}", "coupon: next", "perk: early", "perk: {of: early, for: 30d}",
    "message: {slip: Thanks}", "earn: 3%, message: {cashier: Well, customer: {en: Done}}, gift: cup",
)  # fmt: skip
CAPS = (
    "", "", "", ", caps: {line: 20%}", ", caps: {receipt: 30.00}", ", caps: {member: {per: day, money: 12.34}}",
    ", caps: {budget: {money: 50}}",
)  # fmt: skip
POINTS_CAPS = (
    "",
    ", caps: {receipt_points: 7.5}",
    ", caps: {member: {per: month, points: 9}}",
    ", caps: {budget: {points: 5}}",
)
MONEYLESS = ("gift", "coupon", "perk", "message")
CHOOSERS = ("best", "priority", "all")


@st.composite
def lines(draw: Any, most: int = 6) -> tuple[Line, ...]:
    rows = []
    for i in range(draw(st.integers(1, most))):
        money = draw(st.integers(0, 200_000))
        rows.append(
            Line(
                f"l{i}", f"sku-{draw(st.integers(1, 4))}", draw(st.sampled_from([0, 1, 333, 1000, 1000, 3000])), money,
                given_minor=draw(st.sampled_from([0, 0, 0, 100, money // 2, money + 555])),
                floor_minor=draw(st.sampled_from([0, 0, 0, money // 3, money])),
                tags=tuple(draw(st.lists(st.sampled_from("ab"), unique=True, max_size=2))),
                product_class=draw(st.sampled_from(CLASSES)), prices=draw(st.sampled_from([{}, {"club": 1234}, {"other": 1}])),
                barred=draw(st.sampled_from([(), (), (), ("spend",), ("discount", "spend"), BARS])),
            )
        )  # fmt: skip
    return tuple(rows)


@st.composite
def receipts(draw: Any) -> Receipt:
    delivery = Line("delivery", "delivery", 1000, 29900) if draw(st.booleans()) else None
    spend = draw(st.sampled_from([None, SpendRequest(None)]))
    given = draw(st.sampled_from([0, 0, 1, 5000, 10**7]))
    return Receipt("r", "s1", START, "RUB", draw(lines()), delivery, spend=spend, given_minor=given)


@st.composite
def rulesets(draw: Any, *, rules: int = 6, chooser: str = "") -> Ruleset:
    rows = []
    ranks = draw(st.permutations(range(1, rules + 1)))
    base = draw(st.sampled_from(["initial", "remaining"]))
    for i in range(draw(st.integers(1, rules))):
        group = draw(st.sampled_from(["", "", ", group: x", ", group: y"]))
        piece, cap = draw(st.sampled_from(PIECES)), draw(st.sampled_from(CAPS))
        if piece.startswith(MONEYLESS) or "earn" in piece or "multiply" in piece:
            cap = (
                draw(st.sampled_from(POINTS_CAPS))
                if "line:" in cap or "receipt:" in cap or "money" in cap
                else cap
            )
        if "price" in piece or "free" in piece:
            cap = cap if "receipt:" in cap else ""
        rows.append(f"  - {{id: r{i}, {piece}{cap}{group}, priority: {ranks[i]}}}")
    choose = chooser or draw(st.sampled_from(CHOOSERS))
    lanes = f"lanes: {{discounts: {{choose: {choose}, percent_on: {base}}}, prices: {{choose: {choose}}}, earning: {{choose: {choose}}}}}\n"
    caps = draw(st.sampled_from(["", "caps: {line: 40%}\n", "caps: {line: 40%, with_points: yes}\n"]))
    spend = draw(st.sampled_from(["spend: {up_to: 100%, delivery: yes}\n", "spend: {up_to: 30%}\n", ""]))
    return Ruleset(programme_of(HEAD + lanes + caps + spend + "rules:\n" + "\n".join(rows) + "\n"))


def decide(rules: Ruleset, receipt: Receipt, available: int = 100_000) -> Decision:
    return evaluate(rules, receipt, SHOP, MEMBER, Means(available))
