"""What each effect gives: one sentence a row, prices in roubles."""

from datetime import date

import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member, Past
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.rules.decision import Decision, Gift, Issue, Message, Privilege
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset

HEAD = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00, decimals: 2}, star: {}}
levels: {by: spend, ladder: [{id: base, from: 0}, {id: gold, from: 1000}]}
coupons: {next: {life: 30d}, spring: {until: 2026-02-01}, may: {from: 2026-05-01, until: 2026-05-31, life: 90d}}
perks: {early: {title: Early}}
classes: {exhibit: {gift: no}}
"""
SHOP = Shop("s1", ZONE, "club")
TEA = Line("old", "tea", 1000, 100)
MEMBER = Member("h", "m", "gold", 1, spend_minor=15_000_000, past=(Past(date(2025, 1, 1), (TEA,), ("mug",)),))
DELIVERY = Line("delivery", "delivery", 1000, 30000)


def line(name: str, minor: int, quantity: int = 1000, **facts: object) -> Line:
    tags = tuple(name.split("+"))
    return Line(name + str(minor), name, quantity, minor, tags=tags, **facts)  # type: ignore[arg-type]


def decide(
    rules: str, *lines: Line, member: Member | None = MEMBER, classes: dict[str, str] | None = None
) -> Decision:
    ruleset = Ruleset(programme_of(f"{HEAD}{rules}"))
    receipt = Receipt("r", "s1", START, "RUB", lines or (line("a", 10000),), DELIVERY)
    return evaluate(ruleset, receipt, SHOP, member, Means(classes=classes or {}))


def rule(text: str) -> str:
    return f"rules: [{{id: r, {text}}}]\n"


A, B = line("a", 10000), line("b", 4000)
THREE = (line("a", 30000), line("b", 20000), line("c", 9900))
NEARLY_FREE = [
    ("a percent off every line", "discount: 10%", THREE, 5990),
    ("a percent by level", "discount: {base: 3, gold: 7}", (A,), 700),
    ("a percent by what the member has bought", "discount: {spent: {0: 3, 150000: 7}}", (A,), 700),
    ("a percent by the receipt", "discount: {percent: {from: {0: 1, 100: 20}}}", (A,), 2000),
    ("a percent by the receipt, one kopeck below", "discount: {percent: {from: {0: 1, 100.01: 20}}}", (A,), 100),
    ("a discount larger than the line takes the line", "goods: {tag: b}, discount: {amount: 500}", (A, B), 4000),
    ("the whole off is exactly nothing to pay", "discount: 100%", THREE, 59900),
    ("a fixed price of each piece", "goods: {tag: a}, price: {each: 99}", (line("a", 30000, 3000), B), 300),
    ("a fixed price of what is weighed", "goods: {tag: a}, price: {each: 99}", (line("a", 3333, 333),), 36),
    ("a fixed price that is dearer changes nothing", "price: {each: 200}", (A,), 0),
    ("a price list of the catalogue", "price: {of: club}", (line("a", 20000, 2000, prices={"club": 9000}), B), 2000),
    ("another price list", "price: {of: vip}", (line("a", 20000, 2000, prices={"club": 9000}),), 0),
    ("the third item for a rouble", "nth_item: {every: 3, price: 1}", THREE, 9800),
    ("the second item for half the price", "nth_item: {every: 2, percent: 50%}", (A, B), 2000),
    ("the cheapest of three for nothing", "nth_item: 3", THREE, 9900),
    ("two are not three", "nth_item: 3", (A, B), 0),
    ("six of one line: two of them", "nth_item: 3", (line("a", 60000, 6000),), 20000),
    ("six pieces: the two cheapest", "nth_item: 3", (line("a", 40000, 4000), line("b", 6000, 2000)), 6000),
    ("six pieces: the cheapest of each three", "nth_item: {every: 3, pick: cheapest_of_each}",
     (line("a", 40000, 4000), line("b", 6000, 2000)), 13000),
    ("the cheapest item once", "nth_item: {every: 1, times: 1}", THREE, 9900),
    ("the dearest of two", "nth_item: {every: 2, pick: dearest, percent: 10%}", (A, B), 1000),
    ("what is weighed is one piece", "nth_item: 2", (line("a", 10000, 3333), line("b", 4000, 250)), 4000),
    ("a line that does not divide", "nth_item: {every: 3}", (line("a", 10000, 3000),), 3333),
    ("what the till gives away is no piece", "nth_item: 3", (A, B, line("c", 500, given_minor=500)), 0),
    ("no goods, no third one", "nth_item: 3", (line("a", 0, 3000),), 0),
    ("nothing weighed is nothing", "nth_item: {every: 1}", (line("a", 100, 0),), 0),
    ("buy a, get b for half", "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: b}}, percent: 50%}", (A, B), 2000),
    ("the reward is never among what was bought", "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: a}}}", (A,), 0),
    ("two of one sort: the cheaper one", "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: a}}}",
     (A, line("a", 7000)), 7000),
    ("three lines, two bought and one got", "bundle: {buy: {count: 2}, get: {}}", THREE, 9900),
    ("what is both is left for buying where it must be", "bundle: {buy: {goods: {tag: a}}, get: {goods: {tag: b}}}",
     (line("a+b", 3000), line("b", 5000)), 5000),
    ("at most twice", "bundle: {buy: {}, get: {}, times: 2}", (line("a", 80000, 8000),), 20000),
    ("ten bought, one got for a rouble", "bundle: {buy: {count: 10}, get: {goods: {tag: b}}, price: 1}",
     (line("a", 100000, 10000), B), 3900),
    ("a set for one price", "set: {parts: [{goods: {tag: a}}, {goods: {tag: b}}], price: 100}", (A, B), 4000),
    ("a set of the dearest", "set: {parts: [{goods: {tag: a}}, {goods: {tag: b}}], price: 100, times: 1}",
     (A, line("a", 15000), B), 9000),
    ("a set dearer than its goods is none", "set: {parts: [{goods: {tag: a}}, {goods: {tag: b}}], price: 300}", (A, B), 0),
    ("sets share no piece", "set: {parts: [{goods: {tag: [a, b]}}, {goods: {tag: b}}], price: 50}", (A, B), 9000),
    ("a set at a percent", "set: {parts: [{count: 2}], percent: 25%}", THREE, 12500),
    ("a set of four parts missing one", "set: {parts: [{count: 2}, {goods: {tag: d}}], price: 1}", THREE, 0),
    ("delivery for nothing", "free: delivery", (A,), 30000),
    ("delivery for half", "free: {percent: 50}", (A,), 15000),
    ("delivery by level", "free: {percent: {gold: 10}}", (A,), 3000),
    ("delivery for 99", "free: {price: 99}", (A,), 20100),
    ("delivery at a price above its own", "free: {price: 400}", (A,), 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "lines", "off"), [row[1:] for row in NEARLY_FREE], ids=[row[0] for row in NEARLY_FREE]
)
def test_money(effect: str, lines: tuple[Line, ...], off: int) -> None:
    assert off == decide(rule(effect), *lines).discount_minor
    assert off == decide(rule(effect), *lines[::-1]).discount_minor


@pytest.mark.parametrize(
    ("on", "off"),
    [("initial", 10000), ("remaining", 8200)],
    ids=["never below nothing", "one after the other"],
)
def test_forty_and_seventy_percent_together_are_never_free_by_accident(on: str, off: int) -> None:
    rules = (
        f"lanes: {{discounts: {{choose: all, percent_on: {on}}}}}\n"
        "rules: [{id: x, when: {member: yes}, discount: 40%}, {id: y, when: {member: yes}, discount: 70%}]\n"
    )
    decision = decide(rules, line("a", 10000))

    assert off == decision.discount_minor
    assert 10000 - off == decision.left[0] >= 0


def test_forty_and_seventy_percent_on_the_initial_price_stop_at_the_limit_of_a_line() -> None:
    rules = (
        "caps: {line: 90%}\nlanes: {discounts: {choose: all, percent_on: initial}}\n"
        "rules: [{id: x, when: {member: yes}, discount: 40%}, {id: y, when: {member: yes}, discount: 70%}]\n"
    )

    assert (1000, 9000) == (
        decide(rules, line("a", 10000)).left[0],
        decide(rules, line("a", 10000)).discount_minor,
    )


def test_a_fixed_sum_off_lines_of_a_kopeck_takes_each_kopeck_once() -> None:
    lines = [line("a", 1), line("b", 1), line("c", 1)]

    assert [(2, [0, 0, 1]), (3, [0, 0, 0])] == [
        (
            (found := decide(rule(f"discount: {{amount: {amount}}}"), *lines)).discount_minor,
            list(found.left[:3]),
        )
        for amount in ("0.02", "5.00")
    ]


def test_a_set_leaves_what_the_law_protects_its_floor() -> None:
    text = rule("set: {parts: [{goods: {tag: a}}, {goods: {tag: b}}], price: 10}")
    decision = decide(text, line("a", 10000, floor_minor=9000), B)

    assert (9000, 0) == decision.left[:2]


def test_the_best_leaves_out_a_discount_that_would_bring_the_reward_to_a_line_at_its_floor() -> None:
    rules = (
        "rules:\n  - {id: small, goods: {tag: b}, discount: {amount: 2}, group: x, priority: 2}\n"
        "  - {id: cheapest, nth_item: 2, group: y, priority: 1}\n"
    )
    decision = decide(rules, line("a", 500), line("b", 600, floor_minor=400))

    assert [("cheapest", 500)] == [(row.rule, row.minor) for row in decision.taken]
    assert ["small"] == [row.rule for row in decision.skipped]


def test_tobacco_is_no_piece_of_anything() -> None:
    smoke = line("a", 20000, product_class="tobacco")

    for effect in ("nth_item: 2", "bundle: {buy: {}, get: {}}", "set: {parts: [{count: 2}], price: 1}"):
        assert 0 == decide(rule(effect), smoke, B).discount_minor


def test_goods_at_a_closed_price_count_as_bought_and_are_not_rewarded() -> None:
    rules = "rules: [{id: p, price: {a: 90}}, {id: r, bundle: {buy: {goods: {tag: a}}, get: {}}}]\n"

    assert {"p": 1000, "r": 4000} == {row.rule: row.minor for row in decide(rules, A, B).taken}
    assert {"p": 1000} == {row.rule: row.minor for row in decide(rules, A).taken}


def test_what_a_limit_kept_back_is_told() -> None:
    taken = decide(rule("discount: 50%, caps: {receipt: 20}"), A).taken[0]
    line_cap = decide(rule("discount: {amount: 90}, caps: {line: 30%}"), A).taken[0]
    free = decide(rule("discount: 50%, caps: {receipt: 2000}"), A).taken[0]

    assert [(2000, 5000), (3000, 9000), (5000, 0)] == [
        (row.minor, row.wanted) for row in (taken, line_cap, free)
    ]


# -- points ---------------------------------------------------------------------------------------------------


def points(rules: str, *lines: Line, member: Member | None = MEMBER) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in decide(rules, *lines, member=member).earned:
        found[row.rule] = found.get(row.rule, 0) + row.units
    return found


BASE = "{id: base, earn: 5%}"
EARNED = [
    ("doubled", f"rules: [{BASE}, {{id: r, multiply: 2}}]", {"base": 500, "r": 500}),
    ("half as much again", f"rules: [{BASE}, {{id: r, multiply: 1.5}}]", {"base": 500, "r": 250}),
    ("never more than its limit", f"rules: [{BASE}, {{id: r, multiply: 3, caps: {{receipt_points: 1.5}}}}]", {"base": 500, "r": 150}),
    ("only what is named", f"rules: [{BASE}, {{id: extra, earn: {{points: 3}}}}, {{id: r, multiply: {{times: 2, of: extra}}}}]",
     {"base": 500, "extra": 300, "r": 300}),
    ("other points are not meant", f"rules: [{BASE}, {{id: stars, earn: {{points: 3, kind: star}}}}, {{id: r, multiply: 2}}]",
     {"base": 500, "stars": 3, "r": 500}),
    ("other points when they are", f"rules: [{BASE}, {{id: stars, earn: {{points: 3, kind: star}}}}, {{id: r, multiply: {{times: 2.5, kind: star}}}}]",
     {"base": 500, "stars": 3, "r": 4}),
    ("multipliers add up", f"rules: [{BASE}, {{id: r, multiply: 2}}, {{id: s, multiply: 3}}]", {"base": 500, "r": 500, "s": 1000}),
    ("of a group the best", f"rules: [{BASE}, {{id: r, multiply: 2, group: g}}, {{id: s, multiply: 3, group: g}}]", {"base": 500, "s": 1000}),
    ("the best of all", f"lanes: {{earning: {{choose: best}}}}\nrules: [{BASE}, {{id: r, multiply: 2}}, {{id: s, multiply: 3}}]",
     {"base": 500, "s": 1000}),
    ("by priority", f"lanes: {{earning: {{choose: priority}}}}\nrules: [{BASE}, {{id: r, multiply: 2, priority: 9}}, {{id: s, multiply: 3}}]",
     {"base": 500, "r": 500}),
    ("what is multiplied may be the second best", "lanes: {earning: {choose: best}}\nrules: [{id: x, earn: 6%}, {id: y, earn: 5%}, {id: r, multiply: {times: 2, of: y}}]",
     {"y": 500, "r": 500}),
    ("a rule does not multiply itself", "rules: [{id: r, earn: 5%, multiply: 2}]", {"r": 500}),
    ("nothing is multiplied where nothing is earned", "rules: [{id: x, when: {card: z}, earn: 5%}, {id: r, multiply: 2}]", {}),
    ("a fixed number", "rules: [{id: r, earn: {points: 7.5}}]", {"r": 750}),
    ("for each piece", "rules: [{id: r, earn: {points: 2, each: yes}}]", {"r": 200}),
    ("for every so much", "rules: [{id: r, earn: {points: 1, per: 30, whole: yes}}]", {"r": 300}),
    ("two effects of a rule share its limit", "rules: [{id: r, earn: [5%, {points: 4}], caps: {receipt_points: 6}}]", {"r": 600}),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "expected"), [row[1:] for row in EARNED], ids=[row[0] for row in EARNED])
def test_points_earned(rules: str, expected: dict[str, int]) -> None:
    assert expected == points(rules + "\n", A)


def test_only_goods_in_scope_are_multiplied_and_bear_what_is_added() -> None:
    decision = decide(f"rules: [{BASE}, {{id: r, goods: {{tag: b}}, multiply: 2}}]\n", A, B)

    assert [("base", 700, ()), ("r", 200, (0, 200, 0))] == [
        (row.rule, row.units, row.parts) for row in decision.earned
    ]


def test_points_that_live_otherwise_are_multiplied_with_their_own_days() -> None:
    rules = f"rules: [{BASE}, {{id: short, earn: {{percent: 1, life: 31d}}}}, {{id: r, multiply: 2}}]\n"
    rows = [row for row in decide(rules, A).earned if row.rule == "r"]

    assert [(100, date(2026, 4, 2)), (500, None)] == [(row.units, row.last_on) for row in rows]


def test_what_a_limit_kept_back_of_points_is_told() -> None:
    rules = "rules: [{id: r, earn: 5%, caps: {receipt_points: 2}}, {id: s, multiply: 3, caps: {receipt_points: 3}}]\n"

    assert [(200, 500), (300, 400)] == [(row.units, row.wanted) for row in decide(rules, A).earned]


def test_a_guest_gets_no_multiplied_points() -> None:
    assert {} == points(f"rules: [{BASE}, {{id: r, multiply: 2}}]\n", A, member=None)


# -- what is no money -----------------------------------------------------------------------------------------

GIVEN = [
    ("a gift", "gift: cup", [Gift("r", "cup")]),
    ("three of them", "gift: {sku: cup, pieces: 3}", [Gift("r", "cup", 3000)]),
    ("the first that may be given", "gift: {any_of: [vase, beer, cup]}", [Gift("r", "cup")]),
    ("the first never bought nor given", "gift: {any_of: [tea, mug, a, cup], never_bought: yes}", [Gift("r", "cup")]),
    ("a coupon for thirty days", "coupon: next", [Issue("r", "next", date(2026, 3, 2), date(2026, 4, 1))]),
    ("a coupon for a month to come", "coupon: may", [Issue("r", "may", date(2026, 5, 1), date(2026, 5, 31))]),
    ("a perk while it is earned", "perk: early", [Privilege("r", "early")]),
    ("a perk that is kept", "perk: {of: early, for: 6m}", [Privilege("r", "early", date(2026, 9, 2), kept=True)]),
    ("a message for each who has words", "message: {slip: Thanks, cashier: {en: Smile}}",
     [Message("r", "cashier"), Message("r", "slip")]),
    ("messages beside a discount", "discount: 5%, message: {slip: Thanks}", [Message("r", "slip", 1)]),
    ("the law forbids", "gift: {any_of: [cigarettes]}", "no_gift_goods"),
    ("the programme forbids", "gift: vase", "no_gift_goods"),
    ("all were bought or given before", "gift: {any_of: [tea, mug], never_bought: yes}", "had_already"),
    ("what is being bought now is no sample", "gift: {sku: a, never_bought: yes}", "had_already"),
    ("a series that has ended", "coupon: spring", "series_over"),
    ("beside a discount that gave nothing", "goods: {tag: z}, discount: 5%, message: {slip: Thanks}", "gave_nothing"),
]  # fmt: skip
CLASSES = {"vase": "exhibit", "cigarettes": "tobacco", "beer": "alcohol"}


def given(decision: Decision) -> list[object] | str:
    rows = [*decision.gifts, *decision.issues, *decision.perks, *decision.messages]
    return rows or decision.skipped[0].reason.code


@pytest.mark.parametrize(("effect", "expected"), [row[1:] for row in GIVEN], ids=[row[0] for row in GIVEN])
def test_gifts(effect: str, expected: list[object] | str) -> None:
    assert expected == given(decide(rule(effect), A, classes=CLASSES))


@pytest.mark.parametrize("effect", ["coupon: next", "perk: early", "gift: {sku: cup, never_bought: yes}"])
def test_a_guest_gets_none(effect: str) -> None:
    assert "members_only" == given(decide(rule(effect), A, member=None))


def test_a_gift_is_for_guests_too() -> None:
    assert [Gift("r", "cup")] == given(decide(rule("gift: cup"), A, member=None))
