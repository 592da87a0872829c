"""What is true of every decision, whatever programme and receipt it is about."""

from itertools import product

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import decide, receipts, rulesets

from kopilka.core.programme.document import Lane
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.rules.stacking import groups_of

slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def by_line(receipt: Receipt, decision: Decision) -> dict[str, object]:
    """A decision with everything that runs along lines told by line id."""
    ids = [line.id for line in receipt.all_lines()]
    spent = decision.spent
    order = msgspec.structs.replace
    rows: dict[str, object] = {
        "left": dict(zip(ids, decision.left, strict=True)),
        "taken": [(row.rule, row.minor, dict(zip(ids, row.parts, strict=True))) for row in decision.taken],
        "spent": None
        if spent is None
        else (spent.units, spent.minor, dict(zip(ids, spent.parts, strict=True))),
        "earned": [(row.rule, row.kind, row.units) for row in decision.earned],
    }
    bare = order(decision, left=(), taken=(), counted=(), earned=(), skipped=(), spent=None)
    return {**rows, "rest": bare, "skipped": sorted((row.rule, row.reason.code) for row in decision.skipped)}


@slow
@given(rules=rulesets(), receipt=receipts(), data=st.data())
def test_the_order_of_lines_never_matters(rules: Ruleset, receipt: Receipt, data: st.DataObject) -> None:
    turned = msgspec.structs.replace(receipt, lines=tuple(data.draw(st.permutations(receipt.lines))))

    assert by_line(receipt, decide(rules, receipt)) == by_line(turned, decide(rules, turned))


@slow
@given(rules=rulesets(), receipt=receipts())
def test_money_sums_to_the_kopeck(rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)
    spent = 0 if decision.spent is None else decision.spent.minor

    assert all(row.minor == sum(row.parts) for row in decision.taken)
    assert decision.discount_minor == sum(row.minor for row in decision.taken)
    assert decision.due_minor == max(0, sum(decision.left))
    assert decision.paid_minor == decision.due_minor - spent
    assert decision.paid_minor >= 0
    assert decision.spent is None or spent == sum(decision.spent.parts)
    whole = decision.goods_minor + decision.delivery_minor - decision.given_minor - decision.discount_minor
    assert whole == sum(decision.left)


@slow
@given(rules=rulesets(), receipt=receipts())
def test_no_line_goes_under_its_floor_and_no_cap_is_broken(rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)
    lines = list(receipt.all_lines())
    spent = decision.spent.parts if decision.spent is not None else (0,) * len(lines)
    for i, line in enumerate(lines):
        taken = sum(row.parts[i] for row in decision.taken)
        if taken or spent[i]:
            assert decision.left[i] - spent[i] >= min(line.floor_minor, decision.left[i] + taken)
        if line.product_class == "tobacco":
            assert (0, 0) == (taken, spent[i])
        if rules.programme.caps.line is not None:
            assert taken <= line.sum_minor * rules.programme.caps.line // 10_000
    for rule in rules.programme.rules:
        given_minor = sum(row.minor for row in decision.taken if row.rule == rule.id)
        limits = [
            rule.caps.receipt,
            rule.caps.member and rule.caps.member.money,
            rule.caps.budget and rule.caps.budget.money,
        ]
        assert given_minor <= min([limit for limit in limits if limit is not None], default=given_minor)
        earned = sum(row.units for row in decision.earned if row.rule == rule.id)
        most = [
            rule.caps.receipt_points,
            rule.caps.member and rule.caps.member.points,
            rule.caps.budget and rule.caps.budget.points,
        ]
        assert earned * 10 <= min([limit for limit in most if limit is not None], default=earned * 10)


@slow
@given(rules=rulesets(), receipt=receipts(), available=st.integers(0, 3000))
def test_points_never_pay_more_than_there_are_or_than_the_share(
    rules: Ruleset, receipt: Receipt, available: int
) -> None:
    decision = decide(rules, receipt, available)
    spent = decision.spent

    assert decision.room.units <= available
    if spent is not None:
        assert spent.units <= decision.room.units
        assert spent.minor <= decision.due_minor
        assert all(part >= 0 for part in spent.parts)


@slow
@given(rules=rulesets(), receipt=receipts())
def test_every_rule_is_told_of_and_restricted_goods_earn_nothing(rules: Ruleset, receipt: Receipt) -> None:
    decision = rules.told(decide(rules, receipt), receipt.at, "Europe/Moscow")
    gave = (*decision.gifts, *decision.issues, *decision.perks, *decision.messages)
    told = {row.rule for row in (*decision.taken, *decision.earned, *decision.skipped, *gave)}
    places = [i for i, line in enumerate(receipt.lines) if line.product_class == "tobacco"]

    assert {rule.id for rule in rules.programme.rules} == told
    order = list(range(len(decision.left)))
    for row in decision.earned:
        parts = decision.earned_parts(row, order)
        assert row.units == sum(parts)
        if row.scope or row.parts or len(places) == len(receipt.lines):
            assert all(parts[i] == 0 for i in places)


@slow
@given(rules=rulesets(rules=5, chooser="best"), receipt=receipts())
def test_the_best_choice_is_the_best_of_all_choices(rules: Ruleset, receipt: Receipt) -> None:
    assume(not any(effect.LANE is Lane.PRICES for rule in rules.programme.rules for effect in rule.effects))  # type: ignore[attr-defined]
    chosen = decide(rules, receipt)
    taken = {row.rule for row in chosen.taken}
    candidates = rules.lanes[Lane.DISCOUNTS]
    met = [
        c for c in candidates if c.id in taken or _code(chosen, c.id) in {"better_rule", "nothing_to_take"}
    ]
    least = min(
        (
            _due(rules, receipt, {c.id for c in some if c is not None})
            for some in product(*[[*g, None] for g in groups_of(met, rules.programme.lanes.discounts.choose)])
        ),
        default=sum(chosen.left),
    )

    assert least == sum(chosen.left)


def _code(decision: Decision, rule: str) -> str:
    return next((row.reason.code for row in decision.skipped if row.rule == rule), "")


def _due(rules: Ruleset, receipt: Receipt, only: set[str]) -> int:
    """What is to be paid where of the discounts only these stand, all together."""
    programme = rules.programme
    here = {rule.id for rule in programme.rules if any(e.LANE is Lane.DISCOUNTS for e in rule.effects)}  # type: ignore[attr-defined]
    kept = tuple(
        # Groups of other lanes stay: there they still choose among rivals.
        msgspec.structs.replace(rule, group="") if rule.id in here else rule
        for rule in programme.rules
        if rule.id in only or rule.id not in here
    )
    lanes = msgspec.structs.replace(
        programme.lanes, discounts=msgspec.structs.replace(programme.lanes.discounts, choose=_all())
    )
    return sum(decide(Ruleset(msgspec.structs.replace(programme, rules=kept, lanes=lanes)), receipt).left)


def _all() -> object:
    from kopilka.core.programme.document import Chooser  # noqa: PLC0415 - only here

    return Chooser.ALL
