"""Points counted again with something otherwise: another basis, another rate, another rounding, no limit."""

from collections.abc import Callable, Sequence

import msgspec

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import ByLevel
from kopilka.core.rules.decision import Earned
from kopilka.core.rules.effects.earn import Earn, RoundEach
from kopilka.core.rules.explain import expected_words as words
from kopilka.core.rules.explain.ground import Ground, Rate
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.explain.points import Money, Sum, nothing, rate_scale, sum_of, worked_out
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import NOTHING_EARNED
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide


class Changed(msgspec.Struct):
    """Everything that is otherwise in one recount."""

    added: list[int]
    lines: frozenset[int] = frozenset()
    with_points: bool = False
    no_cap: bool = False
    rounding: Rounding | None = None
    whole_receipt: bool = False
    level: str = ""
    without: frozenset[str] = frozenset()
    more: int = 0


Change = Callable[[Changed], None]


class Row(msgspec.Struct, frozen=True):
    """An earning and how it was worked out; None where it was not."""

    earned: Earned
    found: Sum | None
    bit: int


def earned_variants(
    ground: Ground, kind: str, level_won: str
) -> tuple[list[Node], Callable[[frozenset[int]], int]]:
    """The things that may be otherwise, and what is earned where some of them are."""
    rows = [_row(ground, row) for row in ground.decision.earned if row.kind == kind]
    for skipped in ground.decision.skipped:
        if skipped.reason.code == NOTHING_EARNED.code:
            rows += [
                Row(row, worked_out(ground, candidate, row), candidate.bit)
                for row, candidate in nothing(ground, skipped.rule, kind)
            ]
    variants: list[tuple[Node, Change]] = [
        *_basis(ground, rows),
        *_goods(ground, rows),
        *_counting(rows, kind),
        *_level(ground, rows, level_won),
        *_rivals(ground, kind),
    ]

    def recount(some: frozenset[int]) -> int:
        changed = Changed([0] * len(ground.lines))
        for i in sorted(some):
            variants[i][1](changed)
        return changed.more + sum(_units(ground, row, changed) for row in rows)

    return [node for node, _ in variants], recount


def _row(ground: Ground, earned: Earned) -> Row:
    candidate = ground.earner(earned)
    if candidate is None:
        return Row(earned, None, 0)
    return Row(earned, worked_out(ground, candidate, earned), candidate.bit)


def _units(ground: Ground, row: Row, changed: Changed) -> int:
    if row.earned.rule in changed.without:
        return 0
    found = row.found
    if found is None:
        return row.earned.units
    scope = sorted({*found.scope, *changed.lines}) if _by_money(found) else found.scope
    rate, effect = found.rate, found.effect
    if changed.level and isinstance(scale := rate_scale(effect), ByLevel):
        rate = Rate(scale.values.get(changed.level, 0))
    if changed.whole_receipt and effect.round is RoundEach.LINE:
        effect = msgspec.structs.replace(effect, round=RoundEach.RECEIPT)
    kind = (
        found.kind
        if changed.rounding is None
        else msgspec.structs.replace(found.kind, round=changed.rounding)
    )
    decision = ground.decision
    paid = decision.left if effect.with_points_part or changed.with_points else decision.paid_parts()
    money = [part + more for part, more in zip(paid, changed.added, strict=True)]
    units = sum_of(ground, effect, Money(kind, money), scope, rate).units
    capped = row.earned.wanted > row.earned.units
    return min(units, row.earned.units) if capped and not changed.no_cap else units


def _basis(ground: Ground, rows: Sequence[Row]) -> list[tuple[Node, Change]]:
    """Money that did not count: what points paid, what came off."""
    if not any(row.found is not None and _by_money(row.found) for row in rows):
        return []
    decision, found = ground.decision, list[tuple[Node, Change]]()
    spent = decision.spent
    if spent is not None and spent.minor and not all(_with_points(row) for row in rows):
        found.append((Node(words.POINTS_PART(part=spent.minor)), _with_points_too))
    off = [0] * len(ground.lines)
    for taken in decision.taken:
        for i in ground.goods:
            off[i] += taken.parts[i]
    if any(off):
        found.append((Node(words.DISCOUNT(part=sum(off))), _adding(off)))
    given = [line.sum_minor - price for line, price in zip(ground.lines, ground.before[0], strict=True)]
    if any(given):
        found.append((Node(words.DISCOUNT(part=sum(given))), _adding(given)))
    return found


def _goods(ground: Ground, rows: Sequence[Row]) -> list[tuple[Node, Change]]:
    """Lines that did not count."""
    scoped: set[int] = set()
    for row in rows:
        if row.found is not None and _by_money(row.found):
            scoped |= set(row.found.scope)
    if not scoped:
        return []
    found = list[tuple[Node, Change]]()
    outside = [i for i in ground.goods if i not in scoped]
    by_class = [i for i in outside if not ground.context.class_of(i).earn]
    if by_class:
        classes = ",".join(dict.fromkeys(ground.class_named(i) for i in by_class))
        reason = words.KEPT_OUT(goods=ground.names(by_class), class_=classes)
        found.append((Node(reason), _widening(by_class)))
    others = [i for i in outside if i not in by_class]
    if others:
        found.append((Node(words.OTHER_GOODS(goods=ground.names(others))), _widening(others)))
    if ground.receipt.delivery is not None and ground.decision.left[-1] > 0:
        place = len(ground.lines) - 1
        reason = words.DELIVERY(part=ground.decision.left[-1])
        found.append((Node(reason), _widening([place])))
    return found


def _counting(rows: Sequence[Row], kind: str) -> list[tuple[Node, Change]]:
    """Limits and roundings."""
    found = list[tuple[Node, Change]]()
    for row in rows:
        if row.earned.wanted > row.earned.units:
            found.append((Node(words.CAP(), rule=row.earned.rule), _uncapped))
            break
    for row in rows:
        sum_ = row.found
        if sum_ is None or all(each % sum_.denominator == 0 for each in sum_.numerators):
            continue
        reason = _rounded(sum_, kind)
        for rounding in _others(sum_):
            found.append((Node(reason, rule=row.earned.rule), _rounding(rounding)))
        if len(sum_.numerators) > 1:
            found.append((Node(words.ROUNDING_LINES(), rule=row.earned.rule), _by_receipt))
        break
    return found


def _others(found: Sum) -> list[Rounding]:
    """Roundings that would give something else, each result once."""
    results = {found.units}
    kept = []
    for rounding in (Rounding.HALF_UP, Rounding.UP, Rounding.DOWN):
        units = sum(divide(each, found.denominator, rounding) for each in found.numerators)
        if units not in results:
            results.add(units)
            kept.append(rounding)
    return kept


def _rounded(found: Sum, kind: str) -> Reason:
    if len(found.numerators) > 1:
        return words.ROUNDING_LINES()
    exact = found.numerators[0] * ONE // (found.denominator * found.kind.scale)
    return words.ROUNDING(exact=exact, points=found.units, kind=kind)


def _level(ground: Ground, rows: Sequence[Row], won: str) -> list[tuple[Node, Change]]:
    if not won or won == ground.decision.level:
        return []
    by_level = any(
        row.found is not None and isinstance(rate_scale(row.found.effect), ByLevel) for row in rows
    )
    return [(Node(words.LEVEL_WON(level=won)), _on_level(won))] if by_level else []


def _rivals(ground: Ground, kind: str) -> list[tuple[Node, Change]]:
    """Rules that gave way to others: what they would have given in their place."""
    found = list[tuple[Node, Change]]()
    for row in ground.decision.skipped:
        winner = row.reason.params.get("rule")
        if row.reason.code not in ("better_rule", "higher_priority") or not isinstance(winner, str):
            continue
        for candidate in ground.rules.lanes[Lane.EARNING]:
            effect = candidate.effect
            named = getattr(effect, "kind", "") or ground.rules.first_kind
            if candidate.id != row.rule or not isinstance(effect, Earn) or named != kind:
                continue
            goods = [i for i in ground.goods if ground.context.class_of(i).earn]
            scope = ground.context.among(goods, candidate.bit)
            rates = ground.rates(rate_scale(effect), ground.decision.left, candidate.bit)
            if len(rates) == 1 and scope:
                points = ground.rules.programme.points[kind]
                parts = ground.decision.left if effect.with_points_part else ground.decision.paid_parts()
                loser = sum_of(ground, effect, Money(points, parts), scope, rates[0])
                found.append(
                    (Node(words.RIVAL(rule=winner), rule=row.rule), _instead_of(winner, loser.units))
                )
    return found


def _by_money(found: Sum) -> bool:
    return found.effect.percent is not None or found.effect.per is not None


def _with_points(row: Row) -> bool:
    return row.found is None or row.found.effect.with_points_part


def _adding(parts: Sequence[int]) -> Change:
    def change(changed: Changed) -> None:
        changed.added = [money + part for money, part in zip(changed.added, parts, strict=True)]

    return change


def _with_points_too(changed: Changed) -> None:
    changed.with_points = True


def _widening(lines: Sequence[int]) -> Change:
    def change(changed: Changed) -> None:
        changed.lines |= set(lines)

    return change


def _uncapped(changed: Changed) -> None:
    changed.no_cap = True


def _by_receipt(changed: Changed) -> None:
    changed.whole_receipt = True


def _rounding(rounding: Rounding) -> Change:
    def change(changed: Changed) -> None:
        changed.rounding = rounding

    return change


def _on_level(level: str) -> Change:
    def change(changed: Changed) -> None:
        changed.level = level

    return change


def _instead_of(winner: str, units: int) -> Change:
    def change(changed: Changed) -> None:
        changed.without |= {winner}
        changed.more += units

    return change
