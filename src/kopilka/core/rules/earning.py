"""The earning lane: what each rule gives, its days, and how rivals are settled."""

from itertools import product

from kopilka.core.programme.document import Chooser, Lane, PointsKind
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Earned, Skipped
from kopilka.core.rules.effects.earn import Earn, RoundEach
from kopilka.core.rules.limits import limited_points
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.rules.ruleset import Candidate, Ruleset
from kopilka.core.rules.stacking import BETTER_RULE, HIGHER_PRIORITY, groups_of
from kopilka.values.period import local_day
from kopilka.values.share import allocate

NOTHING_EARNED = reason_kind(
    "nothing_earned", ru="не за что начислить", en="nothing to earn on", unlocks=False
)


def earn(context: Context, rules: Ruleset, *, zone: str) -> tuple[list[Earned], list[Skipped]]:
    """Everything earned on the receipt after discounts and points."""
    earned: list[Earned] = []
    skipped: list[Skipped] = []
    candidates = rules.lanes[Lane.EARNING]
    if context.member is None:
        return earned, [Skipped(candidate.rule.id, MEMBERS_ONLY()) for candidate in candidates]
    scope = [i for i in range(context.goods_count) if _earns(context, i)]
    offers: dict[Candidate, Earned] = {}
    for candidate in candidates:
        reason = candidate.refusal(context)
        if reason is None:
            result = _offer(context, rules, candidate, scope, zone)
            if isinstance(result, Earned):
                offers[candidate] = result
                continue
            reason = result
        skipped.append(Skipped(candidate.rule.id, reason))
    choose = rules.programme.lanes.earning.choose
    winners = _winners(rules, offers, choose)
    for candidate, offer in offers.items():
        if candidate in winners:
            earned.append(offer)
        else:
            why = HIGHER_PRIORITY if choose is Chooser.PRIORITY else BETTER_RULE
            skipped.append(Skipped(candidate.rule.id, why(rule=winners[0].rule.id)))
    return earned, skipped


def welcome(context: Context, rules: Ruleset, *, zone: str) -> list[Earned]:
    """What rules give for enrolling: the receipt of the context is empty."""
    offers: list[Earned] = []
    for candidate in rules.welcome:
        if candidate.refusal(context) is None:
            result = _offer(context, rules, candidate, [], zone)
            if isinstance(result, Earned):
                offers.append(result)
    return offers


def _earns(context: Context, i: int) -> bool:
    name = context.lines[i].product_class
    return not name or name not in context.classes or context.classes[name].earn


def value_of(rules: Ruleset, offer: Earned) -> int:
    """What points are worth in minor units, times a hundred so that fractions count; bare units where worthless."""
    kind = rules.programme.points[offer.kind]
    return offer.units * max(1, kind.worth) * 100 // kind.scale


def _winners(rules: Ruleset, offers: dict[Candidate, Earned], choose: Chooser) -> list[Candidate]:
    groups = groups_of(list(offers), choose)
    if choose is Chooser.PRIORITY or all(len(group) == 1 for group in groups):
        return [group[0] for group in groups]
    best = min(
        product(*groups),
        key=lambda some: (-sum(value_of(rules, offers[c]) for c in some), [c.rule.id for c in some]),
    )
    return list(best)


def _offer(
    context: Context, rules: Ruleset, candidate: Candidate, scope: list[int], zone: str
) -> Earned | Reason:
    effect, rule = candidate.effect, candidate.rule
    if not isinstance(effect, Earn):
        raise TypeError(effect)
    if candidate.goods is not None:
        goods = candidate.goods
        scope = [i for i in scope if goods(context.lines[i])]
    on_receipt = bool(context.lines)
    if on_receipt and not scope:
        return NOTHING_EARNED()
    id_ = effect.kind or next(iter(rules.programme.points))
    kind = rules.programme.points[id_]
    units = effect.units(context, kind, scope, candidate.goods)
    total = sum(units)
    if total > 0 and rule.caps.receipt_points is not None or rule.caps.member or rule.caps.budget:
        most = limited_points(context, rule, kind, total)
        if isinstance(most, Reason):
            return most
        if most < total:
            units, total = [most], most
    if total <= 0:
        return NOTHING_EARNED()
    basis = effect.basis(context, scope)
    parts = _parts(context, effect, units, scope, basis)
    return _dated(
        context, candidate, kind, Earned(rule.id, id_, total, parts, max(0, sum(basis)), context.day), zone
    )


def _parts(
    context: Context, effect: Earn, units: list[int], scope: list[int], basis: list[int]
) -> tuple[int, ...]:
    parts = [0] * len(context.lines)
    if len(scope) == 1:
        parts[scope[0]] = units[0]
    elif scope:
        if effect.round is not RoundEach.LINE or len(units) != len(scope):
            order = context.order
            units = allocate(sum(units), [max(0, paid) for paid in basis], [order[i] for i in scope])
        for i, part in zip(scope, units, strict=True):
            parts[i] = part
    return tuple(parts)


def _dated(context: Context, candidate: Candidate, kind: PointsKind, offer: Earned, zone: str) -> Earned:
    effect = candidate.effect
    if not isinstance(effect, Earn):
        raise TypeError(effect)
    pending = kind.pending if effect.pending is None else effect.pending
    life = kind.life if effect.life is None else effect.life
    day = context.day if zone == context.shop.zone else local_day(context.receipt.at, zone)
    active = pending.after(day)
    last = None if life is None else life.after(active)
    return Earned(offer.rule, offer.kind, offer.units, offer.parts, offer.basis_minor, active, last)
