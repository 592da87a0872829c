"""One rule by itself: whether its effects say how much of what, and its limits limit something."""

from collections.abc import Iterator

import msgspec

from kopilka.core.programme.document import Caps, Effect, Lane, Programme, Rule, Trigger
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import caution, error
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.shapes import Number, Optional, Scaled, Shape, fields_of
from kopilka.core.programme.visit import effect_paths
from kopilka.values.rounding import PERCENT_WHOLE


def lane_of(effect: Effect) -> Lane | None:
    """The lane that an effect works in."""
    return getattr(effect, "LANE", None)


def lane_in(rule: Rule, effect: Effect) -> Lane | None:
    """The lane in which an effect of a rule works: discounts for a coupon stand in the lane of coupons."""
    lane = lane_of(effect)
    if lane in (Lane.PRICES, Lane.DISCOUNTS):
        for condition in rule.when:
            named = getattr(condition, "LANE", None)
            if named is not None:
                return named  # type: ignore[no-any-return]
    return lane


def values_of(scale: Scale) -> tuple[int, ...]:
    """Every number that a scale can give."""
    match scale:
        case Flat(value=value):
            return (value,)
        case ByLevel(values=values):
            return tuple(values.values())
        case ByTotal(steps=steps) | BySpent(steps=steps):
            return tuple(value for _, value in steps)


def check_rule(programme: Programme, rule: Rule, path: str, registry: Registry) -> Iterator[Finding]:
    """Everything wrong with one rule."""
    if not rule.effects:
        yield found(error("no_effect", path))
    for effect, place in zip(rule.effects, effect_paths(rule.effects, path, registry), strict=True):
        earns = lane_of(effect) is Lane.EARNING
        if rule.on is Trigger.ENROLMENT and (not earns or _number(effect, "points") is None):
            yield found(error("enrolment_effect", place), f"{path}.on")
        yield from _amounts(effect, place, earns=earns)
        yield from _percents(effect, place, earns=earns)
        if earns:
            yield from _earning(programme, effect, place)
    yield from _caps(rule, f"{path}.caps")


def _number(effect: Effect, name: str) -> object:
    return getattr(effect, name, None)


def _scaled(shape: Shape) -> str:
    """The mark of a scale; empty for other shapes."""
    inner = shape.inner if isinstance(shape, Optional) else shape
    return inner.mark if isinstance(inner, Scaled) else ""


def _amounts(effect: Effect, path: str, *, earns: bool) -> Iterator[Finding]:
    """An effect made of scales gives one of them (a discount may give both)."""
    scales = [field for field in fields_of(type(effect)) if _scaled(field.shape)]
    given = [field for field in scales if getattr(effect, field.name) is not None]
    if scales and not given:
        yield found(error("no_amount", path))
    if earns and len(given) > 1:
        yield found(error("two_amounts", path, one=given[0].key, other=given[1].key))


def _percents(effect: Effect, path: str, *, earns: bool) -> Iterator[Finding]:
    for field in fields_of(type(effect)):
        value = getattr(effect, field.name)
        if _scaled(field.shape) == "percent" and value is not None:
            most = max(values_of(value), default=0)
        elif field.shape == Number("percent"):
            most = value
        else:
            continue
        if most > PERCENT_WHOLE:
            place = f"{path}.{field.key}"
            wrong = caution("wide_earning", place, value=most)
            over = error("percent_over", place, value=most, most=PERCENT_WHOLE)
            yield found(wrong if earns else over)


def _earning(programme: Programme, effect: Effect, path: str) -> Iterator[Finding]:
    named = getattr(effect, "kind", "") or next(iter(programme.points), "")
    kind = programme.points.get(named)
    if not programme.points:
        yield found(error("no_points", path), "points")
    elif _number(effect, "percent") is not None and kind is not None and not kind.worth:
        mistake = error("worthless_kind", path, kind=named)
        yield found(msgspec.structs.replace(mistake, hint="give_worth"), "points", "currency")
    with_points = _number(effect, "points") is not None
    for key in ("per", "each"):
        if getattr(effect, key, None) and not with_points:
            yield found(error("not_with", f"{path}.{key}", key=key, other="points"))
    if getattr(effect, "whole", False) and getattr(effect, "per", None) is None:
        yield found(error("not_with", f"{path}.whole", key="whole", other="per"))
    if getattr(effect, "per", None) == 0:
        yield found(error("zero", f"{path}.per"))
    if getattr(effect, "per", None) and getattr(effect, "each", False):
        yield found(error("two_amounts", path, one="per", other="each"))


def _caps(rule: Rule, path: str) -> Iterator[Finding]:
    caps = rule.caps
    if caps.line is not None and caps.line > PERCENT_WHOLE:
        yield found(error("percent_over", f"{path}.line", value=caps.line, most=PERCENT_WHOLE))
    for key in ("member", "budget"):
        cap = getattr(caps, key)
        if cap is not None and cap.money is None and cap.points is None and cap.uses is None:
            yield found(error("no_amount", f"{path}.{key}"))
    for key in idle_caps(rule, caps):
        yield found(caution("cap_never_bites", f"{path}.{key}", key=key), *_effect_parts(path))


def _effect_parts(path: str) -> tuple[str, ...]:
    return (path.removesuffix(".caps"),)


def idle_caps(rule: Rule, caps: Caps) -> Iterator[str]:
    """The limits of a rule that can never bite."""
    earns = any(lane_of(effect) is Lane.EARNING for effect in rule.effects)
    takes = any(lane_of(effect) is not Lane.EARNING for effect in rule.effects)
    if caps.line is not None and (
        not takes or caps.line == PERCENT_WHOLE or caps.line >= _most_percent(rule)
    ):
        yield "line"
    if caps.receipt is not None and not takes:
        yield "receipt"
    if caps.receipt_points is not None and (not earns or caps.receipt_points >= _most_points(rule)):
        yield "receipt_points"
    for key in ("member", "budget"):
        cap = getattr(caps, key)
        if cap is not None and cap.money is not None and not takes:
            yield f"{key}.money"
        if cap is not None and cap.points is not None and not earns:
            yield f"{key}.points"


def _most_percent(rule: Rule) -> int:
    """The largest share of a price that the rule's percents take; everything where it takes sums or prices."""
    most = 0
    for effect in rule.effects:
        if lane_of(effect) is Lane.EARNING:
            continue
        percent = _number(effect, "percent")
        if not isinstance(percent, Scale) or _number(effect, "amount") is not None:
            return PERCENT_WHOLE
        most = max(most, *values_of(percent), 0)
    return most


def _most_points(rule: Rule) -> int:
    """The most hundredths of a point that one receipt earns by the rule, where that is known beforehand."""
    most = 0
    for effect in rule.effects:
        if lane_of(effect) is not Lane.EARNING:
            continue
        points = _number(effect, "points")
        open_ended = getattr(effect, "per", None) is not None or getattr(effect, "each", False)
        if not isinstance(points, Scale) or open_ended:
            return 2**62
        most = max(most, *values_of(points), 0)
    return most
