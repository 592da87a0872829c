"""One effect by itself: whether it says how much of what, and whether that can be done where its rule stands."""

from collections.abc import Iterator
from typing import Any

import msgspec

from kopilka.core.programme.document import Effect, Lane, Programme, Rule, Trigger
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import advised, caution, error
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.shapes import (
    Field,
    ListOf,
    Number,
    Optional,
    Plain,
    Record,
    Scaled,
    Shape,
    fields_of,
)
from kopilka.core.programme.visit import visit_under
from kopilka.values.quantity import ONE
from kopilka.values.rounding import PERCENT_WHOLE

PARTS_MAX = 6
"""A set of more parts takes longer to choose than a till waits, and nobody could follow the choice."""
_NOTHING: tuple[object, ...] = (None, "", (), {})


def lane_of(effect: Effect) -> Lane | None:
    """The lane that an effect works in."""
    return getattr(effect, "LANE", None)


def values_of(scale: Scale) -> tuple[int, ...]:
    """Every number that a scale can give."""
    match scale:
        case Flat(value=value):
            return (value,)
        case ByLevel(values=values):
            return tuple(values.values())
        case ByTotal(steps=steps) | BySpent(steps=steps):
            return tuple(value for _, value in steps)


def check_effect(
    programme: Programme, rule: Rule, effect: Effect, path: str, registry: Registry
) -> Iterator[Finding]:
    """Everything wrong with one effect of a rule."""
    earns = lane_of(effect) is Lane.EARNING
    if rule.on is not Trigger.RECEIPT and not (earns and _fixed_points(effect)):
        yield found(error("enrolment_effect", path), _parent(path) + ".on")
    yield from _amounts(effect, path, earns=earns)
    yield from _percents(effect, path, earns=earns)
    yield from _counts(effect, path, registry)
    yield from _names(programme, rule, effect, path)
    if earns:
        yield from _earning(programme, effect, path)


def _parent(path: str) -> str:
    return path[: path.index("]") + 1]


def _fixed_points(effect: Effect) -> bool:
    by_goods = getattr(effect, "per", None) is not None or getattr(effect, "each", False)
    return getattr(effect, "points", None) is not None and not by_goods


def _scaled(shape: Shape) -> str:
    """The mark of a scale; empty for other shapes."""
    inner = shape.inner if isinstance(shape, Optional) else shape
    return inner.mark if isinstance(inner, Scaled) else ""


def _amounts(effect: Effect, path: str, *, earns: bool) -> Iterator[Finding]:
    """Exactly one of the fields that an effect names as `ONE_OF` says what it does, at least one of its `SOME_OF`; of
    other effects, at least one scale.
    """
    fields = {field.name: field for field in fields_of(type(effect))}
    one_of = [fields[name] for name in getattr(effect, "ONE_OF", ())]
    some_of = [fields[name] for name in getattr(effect, "SOME_OF", ())]
    if not one_of and not some_of:
        some_of = [field for field in fields.values() if _scaled(field.shape)]
        one_of = some_of if earns else []
    wanted = one_of or some_of
    if wanted and all(getattr(effect, field.name) in _NOTHING for field in wanted):
        first = wanted[0]
        number = _is_amount(first.shape)
        yield found(error("no_amount", path) if number else error("missing_key", path, key=first.key))
    given = [field for field in one_of if getattr(effect, field.name) != _left_out(field)]
    if len(given) > 1:
        yield found(error("two_amounts", path, one=given[0].key, other=given[1].key))


def _left_out(field: Field) -> Any:
    return None if field.required else field.default


def _is_amount(shape: Shape) -> bool:
    inner = shape.inner if isinstance(shape, Optional) else shape
    return isinstance(inner, Scaled | Number)


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


def _counts(effect: Effect, path: str, registry: Registry) -> Iterator[Finding]:
    """None of the numbers of pieces and times is zero, and no more pieces are rewarded than there are."""
    for visited in visit_under(effect, path, registry):
        if visited.shape == Number("count") and visited.value == 0:
            yield found(error("zero", visited.path))
        elif visited.shape == Number("quantity") and visited.value <= ONE:
            yield found(error("multiplier_low", visited.path))
    every, take = getattr(effect, "every", 0), getattr(effect, "take", 0)
    if every and take > every:
        yield found(error("too_many", f"{path}.take", key="take", given=take, most=every), f"{path}.every")
    for field in fields_of(type(effect)):
        if isinstance(field.shape, ListOf) and isinstance(field.shape.item, Record):
            size, place = len(getattr(effect, field.name)), f"{path}.{field.key}"
            if not size:
                yield found(error("empty_value", place))
            if size > PARTS_MAX:
                yield found(error("too_many", place, key=field.key, given=size, most=PARTS_MAX))


def _names(programme: Programme, rule: Rule, effect: Effect, path: str) -> Iterator[Finding]:
    """The rules and coupons that an effect names are such as it can work on."""
    if getattr(effect, "ON_TOP", False):
        known = [other.id for other in programme.rules if other.id != rule.id and _earns(other)]
        for named in getattr(effect, "of", ()):
            if named not in known:
                mistake = error("unknown_rule", f"{path}.of", value=named)
                yield found(advised(mistake, named, known), "rules")
    for field in fields_of(type(effect)):
        series = (
            programme.coupons.get(getattr(effect, field.name)) if field.shape == Plain("coupon") else None
        )
        if series is not None and series.code:
            yield found(error("public_series", path, value=getattr(effect, field.name)), "coupons")


def _earns(rule: Rule) -> bool:
    return any(
        lane_of(effect) is Lane.EARNING and not getattr(effect, "ON_TOP", False) for effect in rule.effects
    )


def _earning(programme: Programme, effect: Effect, path: str) -> Iterator[Finding]:
    named = getattr(effect, "kind", "") or next(iter(programme.points), "")
    kind = programme.points.get(named)
    if not programme.points:
        yield found(error("no_points", path), "points")
    elif getattr(effect, "percent", None) is not None and kind is not None and not kind.worth:
        mistake = error("worthless_kind", path, kind=named)
        yield found(msgspec.structs.replace(mistake, hint="give_worth"), "points", "currency")
    with_points = getattr(effect, "points", None) is not None
    for key in ("per", "each"):
        if getattr(effect, key, None) and not with_points:
            yield found(error("not_with", f"{path}.{key}", key=key, other="points"))
    if getattr(effect, "whole", False) and getattr(effect, "per", None) is None:
        yield found(error("not_with", f"{path}.whole", key="whole", other="per"))
    if getattr(effect, "per", None) == 0:
        yield found(error("zero", f"{path}.per"))
    if getattr(effect, "per", None) and getattr(effect, "each", False):
        yield found(error("two_amounts", path, one="per", other="each"))
