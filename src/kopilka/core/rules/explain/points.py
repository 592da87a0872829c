"""Points: what was asked and allowed to pay, what was earned from which money at which rate, and until when."""

from collections.abc import Iterator, Sequence

import msgspec

from kopilka.core.programme.document import Lane, PointsKind
from kopilka.core.programme.fields import Flat, Scale
from kopilka.core.rules.decision import Earned
from kopilka.core.rules.effects.earn import HUNDREDTHS, Earn, RoundEach
from kopilka.core.rules.explain import words
from kopilka.core.rules.explain.ground import Ground, Rate
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Candidate
from kopilka.values.quantity import ONE
from kopilka.values.rounding import PERCENT_WHOLE, divide


class Money(msgspec.Struct, frozen=True):
    """The money of each line that points are counted from, and their kind."""

    kind: PointsKind
    parts: Sequence[int]


class Sum(msgspec.Struct, frozen=True):
    """An earning worked out again: `numerators` over `denominator`, each rounded by itself, are its points."""

    effect: Earn
    rate: Rate
    kind: PointsKind
    scope: Sequence[int]
    paid: int
    numerators: Sequence[int]
    denominator: int

    @property
    def units(self) -> int:
        """Smallest units of the kind, without limits."""
        return sum(divide(each, self.denominator, self.kind.round) for each in self.numerators)


def spending(ground: Ground) -> Node | None:
    """Points that pay, or why they do not."""
    decision, wish = ground.decision, ground.receipt.spend
    room, spent = decision.room, decision.spent
    limit = () if room.reason is None else (Node(room.reason),)
    if spent is None or not spent.units:
        if not decision.level and not room.kind:
            return None
        if not room.units:
            return Node(words.CANNOT_SPEND(), below=limit) if limit and wish is not None else None
        return Node(words.NOT_SPENT(points=room.units, kind=room.kind), below=limit)
    if wish is not None and wish.units is not None:
        asked = words.ASKED(points=wish.units, kind=spent.kind)
    else:
        asked = words.ASKED_ALL()
    most = Node(words.ROOM(points=room.units, kind=room.kind), below=limit)
    reason = words.SPENT(points=spent.units, kind=spent.kind)
    return Node(reason, -spent.minor, below=(Node(asked), most))


def earnings(ground: Ground) -> list[Node]:
    """What was earned, a node for each kind of points."""
    kinds = dict.fromkeys(row.kind for row in ground.decision.earned)
    return [
        Node(
            words.EARNED(),
            units=sum(row.units for row in ground.decision.earned if row.kind == kind),
            kind=kind,
            below=tuple(_earned(ground, row) for row in ground.decision.earned if row.kind == kind),
        )
        for kind in kinds
    ]


def _earned(ground: Ground, row: Earned) -> Node:
    candidate = ground.earner(row)
    found = None if candidate is None else worked_out(ground, candidate, row)
    below = [] if found is None else [*_basis(ground, found), *_rate(found), *_rounding(found, row.kind)]
    below += [*_capped(ground, row), Node(_days(row))]
    effect = -1 if candidate is None or found is not None else candidate.number
    reason = words.EARN_TOOK() if found is None else _how(found, row)
    return Node(reason, units=row.units, kind=row.kind, rule=row.rule, effect=effect, below=tuple(below))


def worked_out(ground: Ground, candidate: Candidate, row: Earned) -> Sum | None:
    """The sum by which points are explained: only one that gives exactly what was earned."""
    effect = candidate.effect
    if not isinstance(effect, Earn):
        return None
    scope = row.scope or tuple(ground.goods)
    parts = ground.decision.left if effect.with_points_part else ground.decision.paid_parts()
    money = Money(ground.rules.programme.points[row.kind], parts)
    for rate in ground.rates(rate_scale(effect), ground.decision.left, candidate.bit):
        found = sum_of(ground, effect, money, scope, rate)
        if found.units == (row.wanted or row.units):
            return found
    return None


def nothing(ground: Ground, rule: str, kind: str = "") -> Iterator[tuple[Earned, Candidate]]:
    """Earnings of a rule that came out as nothing, as if they were rows of the Decision; of a kind, where one is named."""
    day = ground.context.day
    for candidate in ground.rules.lanes[Lane.EARNING]:
        effect = candidate.effect
        if candidate.id == rule and isinstance(effect, Earn):
            id_ = effect.kind or ground.rules.first_kind
            goods = [i for i in ground.goods if ground.context.class_of(i).earn]
            scope = tuple(ground.context.among(goods, candidate.bit))
            if scope and kind in ("", id_):
                yield Earned(rule, id_, 0, 0, day, scope=scope), candidate


def came_to_nothing(ground: Ground, rule: str) -> list[Node]:
    """How points came to nothing: the money, the rate, the rounding."""
    for row, candidate in nothing(ground, rule):
        found = worked_out(ground, candidate, row)
        if found is not None and any(found.numerators):
            return [
                Node(_how(found, row)),
                *_basis(ground, found),
                *_rate(found),
                *_rounding(found, row.kind),
            ]
    return []


def rate_scale(effect: Earn) -> Scale:
    """The scale that says how much an earning gives."""
    scale = effect.percent if effect.percent is not None else effect.points
    return Flat(0) if scale is None else scale


def sum_of(ground: Ground, effect: Earn, money: Money, scope: Sequence[int], rate: Rate) -> Sum:
    """What an earning gives for some goods at a rate."""
    kind, parts = money.kind, money.parts
    paid = max(0, sum(parts[i] for i in scope))
    by_line = effect.round is RoundEach.LINE
    basis = [max(0, parts[i]) for i in scope] if by_line else [paid]

    def made(numerators: Sequence[int], denominator: int) -> Sum:
        return Sum(effect, rate, kind, scope, paid, numerators, denominator)

    each = rate.value * kind.scale
    if effect.percent is not None:
        return made([part * each for part in basis], PERCENT_WHOLE * kind.worth)
    if effect.each:
        counts = [ground.lines[i].quantity for i in scope]
        return made([count * each for count in (counts if by_line else [sum(counts)])], ONE * HUNDREDTHS)
    if effect.per is None:
        return made([each] * len(basis), HUNDREDTHS)
    if effect.whole:
        return made([part // effect.per * each for part in basis], HUNDREDTHS)
    return made([part * each for part in basis], effect.per * HUNDREDTHS)


def _how(found: Sum, row: Earned) -> Reason:
    effect, rate = found.effect, found.rate.value
    if effect.percent is not None:
        return words.PERCENT(share=rate, base=found.paid)
    points = rate * found.kind.scale // HUNDREDTHS
    if effect.each:
        quantity = sum(part // max(1, rate * found.kind.scale) for part in found.numerators)
        return words.EARN_EACH(points=points, kind=row.kind, quantity=quantity)
    if effect.per is not None:
        return words.EARN_PER(points=points, kind=row.kind, per=effect.per, base=found.paid)
    return words.EARN_FIXED(points=points, kind=row.kind)


def _basis(ground: Ground, found: Sum) -> list[Node]:
    """Which money counted and which did not; nothing of it matters where points come for the purchase itself."""
    effect = found.effect
    if effect.percent is None and effect.per is None:
        return []
    spent = ground.decision.spent
    points = 0 if spent is None else sum(spent.parts[i] for i in found.scope)
    reason = words.BASIS_ALL if effect.with_points_part and points else words.BASIS
    rows = [Node(reason(paid=found.paid))]
    if points and not effect.with_points_part:
        rows.append(Node(words.POINTS_PART(part=points)))
    outside = [i for i in ground.goods if i not in found.scope]
    by_class = [i for i in outside if not ground.context.class_of(i).earn]
    if by_class:
        classes = ",".join(dict.fromkeys(ground.class_named(i) for i in by_class))
        below = (Node(words.NO_EARN()),)
        rows.append(Node(words.KEPT_OUT(goods=ground.names(by_class), class_=classes), below=below))
    others = sum(ground.decision.left[i] for i in outside if i not in by_class)
    if others > 0:
        rows.append(Node(words.OTHER_GOODS(part=others)))
    return rows


def _rate(found: Sum) -> list[Node]:
    return [] if found.rate.reason is None else [Node(found.rate.reason)]


def _rounding(found: Sum, kind: str) -> list[Node]:
    if all(each % found.denominator == 0 for each in found.numerators):
        return []
    if len(found.numerators) > 1:
        return [Node(words.ROUNDED_LINES_POINTS())]
    exact = found.numerators[0] * ONE // (found.denominator * found.kind.scale)
    return [Node(words.ROUNDED[found.kind.round.value](exact=exact, points=found.units, kind=kind))]


def _capped(ground: Ground, row: Earned) -> list[Node]:
    if row.wanted <= row.units:
        return []
    caps, kind = ground.rules.rules[row.rule].caps, ground.rules.programme.points[row.kind]

    def units(hundredths: int) -> int:
        return hundredths * kind.scale // HUNDREDTHS

    found = [Node(words.EARN_CAPPED(wanted=row.wanted, kind=row.kind))]
    if caps.receipt_points is not None:
        found.append(Node(words.EARN_CAP_RECEIPT(most=units(caps.receipt_points), kind=row.kind)))
    if caps.member is not None and caps.member.points is not None:
        most, per = units(caps.member.points), caps.member.per.value
        found.append(Node(words.EARN_CAP_MEMBER(most=most, per=per, kind=row.kind)))
    if caps.budget is not None and caps.budget.points is not None:
        found.append(Node(words.EARN_CAP_BUDGET(most=units(caps.budget.points), kind=row.kind)))
    return found


def _days(row: Earned) -> Reason:
    if row.last_on is None:
        return words.SPENDABLE(first=row.active_on.isoformat())
    return words.SPENDABLE_UNTIL(first=row.active_on.isoformat(), last=row.last_on.isoformat())
