"""One rule by itself: whether its effects say how much of what, and its limits limit something."""

from collections.abc import Iterator

from kopilka.core.programme.document import Caps, Condition, Effect, Lane, Programme, Rule
from kopilka.core.programme.effect_checks import check_effect, lane_of, values_of
from kopilka.core.programme.fields import Scale
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import caution, error
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.visit import effect_paths
from kopilka.values.rounding import PERCENT_WHOLE

NO_MONEY = (Lane.EARNING, Lane.GIFTS)


def together(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    """The conditions that must all be met, those joined by `all` too."""
    for condition in conditions:
        yield condition
        if getattr(condition, "NAME", "") == "all":
            yield from together(condition.of)  # type: ignore[attr-defined]


def lane_in(rule: Rule, effect: Effect) -> Lane | None:
    """The lane in which an effect of a rule works: discounts for a coupon stand in the lane of coupons."""
    lane = lane_of(effect)
    if lane in (Lane.PRICES, Lane.DISCOUNTS):
        for condition in together(rule.when):
            named = getattr(condition, "LANE", None)
            if named is not None:
                return named  # type: ignore[no-any-return]
    return lane


def check_rule(programme: Programme, rule: Rule, path: str, registry: Registry) -> Iterator[Finding]:
    """Everything wrong with one rule."""
    if not rule.effects:
        yield found(error("no_effect", path))
    for effect, place in zip(rule.effects, effect_paths(rule.effects, path, registry), strict=True):
        yield from check_effect(programme, rule, effect, place, registry)
    yield from _caps(rule, f"{path}.caps")


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
    takes = any(lane_of(effect) not in NO_MONEY for effect in rule.effects)
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
        if lane_of(effect) in NO_MONEY:
            continue
        percent = getattr(effect, "percent", None)
        sums = [getattr(effect, name, None) for name in ("amount", "price")]
        if not isinstance(percent, Scale) or sums != [None, None]:
            return PERCENT_WHOLE
        most = max(most, *values_of(percent), 0)
    return most


def _most_points(rule: Rule) -> int:
    """The most hundredths of a point that one receipt earns by the rule, where that is known beforehand."""
    most = 0
    for effect in rule.effects:
        if lane_of(effect) is not Lane.EARNING:
            continue
        points = getattr(effect, "points", None)
        open_ended = getattr(effect, "per", None) is not None or getattr(effect, "each", False)
        if not isinstance(points, Scale) or open_ended:
            return 2**62
        most = max(most, *values_of(points), 0)
    return most
