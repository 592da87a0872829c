"""Receipts, programmes and members as Hypothesis draws them."""

from typing import Any

import hypothesis.strategies as st
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
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
"""
PIECES = (
    "discount: 10%", "discount: 33.3%", "discount: {amount: 77.77}", "discount: {amount: 5000}",
    "discount: {percent: {from: {0: 1, 300: 20}}}", "goods: {tag: a}, discount: 50%",
    "goods: {tag: b}, discount: {amount: 10.01}", "when: {goods_total: {from: 500}}, discount: 15%",
    "price: {list: {sku-1: 3.33, sku-2: 50}}", "goods: {tag: b}, price: {list: {sku-1: 1.01, sku-3: 9.99}, closes: no}",
    "free: delivery", "free: {what: delivery, percent: 50%}", "earn: 7%", "goods: {tag: a}, earn: {percent: 12, round: line}",
    "earn: {points: 3, each: yes}", "earn: {points: 1, per: 13}", "earn: {percent: 5, with_points_part: yes}",
)  # fmt: skip
CAPS = (
    "", "", "", ", caps: {line: 20%}", ", caps: {receipt: 30.00}", ", caps: {member: {per: day, money: 12.34}}",
    ", caps: {budget: {money: 50}}",
)  # fmt: skip
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
                product_class=draw(st.sampled_from(CLASSES)),
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
        if "earn" in piece and ("line:" in cap or "receipt:" in cap or "money" in cap):
            cap = ""
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
