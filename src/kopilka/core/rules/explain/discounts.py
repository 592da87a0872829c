"""What came off and from what: lane by lane, rule by rule, line by line, with the limits that cut it."""

from collections.abc import Sequence

import msgspec

from kopilka.core.programme.document import Lane
from kopilka.core.rules.decision import Taken
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.explain import words
from kopilka.core.rules.explain.ground import Ground, Rate
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Candidate
from kopilka.values.rounding import PERCENT_WHOLE, percent_of

CLASS_RULES = (
    ("discount", words.NO_DISCOUNT),
    ("earn", words.NO_EARN),
    ("spend", words.NO_SPEND),
    ("count", words.NO_COUNT),
)


class Percent(msgspec.Struct, frozen=True):
    """A percent discount worked out again: of which prices, by line, and why that percent."""

    rate: Rate
    base: Sequence[int]
    scope: Sequence[int]
    parts: Sequence[int]
    initial: bool

    @property
    def total(self) -> int:
        """What it takes without any limit."""
        return sum(self.parts)


def discounts(ground: Ground) -> Node | None:
    """Everything that rules took off, by lanes."""
    taken = ground.decision.taken
    lanes = []
    for lane in words.LANES:
        rows = [_took(ground, i, row) for i, row in enumerate(taken) if row.lane == lane and row.minor]
        if rows:
            lanes.append(Node(words.LANES[lane](), -_sum(ground, lane), below=tuple(rows)))
    if not lanes:
        return None
    return Node(words.DISCOUNTS(), -ground.decision.discount_minor, below=tuple(lanes))


def _sum(ground: Ground, lane: str) -> int:
    return sum(row.minor for row in ground.decision.taken if row.lane == lane)


def _took(ground: Ground, place: int, row: Taken) -> Node:
    candidate = ground.taker(place)
    percent = None if candidate is None else percent_taken(ground, place, candidate)
    lines = tuple(
        _on_line(ground, i, part, percent) for i, part in enumerate(row.parts) if part or _cut(percent, i)
    )
    about = [*_rate(percent), *_capped(ground, row)]
    reason, effect = _how(candidate, percent)
    return Node(reason, -row.minor, rule=row.rule, effect=effect, below=(*lines, *about))


def _how(candidate: Candidate | None, percent: Percent | None) -> tuple[Reason, int]:
    """The words of a discount, or the number of the effect whose own words say it."""
    if percent is not None:
        kind = words.PERCENT_INITIAL if percent.initial else words.PERCENT
        return kind(share=percent.rate.value, base=sum(percent.base[i] for i in percent.scope)), -1
    return words.TOOK(), -1 if candidate is None else candidate.number


def percent_taken(ground: Ground, place: int, candidate: Candidate) -> Percent | None:
    """The percent by which a discount is explained: only one that gives exactly what was taken, or more where a
    limit bit.
    """
    effect, row = candidate.effect, ground.decision.taken[place]
    if not isinstance(effect, Discount) or effect.percent is None or effect.amount is not None:
        return None
    start = ground.lane_start(place)
    base = start if candidate.initial else ground.before[place]
    scope = [i for i in ground.scope(candidate, place) if base[i] > 0]
    tried = []
    for rate in ground.rates(effect.percent, start, candidate.bit):
        parts = [0] * len(base)
        for i in scope:
            parts[i] = percent_of(base[i], rate.value)
        tried.append(Percent(rate, base, scope, parts, candidate.initial and base != ground.before[place]))
    exact = [each for each in tried if each.total == row.minor]
    if len(exact) == 1:
        return exact[0]
    above = [each for each in tried if all(p >= t for p, t in zip(each.parts, row.parts, strict=True))]
    return above[0] if len(above) == 1 else None


def _cut(percent: Percent | None, i: int) -> bool:
    return percent is not None and percent.parts[i] > 0


def _rate(percent: Percent | None) -> list[Node]:
    if percent is None:
        return []
    found = [] if percent.rate.reason is None else [Node(percent.rate.reason)]
    whole = percent_of(sum(percent.base[i] for i in percent.scope), percent.rate.value)
    if whole != percent.total:
        found.append(Node(words.ROUNDED_LINES()))
    return found


def _on_line(ground: Ground, i: int, part: int, percent: Percent | None) -> Node:
    if i not in ground.goods:
        return Node(words.DELIVERY(), -part)
    name = ground.name(i)
    if percent is None:
        return Node(words.ON_LINE(goods=name), -part)
    reason = words.ON_LINE_PERCENT(goods=name, share=percent.rate.value, base=percent.base[i])
    below = () if percent.parts[i] == part else (Node(words.LINE_CUT(wanted=percent.parts[i])),)
    return Node(reason, -part, below=below)


def _capped(ground: Ground, row: Taken) -> list[Node]:
    """The limits of the rule, where they cut something off."""
    if row.wanted <= row.minor:
        return []
    caps = ground.rules.rules[row.rule].caps
    found = [Node(words.CAPPED(wanted=row.wanted))]
    if caps.line is not None:
        found.append(Node(words.CAP_LINE(share=caps.line)))
    if caps.receipt is not None:
        found.append(Node(words.CAP_RECEIPT(most=caps.receipt)))
    if caps.member is not None and caps.member.money is not None:
        found.append(Node(words.CAP_MEMBER(most=caps.member.money, per=caps.member.per.value)))
    if caps.budget is not None and caps.budget.money is not None:
        found.append(Node(words.CAP_BUDGET(most=caps.budget.money)))
    return found


def limits(ground: Ground) -> list[Node]:
    """Lines that stand at the least they may cost, or at the most that may come off, and those kept out by class."""
    return [*_floors(ground), *_total_cap(ground), *_closed(ground), *kept_out(ground)]


def _floors(ground: Ground) -> list[Node]:
    spent = ground.decision.spent
    points = spent.parts if spent is not None else [0] * len(ground.lines)
    return [
        Node(words.FLOOR(goods=ground.name(i), floor=floor))
        for i, floor in enumerate(ground.context.floors[: len(ground.goods)])
        if floor and ground.decision.left[i] - points[i] <= floor < ground.lines[i].sum_minor
    ]


def _total_cap(ground: Ground) -> list[Node]:
    share = ground.rules.programme.caps.line
    if share is None:
        return []
    found = []
    for i in ground.goods:
        line = ground.lines[i]
        taken = sum(row.parts[i] for row in ground.decision.taken)
        if taken and taken == line.sum_minor * share // PERCENT_WHOLE:
            found.append(Node(words.CAP_ALL(goods=ground.name(i), share=share)))
    return found


def _closed(ground: Ground) -> list[Node]:
    """Special prices that kept later discounts off."""
    later = [i for i, row in enumerate(ground.decision.taken) if row.lane != Lane.PRICES.value]
    if not later:
        return []
    places = sorted(ground.closed(later[-1]))
    return [Node(words.CLOSED(goods=ground.names(places)))] if places else []


def kept_out(ground: Ground) -> list[Node]:
    """Goods of classes that take no part in something, each class once."""
    by_class: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for i in ground.goods:
        name = ground.class_named(i)
        if name:
            by_class.setdefault((name, ground.lines[i].barred), []).append(i)
    found = []
    for (name, _), places in by_class.items():
        rule = ground.context.class_of(places[0])
        below = [Node(reason()) for field, reason in CLASS_RULES if not getattr(rule, field)]
        if below:
            reason = words.KEPT_OUT(goods=ground.names(places), class_=name)
            found.append(Node(reason, below=tuple(below)))
    return found
