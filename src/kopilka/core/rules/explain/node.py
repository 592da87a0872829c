"""One node of an explanation, and how trees are walked."""

from collections.abc import Iterator

import msgspec

from kopilka.core.rules.reason import Reason


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence: `reason` says what, `minor` is its money (below zero where it comes off), or `units` its points of
    a kind. Nodes below that carry amounts sum to it. `rule` names the rule that it is about, `effect` the number of
    the effect in the rule whose words say how.
    """

    reason: Reason
    minor: int | None = None
    units: int | None = None
    kind: str = ""
    rule: str = ""
    effect: int = -1
    below: tuple["Node", ...] = ()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    for inner in node.below:
        yield from walk(inner)


def unbalanced(node: Node) -> list[Node]:
    """Nodes whose amounts are not the sum of the amounts right below them: there are none."""
    found = []
    for each in walk(node):
        money = [inner.minor for inner in each.below if inner.minor is not None]
        points = [inner.units for inner in each.below if inner.units is not None and inner.kind == each.kind]
        if each.minor is not None and money and sum(money) != each.minor:
            found.append(each)
        if each.units is not None and points and sum(points) != each.units:
            found.append(each)
    return found
