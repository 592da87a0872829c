"""The earning lane: what each rule gives, its days, and how rivals are settled."""

from collections.abc import Sequence
from datetime import date
from itertools import product

from kopilka.core.programme.document import Chooser, Lane, PointsKind, Trigger
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Earned, Skipped
from kopilka.core.rules.effects.earn import Earn, RoundEach
from kopilka.core.rules.limits import limited_points
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import NOTHING_EARNED, Candidate, Ruleset
from kopilka.core.rules.stacking import BETTER_RULE, HIGHER_PRIORITY, admitted, groups_of
from kopilka.values.period import local_day
from kopilka.values.share import allocate

NOTHING = NOTHING_EARNED()


def earn(context: Context, rules: Ruleset) -> tuple[list[Earned], list[Skipped]]:
    """Everything earned on the receipt after discounts and points."""
    if not rules.lanes[Lane.EARNING]:
        return [], []
    met, skipped = admitted(context, rules, Lane.EARNING)
    if context.member is None:
        return [], skipped + [Skipped(candidate.id, MEMBERS_ONLY(), alone=True) for candidate in met]
    scope: Sequence[int] = range(context.goods_count)
    if not context.plain:
        scope = [i for i in scope if context.class_of(i).earn]
    day = _day(context, rules)
    offers: list[tuple[Candidate, Earned]] = []
    for candidate in met:
        result = _offer(context, rules, candidate, scope, day)
        if isinstance(result, Earned):
            offers.append((candidate, result))
        else:
            skipped.append(Skipped(candidate.id, result))
    if _free_of_rivals(rules, offers):
        return [offer for _, offer in offers], skipped
    return _settled(rules, offers, skipped)


def welcome(context: Context, rules: Ruleset, trigger: Trigger) -> list[Earned]:
    """What rules give for something that is no purchase, such as enrolling: the receipt of the context is empty."""
    day = _day(context, rules)
    results = [
        _offer(context, rules, candidate, (), day)
        for candidate in rules.other[trigger]
        if candidate.refusal(context) is None
    ]
    return [result for result in results if isinstance(result, Earned)]


def _day(context: Context, rules: Ruleset) -> date:
    """The local day of the sale in the programme's zone, from which lots count their days."""
    zone = rules.programme.zone
    return context.day if zone == context.shop.zone else local_day(context.receipt.at, zone)


def value_of(rules: Ruleset, offer: Earned) -> int:
    """What points are worth in hundredths of minor units; bare hundredths of points where worthless."""
    kind = rules.programme.points[offer.kind]
    return offer.units * max(1, kind.worth) * 100 // kind.scale


def _free_of_rivals(rules: Ruleset, offers: list[tuple[Candidate, Earned]]) -> bool:
    return rules.programme.lanes.earning.choose is Chooser.ALL and not any(c.rule.group for c, _ in offers)


def _settled(
    rules: Ruleset, offers: list[tuple[Candidate, Earned]], skipped: list[Skipped]
) -> tuple[list[Earned], list[Skipped]]:
    choose = rules.programme.lanes.earning.choose
    given = dict(offers)
    groups = groups_of(list(given), choose)
    if choose is Chooser.PRIORITY:
        winners = [group[0] for group in groups]
    else:
        best = min(
            product(*groups),
            key=lambda some: (-sum(value_of(rules, given[c]) for c in some), [c.id for c in some]),
        )
        winners = list(best)
    why = HIGHER_PRIORITY if choose is Chooser.PRIORITY else BETTER_RULE
    for candidate, _ in offers:
        if candidate not in winners:
            rival = next((w for w in winners if w.rule.group == candidate.rule.group), winners[0])
            skipped.append(Skipped(candidate.id, why(rule=rival.id)))
    return [offer for candidate, offer in offers if candidate in winners], skipped


def _offer(
    context: Context, rules: Ruleset, candidate: Candidate, goods: Sequence[int], day: date
) -> Earned | Reason:
    effect = candidate.effect
    if not isinstance(effect, Earn):
        raise TypeError(effect)
    scope = context.among(goods, candidate.bit)
    if not scope and context.lines:
        return NOTHING
    id_ = effect.kind or rules.first_kind
    kind = rules.programme.points[id_]
    units, paid = effect.units(context, kind, scope, candidate.bit)
    total = sum(units)
    if total <= 0:
        return NOTHING
    by_line = effect.round is RoundEach.LINE and len(units) == len(scope)
    if candidate.capped or candidate.rule.caps.receipt_points is not None:
        most = limited_points(context, candidate.rule, kind, total)
        if isinstance(most, Reason):
            return most
        if most < total:
            units = allocate(most, units, [context.order[i] for i in scope]) if by_line else [most]
            total = most
    active, last = _days(candidate, effect, kind, day)
    parts = _by_line(context, scope, units) if by_line else ()
    whole = len(scope) == context.goods_count
    return Earned(candidate.id, id_, total, paid, active, last, parts, () if whole else tuple(scope))


def _by_line(context: Context, scope: Sequence[int], units: list[int]) -> tuple[int, ...]:
    parts = [0] * len(context.lines)
    for i, part in zip(scope, units, strict=True):
        parts[i] = part
    return tuple(parts)


def _days(candidate: Candidate, effect: Earn, kind: PointsKind, day: date) -> tuple[date, date | None]:
    """The first and the last day on which the points can be spent; remembered for the day."""
    known = candidate.days
    if known is not None and known[0] == day:
        return known[1], known[2]
    pending = kind.pending if effect.pending is None else effect.pending
    life = kind.life if effect.life is None else effect.life
    active = pending.after(day)
    last = None if life is None else life.after(active)
    candidate.days = (day, active, last)
    return active, last
