"""The earning lane: what each rule gives, its days, and how rivals are settled."""

from collections.abc import Sequence
from datetime import date
from itertools import product

from msgspec.structs import replace

from kopilka.core.programme.document import Chooser, PointsKind, Trigger
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Earned, Skipped
from kopilka.core.rules.effects.earn import Earn, RoundEach
from kopilka.core.rules.effects.multiply import Multiply
from kopilka.core.rules.limits import limited_points
from kopilka.core.rules.multiplying import OnTop
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import NOTHING_EARNED, Candidate, Ruleset
from kopilka.core.rules.stacking import BETTER_RULE, HIGHER_PRIORITY, admitted, groups_of
from kopilka.values.period import local_day
from kopilka.values.share import allocate

NOTHING = NOTHING_EARNED()


def earn(
    context: Context, rules: Ruleset, candidates: Sequence[Candidate]
) -> tuple[list[Earned], list[Skipped]]:
    """Everything earned on the receipt after discounts and points."""
    if not candidates:
        return [], []
    met, skipped = admitted(context, candidates)
    if context.member is None:
        return [], skipped + [Skipped(candidate.id, MEMBERS_ONLY(), alone=True) for candidate in met]
    scope: Sequence[int] = range(context.goods_count)
    if not context.plain:
        scope = [i for i in scope if context.class_of(i).earn]
    day = _day(context, rules)
    offers: list[tuple[Candidate, Earned]] = []
    on_top: list[Candidate] = []
    for candidate in met:
        if isinstance(candidate.effect, Multiply):
            on_top.append(candidate)
            continue
        result = _offer(context, rules, candidate, scope, day)
        if isinstance(result, Earned):
            offers.append((candidate, result))
        else:
            skipped.append(Skipped(candidate.id, result))
    if not on_top and _free_of_rivals(rules, [candidate for candidate, _ in offers]):
        earned = [offer for _, offer in offers]
    else:
        extras = [OnTop(context, rules, candidate, offers, scope) for candidate in on_top]
        earned = _settled(rules, offers, extras, skipped)
    return _within_caps(context, rules, earned) if rules.earns_twice else earned, skipped


def welcome(context: Context, rules: Ruleset, trigger: Trigger) -> list[Earned]:
    """What rules give for something that is no purchase, such as enrolling: the receipt of the context is empty."""
    day = _day(context, rules)
    results = [
        _offer(context, rules, candidate, (), day)
        for candidate in rules.other[trigger]
        if isinstance(candidate.effect, Earn) and candidate.refusal(context) is None
    ]
    return [result for result in results if isinstance(result, Earned)]


def _day(context: Context, rules: Ruleset) -> date:
    """The local day of the sale in the programme's zone, from which lots count their days."""
    zone = rules.programme.zone
    return context.day if zone == context.shop.zone else local_day(context.receipt.at, zone)


def value_of(rules: Ruleset, offer: Earned) -> int:
    """What points are worth in hundredths of minor units; bare hundredths of points where worthless."""
    return _value(rules, offer.kind, offer.units)


def _value(rules: Ruleset, kind_id: str, units: int) -> int:
    kind = rules.programme.points[kind_id]
    return units * max(1, kind.worth) * 100 // kind.scale


def _free_of_rivals(rules: Ruleset, candidates: list[Candidate]) -> bool:
    return rules.programme.lanes.earning.choose is Chooser.ALL and not any(c.rule.group for c in candidates)


def _settled(
    rules: Ruleset, offers: list[tuple[Candidate, Earned]], extras: list[OnTop], skipped: list[Skipped]
) -> list[Earned]:
    """What the winners give. Rules that multiply are rivals of each other, not of what they multiply, unless a named
    group holds both.
    """
    choose = rules.programme.lanes.earning.choose
    given = dict(offers)
    able: dict[Candidate, OnTop] = {}
    for extra in extras:
        most = extra.units(given.keys())
        if isinstance(most, Reason):
            skipped.append(Skipped(extra.candidate.id, most))
        else:
            able[extra.candidate] = extra
    rivals = sorted([*given, *able], key=lambda candidate: candidate.place)
    winners = _winners(rules, rivals, given, able)
    why = HIGHER_PRIORITY if choose is Chooser.PRIORITY else BETTER_RULE
    for candidate in rivals:
        if candidate not in winners:
            kin = [w for w in winners if (w in able) is (candidate in able)] or list(winners)
            rival = next((w for w in winners if w.rule.group == candidate.rule.group != ""), kin[0])
            skipped.append(Skipped(candidate.id, why(rule=rival.id)))
    earned = [given[candidate] for candidate in rivals if candidate in winners and candidate in given]
    for candidate in rivals:
        if candidate in winners and candidate in able:
            rows = able[candidate].rows(winners)
            if isinstance(rows, Reason):
                skipped.append(Skipped(candidate.id, rows))
            else:
                earned += rows
    return earned


def _winners(
    rules: Ruleset, rivals: list[Candidate], given: dict[Candidate, Earned], able: dict[Candidate, OnTop]
) -> dict[Candidate, None]:
    choose = rules.programme.lanes.earning.choose
    if _free_of_rivals(rules, rivals):
        return dict.fromkeys(rivals)
    apart = [
        groups_of([c for c in rivals if c in part and not c.rule.group], choose) for part in (given, able)
    ]
    named = groups_of([candidate for candidate in rivals if candidate.rule.group], choose)
    groups = [*named, *apart[0], *apart[1]]
    if choose is Chooser.PRIORITY:
        return dict.fromkeys(group[0] for group in groups)

    def worth(some: tuple[Candidate, ...]) -> int:
        total = sum([_value(rules, given[c].kind, given[c].units) for c in some if c in given])
        for candidate in some:
            if candidate in able:
                units = able[candidate].units(some)
                total += 0 if isinstance(units, Reason) else _value(rules, able[candidate].kind_id, units)
        return total

    best = min(product(*groups), key=lambda some: (-worth(some), sorted([c.id for c in some])))
    return dict.fromkeys(best)


def _within_caps(context: Context, rules: Ruleset, rows: list[Earned]) -> list[Earned]:
    """The rows, with those cut that a rule of several effects may not give besides its others."""
    by_rule: dict[tuple[str, str], int] = {}
    for row in rows:
        by_rule[row.rule, row.kind] = by_rule.get((row.rule, row.kind), 0) + row.units
    if len(by_rule) == len(rows):
        return rows
    kept: list[Earned] = []
    left = {
        key: limited_points(context, rules.rules[key[0]], rules.programme.points[key[1]], units)
        for key, units in by_rule.items()
    }
    for row in rows:
        most = left[row.rule, row.kind]
        units = min(row.units, most) if isinstance(most, int) else 0
        left[row.rule, row.kind] = most - units if isinstance(most, int) else 0
        if units == row.units:
            kept.append(row)
        elif units:
            parts = tuple(allocate(units, row.parts, context.order)) if row.parts else ()
            kept.append(replace(row, units=units, parts=parts, wanted=max(row.wanted, row.units)))
    return kept


def _offer(
    context: Context, rules: Ruleset, candidate: Candidate, goods: Sequence[int], day: date
) -> Earned | Reason:
    effect = candidate.effect
    if not isinstance(effect, Earn):
        raise TypeError(effect)
    scope = context.among(goods, candidate.bit) if candidate.bit else goods
    if not scope and context.lines:
        return NOTHING
    id_ = effect.kind or rules.first_kind
    kind = rules.programme.points[id_]
    units, paid = effect.units(context, kind, scope, candidate.bit)
    total = wanted = sum(units)
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
    cut = wanted if total < wanted else 0
    return Earned(candidate.id, id_, total, paid, active, last, parts, () if whole else tuple(scope), cut)


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
