"""Laws of explanations: amounts of a tree are those of the Decision, every node can be said, a line of the till fits it."""

import re

import pytest
from hypothesis import given, settings
from strategies import SHOP, decide, receipts, rulesets

from kopilka.core.receipt import Receipt
from kopilka.core.rules.explain.expected import Wish, difference
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import unbalanced, walk
from kopilka.core.rules.explain.tree import explain, tree_of
from kopilka.core.rules.reason import REASONS
from kopilka.core.rules.ruleset import Ruleset
from kopilka.words.explanation import CASHIER_MAX, Teller
from kopilka.words.tongue import tongue_of

MANY = settings(max_examples=100, deadline=None)
BARE = re.compile(r"\{|\}|\b[a-z]+_[a-z_]+\b")
"""An unfilled place, or a code."""


@MANY
@given(rulesets(), receipts())
def test_the_amounts_of_a_tree_are_those_of_the_decision(rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)
    tree = explain(rules, receipt, decision, SHOP)

    by_code = {node.reason.code: node for node in tree.below if node.minor is not None}
    assert [] == unbalanced(tree)
    assert decision.paid_minor == tree.minor == sum(node.minor or 0 for node in tree.below)
    assert -decision.discount_minor == (by_code["why_discounts"].minor if "why_discounts" in by_code else 0)
    earned = {node.kind: node.units for node in tree.below if node.units is not None}
    kinds = {row.kind for row in decision.earned}
    assert earned == {kind: sum(r.units for r in decision.earned if r.kind == kind) for kind in kinds}


@MANY
@given(rulesets(), receipts())
def test_every_rule_is_in_the_tree_once_for_each_thing_it_did(rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)
    tree = explain(rules, receipt, decision, SHOP)

    told = {node.rule for node in walk(tree) if node.rule}
    idle = {row.rule for row in decision.taken if not row.minor}
    assert {rule.id for rule in rules.programme.rules} - idle <= told


@pytest.mark.parametrize("tag", ["ru", "en"])
@settings(max_examples=40, deadline=None)
@given(rulesets(), receipts())
def test_every_node_is_said_without_a_code_or_a_bare_id(tag: str, rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)
    teller = Teller(rules.programme, tongue_of(tag, [rules.programme]))

    for node in walk(explain(rules, receipt, decision, SHOP)):
        words = teller.text(node)
        assert words
        assert not BARE.search(words.replace("sku-", "")), words
        assert node.reason.code in REASONS
        assert not node.rule or f"{node.rule}»" in words or f"{node.rule}”" in words
    spoken = teller.spoken(receipt, decision, closed=False)
    assert len(spoken.cashier) <= CASHIER_MAX
    assert not BARE.search(spoken.customer)


@settings(max_examples=40, deadline=None)
@given(rulesets(), receipts())
def test_a_difference_that_is_explained_is_explained_exactly(rules: Ruleset, receipt: Receipt) -> None:
    """Whatever one thing would have made of the number is found again when that number is asked for."""
    decision = decide(rules, receipt)
    ground = Ground(rules, receipt, decision, SHOP)
    unknown = difference(ground, Wish(10**9, "bonus", "gold"))
    for node in [
        inner for part in unknown.below if part.reason.code == "expected_instead" for inner in part.below
    ]:
        if node.units == sum(row.units for row in decision.earned):
            continue
        found = difference(ground, Wish(node.units or 0, "bonus", "gold"))
        assert found.reason.code == "expected_points"


@settings(max_examples=40, deadline=None)
@given(rulesets(), receipts())
def test_explaining_again_says_the_same(rules: Ruleset, receipt: Receipt) -> None:
    decision = decide(rules, receipt)

    assert explain(rules, receipt, decision, SHOP) == tree_of(Ground(rules, receipt, decision, SHOP))
