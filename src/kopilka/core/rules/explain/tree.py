"""explain: the whole tree of one receipt, for ever: from the stored Decision and the version that made it."""

from collections.abc import Mapping

from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.explain import words
from kopilka.core.rules.explain.discounts import discounts, limits
from kopilka.core.rules.explain.ground import NO_TITLES, Ground
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.points import earnings, spending
from kopilka.core.rules.explain.rest import codes, given_too, missed
from kopilka.core.rules.ruleset import Ruleset


def explain(
    rules: Ruleset, receipt: Receipt, decision: Decision, shop: Shop | None = None,
    titles: Mapping[str, str] = NO_TITLES,
) -> Node:  # fmt: skip
    """The reasons tree. Its root is what is to be paid with money; nodes below it that carry money sum to it."""
    return tree_of(Ground(rules, receipt, decision, shop, titles))


def tree_of(ground: Ground) -> Node:
    """The tree of a receipt whose ground is prepared."""
    below = [*money(ground), *limits(ground), *_buyer(ground), *earnings(ground)]
    below += [node for node in (given_too(ground), codes(ground), missed(ground)) if node is not None]
    return Node(words.TO_PAY(), ground.decision.paid_minor, below=tuple(below))


def money(ground: Ground) -> list[Node]:
    """How the sum to be paid is made."""
    decision, receipt = ground.decision, ground.receipt
    lines = tuple(
        Node(words.LINE(goods=ground.name(i), quantity=ground.lines[i].quantity), ground.lines[i].sum_minor)
        for i in ground.goods
    )
    found = [Node(words.GOODS(), decision.goods_minor, below=lines)]
    if receipt.delivery is not None:
        found.append(Node(words.DELIVERY(), decision.delivery_minor))
    if decision.given_minor:
        found.append(Node(words.GIVEN(), -decision.given_minor))
    off = discounts(ground)
    if off is not None:
        found.append(off)
    bare = decision.goods_minor + decision.delivery_minor - decision.given_minor - decision.discount_minor
    if bare != decision.due_minor:
        found.append(Node(words.NETTED(), decision.due_minor - bare))
    paid = spending(ground)
    return found if paid is None else [*found, paid]


def _buyer(ground: Ground) -> list[Node]:
    level = ground.decision.level
    return [Node(words.LEVEL(level=level))] if level else []
