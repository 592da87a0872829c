"""Cautions told in time: what a shop owner may do and will probably regret, and what does nothing."""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from kopilka.core.programme.classes import LEGAL, floors_on
from kopilka.core.programme.document import Condition, Goods, Lane, PointsKind, Programme, Rule, Trigger
from kopilka.core.programme.effect_checks import lane_of
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.law import BOOKS, LawBook
from kopilka.core.programme.mistakes import advised, caution
from kopilka.core.programme.onerous import onerous
from kopilka.core.programme.places import key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.shapes import Open, Record, fields_of
from kopilka.core.programme.visit import Visited, visit
from kopilka.values.period import Span

BURNING_DAYS = 30
CONDITIONS_MAX = 4
_FORMS = {"ru": 3, "en": 2, "uk": 3, "be": 3}
_CLASSES = frozenset(("alcohol", *(name for name, _, _ in LEGAL)))


def cautions(programme: Programme, registry: Registry) -> Iterator[Finding]:
    """Everything that a document may say but had better not."""
    if not programme.rules:
        yield found(caution("no_rules", "rules"))
    yield from _kinds(programme)
    yield from _spending(programme)
    for number, rule in enumerate(programme.rules):
        yield from _rule(rule, f"rules[{number}]", registry)
    seen = list(visit(programme, registry))
    for field in seen:
        yield from _field(programme, field)
    yield from _levels(programme, seen)
    yield from _floors(programme)
    yield from onerous(programme, registry, seen)


def _floors(programme: Programme) -> Iterator[Finding]:
    """Least prices that hold nothing back, or are lower than those of the law that they replace."""
    book = BOOKS.get(programme.law, LawBook())
    bare = msgspec.structs.replace(programme, floors={})
    for kind, rows in programme.floors.items():
        for since, price in sorted(rows.items()):
            path = f"{key_path('floors', kind)}.{since.isoformat()}"
            legal = floors_on(bare, since, book).get(kind, 0)
            if not price:
                yield found(caution("floor_nothing", path, value=kind))
            elif price < legal:
                yield found(caution("floor_below_law", path, value=price, least=legal), "law", "currency")


def _kinds(programme: Programme) -> Iterator[Finding]:
    for id_, kind in programme.points.items():
        if _burns_soon(kind.life):
            yield found(caution("burning_soon", f"points.{id_}.life", most=BURNING_DAYS))
        yield from _forms(id_, kind)


def _forms(id_: str, kind: PointsKind) -> Iterator[Finding]:
    for tag, forms in kind.title.items():
        most = _FORMS.get(tag, 0)
        if 1 < len(forms) < most or (forms and most > len(forms) == 1):
            yield found(
                caution("few_forms", f"points.{id_}.title.{tag}", tag=tag, most=most, given=len(forms))
            )


def _burns_soon(life: object) -> bool:
    return isinstance(life, Span) and not life.months and life.days < BURNING_DAYS


def _spending(programme: Programme) -> Iterator[Finding]:
    if programme.spend is not None:
        return
    for id_, kind in programme.points.items():
        if kind.worth:
            yield found(caution("never_spendable", f"points.{id_}", kind=id_), "spend")


def _rule(rule: Rule, path: str, registry: Registry) -> Iterator[Finding]:
    discounts = [effect for effect in rule.effects if lane_of(effect) is Lane.DISCOUNTS]
    discounts = [effect for effect in discounts if not hasattr(effect, "times")]  # of some pieces only
    for_all = not rule.when and rule.goods is None and rule.on is Trigger.RECEIPT and not rule.paused
    if for_all and any(isinstance(getattr(effect, "percent", None), Flat) for effect in discounts):
        yield found(caution("promo_trap", path))
    conditions = list(_all_conditions(rule.when))
    if len(conditions) > CONDITIONS_MAX:
        yield found(caution("hard_terms", f"{path}.when", given=len(conditions)))
    if any(registry.condition_name(condition) == "channel" for condition in conditions):
        yield found(caution("split_terms", f"{path}.when"))


def _all_conditions(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    """Conditions with those inside of them; those that only join others are not counted."""
    for condition in conditions:
        joined = [field.name for field in fields_of(type(condition)) if isinstance(field.shape, Open)]
        if not joined:
            yield condition
        for name in joined:
            yield from _all_conditions(getattr(condition, name))


def _field(programme: Programme, field: Visited) -> Iterator[Finding]:
    match field.value:
        case Goods():
            known = sorted(_CLASSES.union(programme.classes))
            for name in field.value.product_class:
                if name not in known:
                    mistake = caution("unknown_class", f"{field.path}.class", value=name)
                    yield found(advised(mistake, name, known), "classes")
        case ByLevel(values=values) if programme.levels is not None:
            for step in programme.levels.ladder:
                if step.id not in values:
                    yield found(caution("level_gets_nothing", field.path, value=step.id), "levels")
        case ByTotal(steps=steps) | BySpent(steps=steps):
            for (_, lower), (start, higher) in pairwise(steps):
                if higher < lower:
                    yield found(caution("steps_down", field.path, value=start))
        case msgspec.Struct() if _burns_soon(getattr(field.value, "life", None)) and _is_effect(field):
            yield found(caution("burning_soon", f"{field.path}.life", most=BURNING_DAYS))


def _is_effect(field: Visited) -> bool:
    return isinstance(field.shape, Record) and getattr(field.value, "LANE", None) is not None


def _levels(programme: Programme, seen: list[Visited]) -> Iterator[Finding]:
    if programme.levels is None:
        return
    by_level = any(isinstance(field.value, ByLevel) for field in seen)
    named = any(getattr(getattr(field.shape, "item", None), "mark", "") == "level" for field in seen)
    if not by_level and not named:
        yield found(caution("levels_unused", "levels"), "rules")
