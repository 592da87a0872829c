"""Explain a receipt: why it came out as it did, what came back of it, and why not what somebody expected.

Reads only; the same for a receipt of today and of years ago, for version and Decision are kept.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import msgspec

from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.explain import words
from kopilka.core.rules.explain.expected import Wish, difference
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.tree import tree_of
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.show import Views
from kopilka.usecases.views import ReceiptView, ReturnFacts
from kopilka.values.money import exponent

EARNED, PAID = "earned", "paid"
_DIGITS_MAX = 11


class Question(msgspec.Struct, frozen=True):
    """What somebody expected: a decimal text, and of what: points `earned` (of a kind, the first where none is named)
    or money `paid`. Without `of` it is points wherever the receipt could earn any.
    """

    expected: str = ""
    of: str = ""
    kind: str = ""


class Explained(msgspec.Struct, frozen=True):
    """The reasons of a receipt; `rules` is the version that decided it, `state` that of the sale, where there is one."""

    rules: Ruleset
    receipt: Receipt
    decision: Decision
    tree: Node
    returns: tuple[Node, ...] = ()
    difference: Node | None = None
    state: str = ""


def explain_receipt(view: ReceiptView, known: Catalogue, question: Question) -> Explained | Refused:
    """Why a stored receipt came out so."""
    sale = view.stored.sale
    ground = ground_of(sale.receipt, sale.decision, known)
    if ground is None:
        return Refused("unknown_version", Why.NOT_FOUND)
    wish = _wish(ground, question, sale.level_won) if question.expected else None
    if isinstance(wish, Refused):
        return wish
    tree = tree_of(ground)
    if sale.level_won and sale.level_won != sale.decision.level:
        won = Node(words.LEVEL_WON(level=sale.level_won))
        tree = msgspec.structs.replace(tree, below=(*tree.below, won))
    more = tuple(_variance(ground, sale.variance))
    tree = msgspec.structs.replace(tree, below=(*tree.below, *more)) if more else tree
    returns = tuple(_returned(ground, facts) for facts in view.returns)
    found = None if wish is None else difference(ground, wish)
    return Explained(ground.rules, sale.receipt, sale.decision, tree, returns, found, sale.state)


def find_and_explain(
    views: Views, receipt_id: str, question: Question, shop: str = ""
) -> Explained | Refused:
    """Why the receipt of an id came out so; `shop` keeps a key of one shop to its receipts."""
    view = views.receipt(receipt_id)
    if view is None or (shop and view.stored.sale.receipt.shop != shop):
        return Refused("unknown_receipt", Why.NOT_FOUND)
    return explain_receipt(view, views.catalogue(), question)


def explain_decision(receipt: Receipt, decision: Decision, known: Catalogue) -> Explained | None:
    """Why a receipt that is only being counted comes out so."""
    ground = ground_of(receipt, decision, known)
    return None if ground is None else Explained(ground.rules, receipt, decision, tree_of(ground))


def ground_of(receipt: Receipt, decision: Decision, known: Catalogue) -> Ground | None:
    """What a Decision stands on; None where its version is not known."""
    rules = known.numbered(decision.programme, decision.version)
    if rules is None:
        return None
    titles = known.titles(row.sku for row in decision.gifts)
    return Ground(rules, receipt, decision, known.shops.get(receipt.shop), titles)


def _wish(ground: Ground, question: Question, level_won: str) -> Wish | Refused:
    decision, points = ground.decision, ground.rules.programme.points
    earns = bool(points) and (bool(decision.earned) or bool(decision.level))
    of = question.of or (EARNED if earns or question.kind else PAID)
    kind = (
        (question.kind or next((row.kind for row in decision.earned), "") or next(iter(points), ""))
        if of == EARNED
        else ""
    )
    if of not in (EARNED, PAID):
        return Refused("bad_query", Why.INVALID, "of")
    if of == EARNED and kind not in points:
        return Refused("unknown_points", Why.NOT_FOUND, "kind")
    digits = points[kind].decimals if of == EARNED else exponent(decision.currency)
    units = _units(question.expected, digits)
    return Refused("bad_amount", Why.INVALID, "expected") if units is None else Wish(units, kind, level_won)


def _units(text: str, digits: int) -> int | None:
    """A decimal in smallest units; None where it is not one or has more digits."""
    bare = text.strip().replace(",", ".")
    try:
        units = Decimal(bare).scaleb(digits) if len(bare) <= 2 * _DIGITS_MAX else None
    except InvalidOperation:
        return None
    if (
        units is None
        or not units.is_finite()
        or units != units.to_integral_value()
        or not 0 <= units < 10**_DIGITS_MAX
    ):
        return None
    return int(units)


def _returned(ground: Ground, facts: ReturnFacts) -> Node:
    """What came back, what was given back and taken for it."""
    places = {line.id: i for i, line in enumerate(ground.lines)}
    lines = tuple(
        Node(_came_back(ground, places[line]), -minor) for line, minor in facts.lines if line in places
    )
    reason = words.RETURNED(at=facts.returned_at.isoformat())
    return Node(reason, -facts.refund_minor, below=(*lines, *_points(facts)))


def _variance(ground: Ground, variance: dict[str, int]) -> Iterator[Node]:
    """Where a sale that was a fact already took other sums than were decided."""
    places = {line.id: i for i, line in enumerate(ground.lines)}
    for name, part in variance.items():
        if name == "points":
            yield Node(words.VARIANCE_POINTS(part=part, kind=ground.rules.spend_kind))
        elif name in places:
            yield Node(words.VARIANCE(goods=ground.name(places[name]), part=part))


def _came_back(ground: Ground, i: int) -> Reason:
    return words.RETURN_LINE(goods=ground.name(i)) if i in ground.goods else words.DELIVERY()


def _points(facts: ReturnFacts) -> Iterator[Node]:
    for units, word in (
        (facts.points_back, words.RETURN_BACK),
        (facts.points_taken, words.RETURN_TAKEN),
        (facts.points_missed, words.RETURN_MISSED),
    ):
        for kind, number in units.items():
            if number:
                yield Node(word(points=number, kind=kind))
