"""Laws of conditions: an answer for everything, the same in whatever order lines stand, never met behind a shut gate."""

from datetime import date, timedelta
from typing import Any

import hypothesis.strategies as st
import msgspec
from checking import context_of, rules_of
from hypothesis import given

from kopilka.core.member.member import Member, Past, Perk
from kopilka.core.receipt import Line, Payment
from kopilka.core.rules.condition import Check
from kopilka.core.rules.reason import REASONS, Reason
from kopilka.core.rules.registry import CONDITIONS
from kopilka.core.rules.ruleset import Ruleset
from kopilka.words.reasons import said
from kopilka.words.tongue import tongue_of

WRITTEN = (
    "level: gold", "goods_total: {from: 100, below: 3000}", "goods_total: {from: 50, goods: {tag: a}, of: initial}",
    "goods_total: {from: 300, of: receipt}", "card: [gold]", "card: []", "shop: [outlet, s2]", "channel: [app, store]",
    "member: no", "first_purchase: no", "coupon: spring", "tag: [a, b]", "attribute: {name: city, any_of: [a]}",
    "attribute: {name: city}", "goods_count: {from: 1.5, below: 9, goods: {tag: a}}", "goods_count: 3", "promo: no",
    "promo: {goods: {tag: b}}", "receipt_number: {every: 3, from: 2, below: 900}",
    "receipt_number: {number: [1, 4], per: week}", "receipt_number: {every: 2, per: year}",
    "days_since_purchase: {from: 3, below: 40}", "history: {goods: {tag: a}, within: 30d, receipts: {from: 2}}",
    "history: {pieces: {from: 2, below: 30}, sum: {from: 100}}", "history: {never: yes, goods: {not: {tag: b}}}",
    "birthday: {before: 7, after: 2}", "tenure: {from: 3m, below: 2y}", "perk: [consultant, early]",
    "calendar: {from: 2026-02-01, until: 2027-06-30, weekdays: [mon, fri], hours: [{from: 22:00, until: 03:00}]}",
    "calendar: {days: [02-29, 12-31], holidays: no}", "calendar: {hours: [{from: 02:00, until: 02:30}]}", "till: [1]",
    "payment: {any_of: [online, card], whole: yes}", "choice: {any_of: earn, unset: yes}", "action: review",
    "not: {goods_total: 500}", "any: [{tag: a}, {goods_total: 900}, {all: [{member: yes}, {promo: yes}]}]",
    "all: [{birthday: {after: 100}}, {not: {till: 1}}]",
)  # fmt: skip
RULESETS = {text: rules_of(text) for text in WRITTEN}
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def drawn_lines(draw: Any, most: int = 5) -> tuple[Line, ...]:
    return tuple(
        Line(
            f"l{i}", f"sku-{draw(st.integers(1, 3))}", draw(st.sampled_from([0, 1, 333, 1000, 5000, 10**9])),
            draw(st.sampled_from([0, 1, 9999, 50_000, 10**12])), given_minor=draw(st.sampled_from([0, 0, 5000, 10**13])),
            tags=tuple(draw(st.lists(st.sampled_from("ab"), unique=True))), promo=draw(st.booleans()),
            product_class=draw(st.sampled_from(["", "", "tobacco", "gift", "nothing known"])),
        )
        for i in range(draw(st.integers(0, most)))
    )  # fmt: skip


@st.composite
def drawn_members(draw: Any) -> Member | None:
    if draw(st.booleans()) and draw(st.booleans()):
        return None
    rows = draw(st.dictionaries(DAYS, st.lists(st.integers(-2, 5), min_size=3, max_size=3), max_size=6))
    lists = st.lists(st.sampled_from("ab"), unique=True)
    return Member(
        "hdr_1", "mem_1", draw(st.sampled_from(["", "base", "gold", "gone"])),
        receipts=draw(st.integers(-1, 30)), tags=frozenset(draw(lists)), card_types=frozenset(draw(lists)), days=rows,
        past=tuple(Past(day, draw(drawn_lines(3))) for day in draw(st.lists(DAYS, max_size=4))),
        perks=tuple(Perk(draw(st.sampled_from(["early", "gone"])), day, draw(st.none() | DAYS)) for day in rows),
        born_on=draw(st.none() | st.dates()), joined_on=draw(st.none() | DAYS),
        attributes=draw(st.dictionaries(st.sampled_from(["city", "town"]), st.text(max_size=3))),
    )  # fmt: skip


@st.composite
def drawn_facts(draw: Any) -> dict[str, Any]:
    at = draw(DAYS).isoformat() + draw(
        st.sampled_from([" 00:00", " 02:15", " 02:15/2", " 12:00", " 23:59:59"])
    )
    kinds = st.lists(st.sampled_from(["cash", "online", "card", ""]), max_size=3)
    return {
        "at": at, "lines": draw(drawn_lines()), "zone_name": draw(st.sampled_from(["Europe/Berlin", "Asia/Yekaterinburg"])),
        "delivery": draw(st.sampled_from([None, Line("delivery", "delivery", 1000, 30_000)])),
        "payments": tuple(Payment(kind, draw(st.sampled_from([-1, 0, 1, 10**12]))) for kind in draw(kinds)),
        "choice": draw(st.sampled_from(["", "earn", "other"])), "till": draw(st.sampled_from(["", "1", "2"])),
        "action": draw(st.sampled_from(["", "review"])), "coupons": draw(st.sampled_from([(), ("spring",)])),
    }  # fmt: skip


def answer_of(rules: Ruleset, member: Member | None, facts: dict[str, Any]) -> Reason | None:
    return condition(rules).check(context_of(rules, member, **facts))


def condition(rules: Ruleset) -> Check:
    found = rules.programme.rules[0].when[0]
    assert isinstance(found, Check)
    return found


def test_every_condition_is_drawn() -> None:
    assert set(CONDITIONS) == {condition(rules).NAME for rules in RULESETS.values()}


@given(drawn_members(), drawn_facts())
def test_a_condition_answers_whatever_comes_and_the_answer_can_be_said(
    member: Member | None, facts: dict[str, Any]
) -> None:
    for rules in RULESETS.values():
        reason = answer_of(rules, member, dict(facts))
        for tag in ("ru", "en"):
            said_so = "" if reason is None else said(reason, tongue_of(tag, [rules.programme]))

            assert reason is None or (reason.code in REASONS and not said_so.startswith(reason.code))


@given(drawn_members(), drawn_facts(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_no_answer(
    member: Member | None, facts: dict[str, Any], chance: Any
) -> None:
    shuffled = dict(facts, lines=tuple(chance.sample(facts["lines"], len(facts["lines"]))))
    for rules in RULESETS.values():
        assert answer_of(rules, member, dict(facts)) == answer_of(rules, member, dict(shuffled))


@given(drawn_members(), drawn_facts())
def test_no_condition_is_met_behind_a_shut_gate_or_on_a_day_on_which_it_sleeps(
    member: Member | None, facts: dict[str, Any]
) -> None:
    for rules in RULESETS.values():
        context = context_of(rules, member, **dict(facts))
        asked, gate = condition(rules), condition(rules).gate()
        known = () if gate is None else context.facts(frozenset({gate[0]}))
        shut = gate is not None and not any((gate[0], value) in known for value in gate[1])
        asleep = not asked.live(context.day)

        assert asked.check(context) is not None or not (shut or asleep)


@given(drawn_members(), drawn_facts())
def test_what_lies_further_back_than_a_condition_needs_changes_nothing(
    member: Member | None, facts: dict[str, Any]
) -> None:
    today = date.fromisoformat(facts["at"][:10])
    if member is None or member.receipts <= 0:
        return
    for rules in RULESETS.values():
        needs = condition(rules).needs()
        first = None if needs.days is None else needs.days.before(today) - timedelta(days=1)
        days = {day: row for day, row in member.days.items() if first is not None and day >= first}
        since = None if needs.past is None else needs.past.before(today)
        bought = tuple(past for past in member.past if since is not None and past.day >= since)
        partly = msgspec.structs.replace(member, days=days, past=bought)

        assert answer_of(rules, member, dict(facts)) == answer_of(rules, partly, dict(facts))
