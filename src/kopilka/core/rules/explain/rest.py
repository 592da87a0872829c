"""What came beside money and points, codes that worked or did not, and every rule that did not apply."""

from kopilka.core.rules.decision import Code, Issue, Privilege, Skipped
from kopilka.core.rules.explain import words
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.points import came_to_nothing
from kopilka.core.rules.reason import REASONS, UNLOCKING, Reason
from kopilka.core.rules.ruleset import NOTHING_EARNED


def codes(ground: Ground) -> Node | None:
    """Codes that were shown and coupons that applied by themselves."""
    rows = tuple(_code(row) for row in ground.decision.codes)
    return Node(words.CODES(), below=rows) if rows else None


def _code(row: Code) -> Node:
    if row.used:
        return Node(words.CODE_USED(code=row.code))
    below = () if row.reason is None else (Node(row.reason),)
    return Node(words.CODE_NOT_USED(code=row.code), below=below)


def given_too(ground: Ground) -> Node | None:
    """Costs of rules, gifts, coupons, perks and messages."""
    decision = ground.decision
    rows = [Node(words.CHARGED(points=row.units, kind=row.kind), rule=row.rule) for row in decision.charges]
    rows += [
        Node(words.GIFT(goods=ground.titles.get(row.sku) or row.sku, quantity=row.quantity), rule=row.rule)
        for row in decision.gifts
    ]
    rows += [Node(_coupon(row), rule=row.rule) for row in decision.issues]
    rows += [Node(_perk(row), rule=row.rule) for row in decision.perks]
    rows += [
        Node(words.MESSAGE[row.to](), rule=row.rule, effect=row.number)
        for row in decision.messages
        if row.to in words.MESSAGE
    ]
    return Node(words.GIVEN_TOO(), below=tuple(rows)) if rows else None


def _coupon(row: Issue) -> Reason:
    if row.last_on is None:
        return words.COUPON(series=row.series)
    return words.COUPON_UNTIL(series=row.series, last=row.last_on.isoformat())


def _perk(row: Privilege) -> Reason:
    if row.last_on is None:
        return words.PERK(perk=row.perk)
    return words.PERK_UNTIL(perk=row.perk, last=row.last_on.isoformat())


def missed(ground: Ground) -> Node | None:
    """Every rule that did not apply: first those that one change would unlock, the smallest change first."""
    rows = ranked(ground.rules.told(ground.decision, ground.decision.at, ground.rules.programme.zone).skipped)
    below = tuple(Node(row.reason, rule=row.rule, below=tuple(_details(ground, row))) for row in rows)
    return Node(words.MISSED(), below=below) if below else None


def _details(ground: Ground, row: Skipped) -> list[Node]:
    return came_to_nothing(ground, row.rule) if row.reason.code == NOTHING_EARNED.code else []


def ranked(skipped: tuple[Skipped, ...]) -> list[Skipped]:
    """Skipped rules by how near they were."""
    return sorted(skipped, key=lambda row: (*_nearness(row), row.rule))


def _nearness(row: Skipped) -> tuple[bool, bool, int, int]:
    unlocks = row.reason.code in UNLOCKING
    missing = row.reason.params.get("missing")
    if not isinstance(missing, int):
        return not row.alone, not unlocks, len(_MEASURES), 0
    return not row.alone, not unlocks, measure(row.reason), missing


_MEASURES = ("money", "count", "quantity", "points")
"""What may be missing, in the order in which a buyer at the till can mend it."""


def measure(reason: Reason) -> int:
    """In what the missing amount of a reason is told: its place among money, pieces, quantities, points."""
    kind = REASONS.get(reason.code)
    text = "" if kind is None else kind.words["en"]
    found = (i for i, name in enumerate(_MEASURES) if f"{{missing:{name}" in text)
    return next(found, len(_MEASURES))
