"""Why 87 and not 90? What is counted again with one thing otherwise, exactly; the fewest things that give the expected
number explain the difference. Where none do, that is said.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import msgspec

from kopilka.core.rules.explain import expected_words as words
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.points import earnings
from kopilka.core.rules.explain.tree import money
from kopilka.core.rules.explain.variants_earned import earned_variants
from kopilka.core.rules.explain.variants_paid import paid_variants
from kopilka.core.rules.reason import Reason

TOGETHER_MAX = 3
VARIANTS_MAX = 14
"""More than this are not tried together."""
ANSWERS_MAX = 3


class Wish(msgspec.Struct, frozen=True):
    """What was expected: points of a kind (smallest units), or money to be paid where `kind` is empty. `level_won` is
    the level that the receipt itself reached.
    """

    amount: int
    kind: str = ""
    level_won: str = ""


Recount = Callable[[frozenset[int]], int]


def difference(ground: Ground, wish: Wish) -> Node:
    """What explains the difference, or that nothing does, with what each thing by itself would have changed."""
    if wish.kind:
        actual = sum(row.units for row in ground.decision.earned if row.kind == wish.kind)
        causes, recount = earned_variants(ground, wish.kind, wish.level_won)
    else:
        actual = ground.decision.paid_minor
        causes, recount = paid_variants(ground, wish.level_won)
    if wish.amount == actual:
        return Node(words.AS_EXPECTED(), **_amount(wish, actual))
    found = _answers(causes, recount, wish.amount)
    if found:
        return Node(_said(wish, actual, known=True), **_amount(wish, actual), below=_shown(found, causes))
    counted = [row for row in earnings(ground) if row.kind == wish.kind] if wish.kind else money(ground)
    below = [*counted, *_instead(causes, recount, wish)]
    return Node(_said(wish, actual, known=False), below=tuple(below))


def _answers(causes: Sequence[Node], recount: Recount, wanted: int) -> list[tuple[int, ...]]:
    """The smallest sets of causes without which the wanted number comes out."""
    places = range(min(len(causes), VARIANTS_MAX))
    for size in range(1, TOGETHER_MAX + 1):
        found = [some for some in combinations(places, size) if recount(frozenset(some)) == wanted]
        if found:
            return found[:ANSWERS_MAX]
    return []


def _shown(found: Sequence[tuple[int, ...]], causes: Sequence[Node]) -> tuple[Node, ...]:
    """The causes of the first answer; where others would do as well, they follow as alternatives."""
    first = [causes[i] for i in found[0]]
    others = [causes[i] for some in found[1:] if len(some) == 1 for i in some]
    return (*first, Node(words.OTHERWISE(), below=tuple(others))) if others else tuple(first)


def _instead(causes: Sequence[Node], recount: Recount, wish: Wish) -> list[Node]:
    rows = [
        msgspec.structs.replace(cause, **_amount(wish, recount(frozenset((i,)))))
        for i, cause in enumerate(causes)
    ]
    return [Node(words.INSTEAD(), below=tuple(rows))] if rows else []


def _amount(wish: Wish, amount: int) -> dict[str, Any]:
    return {"units": amount, "kind": wish.kind} if wish.kind else {"minor": amount}


def _said(wish: Wish, actual: int, *, known: bool) -> Reason:
    if wish.kind:
        kind = words.POINTS_EXPLAINED if known else words.POINTS_UNKNOWN
        return kind(expected=wish.amount, actual=actual, kind=wish.kind)
    kind = words.MONEY_EXPLAINED if known else words.MONEY_UNKNOWN
    return kind(expected=wish.amount, actual=actual)
