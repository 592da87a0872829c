"""Explanations as pages show them: a tree of sentences with their amounts, and what would give more."""

from collections.abc import Sequence

from kopilka.core.rules.decision import Decision
from kopilka.core.rules.explain.node import Node
from kopilka.look.shapes import Branch, Reason
from kopilka.words.explanation import Teller

HINTS_MAX = 3
_FOLDED = {"why_goods", "why_missed", "why_kept_out"}


def branch(node: Node, teller: Teller) -> Branch:
    """A node with everything below it; long lists are folded at first."""
    return Branch(
        text=teller.text(node),
        amount=teller.amount(node),
        below=branches(node.below, teller),
        open=node.reason.code not in _FOLDED,
    )


def branches(nodes: Sequence[Node], teller: Teller) -> tuple[Branch, ...]:
    """Several nodes."""
    return tuple(branch(node, teller) for node in nodes)


def hints(decision: Decision, teller: Teller) -> tuple[Reason, ...]:
    """What one change would give, the smallest first: worth saying to the buyer."""
    found = teller.unlocks(decision)[:HINTS_MAX]
    return tuple(Reason(text=text[:1].upper() + text[1:], met=False) for text in found)
