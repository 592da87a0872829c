"""Series of coupons, the places where a coupon may be asked for, and what rules cost in points."""

from collections.abc import Iterator
from itertools import combinations

from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import Chooser, Condition, Effect, Lane, Programme, Rule, Trigger
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import error
from kopilka.core.programme.places import key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.rule_checks import lane_in
from kopilka.core.programme.scalars import write_number
from kopilka.core.programme.visit import visit

_PUBLIC_ONLY = ("uses", "per_member")
_CHOICES = frozenset(("any", "not"))


def check_coupons(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """Everything wrong with coupons: their series, and conditions that ask for them."""
    seen: dict[str, str] = {}
    for id_, series in programme.coupons.items():
        path = key_path("coupons", id_)
        for key in _PUBLIC_ONLY:
            if not series.code and getattr(series, key) is not None:
                yield found(error("not_with", f"{path}.{key}", key=key, other="code"), path)
        if series.starts and series.until and series.until < series.starts:
            yield found(error("never_met", f"{path}.until"), path)
        code = normalised(series.code)
        if series.code and not code:
            yield found(error("bad_code", f"{path}.code", value=series.code))
        elif code and seen.setdefault(code, id_) != id_:
            yield found(
                error("duplicate_code", f"{path}.code", value=series.code, other=seen[code]), "coupons"
            )
    yield from _inside(programme, registry)


def _inside(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """A coupon that only may have unlocked a rule: nobody could say whether it was used up."""
    choices: list[str] = []
    for visited in visit(programme, registry):
        if isinstance(visited.value, Condition):
            if registry.condition_name(visited.value) in _CHOICES:
                choices.append(visited.path + ".")
            elif getattr(visited.value, "LANE", None) is Lane.COUPONS:
                within = next((path for path in choices if visited.path.startswith(path)), None)
                if within is not None:
                    yield found(error("coupon_inside", visited.path), within.removesuffix("."))


def check_costs(programme: Programme) -> Iterator[Finding]:
    """What rules cost is payable, and never two of them at once in points of one kind."""
    costly: list[tuple[str, Rule, str]] = []
    for number, rule in enumerate(programme.rules):
        path = f"rules[{number}]"
        if (rule.ahead.days or rule.ahead.months) and rule.on is not Trigger.BIRTHDAY:
            yield found(error("not_with", f"{path}.ahead", key="ahead", other="on: birthday"), f"{path}.on")
        if rule.cost is None:
            continue
        kind_id = rule.cost.kind or next(iter(programme.points), "")
        kind = programme.points.get(kind_id)
        place = f"{path}.cost.points"
        if rule.on is not Trigger.RECEIPT:
            yield found(error("not_with", f"{path}.cost", key="cost", other="on: receipt"), f"{path}.on")
        if kind is None:
            yield found(error("no_points", f"{path}.cost"), "points")
        elif not rule.cost.points:
            yield found(error("zero", place), f"{path}.cost")
        elif rule.cost.points * kind.scale % 100:
            value = write_number(rule.cost.points, "points")
            yield found(
                error("too_many_digits", place, value=str(value), digits=kind.decimals),
                f"{path}.cost",
                "points",
            )
        if rule.on is Trigger.RECEIPT and not rule.paused:
            costly.append((path, rule, kind_id))
    for (one_path, one, one_kind), (path, other, kind_id) in combinations(costly, 2):
        if one_kind == kind_id and _together(programme, one, other):
            yield found(
                error("cost_shared", f"{path}.cost", one=one.id, other=other.id), one_path, path, "lanes"
            )


def _together(programme: Programme, one: Rule, other: Rule) -> bool:
    """Whether both rules may apply to one receipt: rivals do so only where some of their effects are none."""
    for effect in _leading(one):
        for rival in _leading(other):
            lane = lane_in(one, effect)
            if lane is None or lane is not lane_in(other, rival):
                return True
            apart = programme.lanes.of(lane).choose is not Chooser.ALL
            on_top = getattr(effect, "ON_TOP", False) is not getattr(rival, "ON_TOP", False)
            if one.group != other.group or not (one.group or (apart and not on_top)):
                return True
    return False


def _leading(rule: Rule) -> list[Effect]:
    """The effects by which a rule applies: what it gives besides money and points only follows those."""
    first = [effect for effect in rule.effects if lane_in(rule, effect) is not Lane.GIFTS]
    return first or list(rule.effects)
