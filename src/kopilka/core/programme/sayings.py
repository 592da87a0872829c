"""Conditions, effects and goods in plain words of every language, derived from their fields.

A kind may say itself: `TERMS` by language, a template whose places are its own fields. A kind without it is said by the
names of its keys. Places: `{field}` is the field's own words; `{field:shops}` shows it as that kind of place (`genitive`
declines a span, `size|…` counts a table); `{field?text|text}` chooses by yes and no, `{field=a:text|*:text}` by the
word written; `{field&}` joins a list with "and"; a part in `[…]` is left out where one of its plain fields says nothing
beyond its default, a part in `[!field …]` where that field says something.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from enum import Enum
from itertools import count
from typing import Any

import msgspec

from kopilka.core.programme.document import Condition, Effect, Goods, Programme
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Words
from kopilka.core.programme.labels import LANGUAGES, label
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.saying import AND, EMPTY, OR, Saying, bare, filled, joined, literal
from kopilka.core.programme.setting import TOTAL, setting_for
from kopilka.core.programme.shapes import (
    Field,
    ListOf,
    Number,
    Open,
    Optional,
    Plain,
    Record,
    Scaled,
    Shape,
    TableOf,
    fields_of,
)
from kopilka.values.period import Span
from kopilka.values.points import Points

_PART = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{(\w+)(?:([&?=:])([^{}]*))?\}")
_NUMBERS = {
    "percent": "percent",
    "money": "money",
    "count": "count",
    "quantity": "quantity",
    "whole": "count",
}
_IDS = {"level": "levels", "coupon": "coupons", "perk": "perk", "year_day": "year_day"}
_HUNDREDTHS = 100
_YES: Words = {"ru": "да", "en": "yes"}
_NO: Words = {"ru": "нет", "en": "no"}
_LONG: Sequence[Words] = (
    {"ru": "{{{0}:count|день|дня|дней}}", "en": "{{{0}:count|day|days}}"},
    {"ru": "{{{0}:count|месяц|месяца|месяцев}}", "en": "{{{0}:count|month|months}}"},
    {"ru": "{{{0}:count|год|года|лет}}", "en": "{{{0}:count|year|years}}"},
)
_OF: Sequence[Words] = (
    {"ru": "{{{0}:count|дня|дней|дней}}", "en": "{{{0}:count|day|days}}"},
    {"ru": "{{{0}:count|месяца|месяцев|месяцев}}", "en": "{{{0}:count|month|months}}"},
    {"ru": "{{{0}:count|года|лет|лет}}", "en": "{{{0}:count|year|years}}"},
)
"""After "not less than"."""
_MONTHS_OF_YEAR = 12
_STEPS: Mapping[type, Words] = {
    ByTotal: {"ru": "при покупке от {from} — {value}", "en": "{value} for a purchase from {from}"},
    BySpent: {
        "ru": "после покупок на {from} — {value}",
        "en": "{value} once {from} has been spent",
    },
}
_GOODS: Sequence[tuple[str, Words]] = (
    ("category", {"ru": "из категорий: {0}", "en": "of categories: {0}"}),
    ("brand", {"ru": "брендов: {0}", "en": "of brands: {0}"}),
    ("sku", {"ru": "артикулы: {0}", "en": "articles: {0}"}),
    ("tag", {"ru": "с отметкой: {0}", "en": "marked: {0}"}),
    ("product_class", {"ru": "класса: {0}", "en": "of class: {0}"}),
)
_PROMO: Mapping[bool, Words] = {
    True: {"ru": "уже со скидкой", "en": "on sale already"},
    False: {"ru": "без скидки", "en": "not on sale"},
}
_EXCEPT: Words = {"ru": "кроме {0}", "en": "except {0}"}
_PAIR: Words = {"ru": "{0} — {1}", "en": "{0}: {1}"}


class Sayings:
    """The words of one programme's parts. Parameters are numbered, so that sayings can be joined."""

    def __init__(self, programme: Programme, registry: Registry) -> None:
        self._programme = programme
        self._registry = registry
        self._setting = setting_for(programme)
        self._numbers = count(1)

    def condition(self, condition: Condition) -> Saying:
        """What a condition asks for."""
        return self._part(condition, self._registry.condition_name(condition))

    def conditions(self, conditions: Sequence[Condition]) -> list[Saying]:
        """What each of the conditions asks for."""
        return [self.condition(condition) for condition in conditions]

    def effect(self, effect: Effect) -> Saying:
        """What an effect gives."""
        return self._part(effect, self._registry.effect_name(effect))

    def goods(self, goods: Goods) -> Saying:
        """Which goods are meant."""
        parts = []
        for name, words in _GOODS:
            names = getattr(goods, name)
            if names:
                shown = self._place("classes", ",".join(names)) if name == "product_class" else None
                each = [literal(text, quoted=True) for text in names]
                parts.append(filled(words, [shown or joined(each, OR)]))
        if goods.promo is not None:
            parts.append(Saying(_PROMO[goods.promo]))
        if goods.without is not None:
            parts.append(filled(_EXCEPT, [self.goods(goods.without)]))
        return joined(parts, AND)

    def money(self, minor: int) -> Saying:
        """An amount of the programme's money."""
        return self._place("money", minor)

    def percent(self, hundredths: int) -> Saying:
        """A percent."""
        return self._place("percent", hundredths)

    def count(self, number: int, words: Words | None = None) -> Saying:
        """A number, with its noun where `words` gives templates with `{0}`."""
        return self._place("count", number) if words is None else self._worded(words, number)

    def points(self, hundredths: int, kind: str = "") -> Saying:
        """Points of a kind (the first where none is named), from hundredths of a point."""
        id_ = kind if kind in self._programme.points else next(iter(self._programme.points), "")
        known = self._programme.points.get(id_)
        if known is None:
            return self._place("quantity", hundredths * 10)
        return self._place("points", Points(hundredths * known.scale // _HUNDREDTHS, id_))

    def kind(self, kind: str = "") -> Saying:
        """The name of a kind of points, many of them; the first where none is named."""
        return self._place("kind", kind or next(iter(self._programme.points), ""))

    def span(self, span: Span, units: Sequence[Words] = _LONG) -> Saying:
        """A length of time; `units` are the words of days, months and years."""
        in_days, in_months, in_years = units
        if not span.months:
            return self._worded(in_days, span.days)
        years, rest = divmod(span.months, _MONTHS_OF_YEAR)
        said = self._worded(in_months, span.months) if rest else self._worded(in_years, years)
        return joined([said, self._worded(in_days, span.days)], AND) if span.days else said

    def day(self, day: date) -> Saying:
        """A day."""
        return self._place("date", day.isoformat())

    def place(self, kind: str, value: int | str) -> Saying:
        """A value as a kind of place shows it: a level, a rule, shops."""
        return self._place(kind, value)

    def scale(self, scale: object, mark: str, kind: str = "") -> Saying:
        """A number, or how it changes by level, by total or by what was spent."""
        match scale:
            case Flat(value=value):
                return self._number(value, mark, kind)
            case ByLevel(values=values):
                rows = [
                    filled(_PAIR, [self._place("level", level), self._number(value, mark, kind)])
                    for level, value in values.items()
                ]
                return joined(rows)
            case ByTotal(steps=steps) | BySpent(steps=steps):
                words = _STEPS[type(scale)]
                return joined([self._step(words, step, mark, kind) for step in steps])
            case _:
                return EMPTY

    def _step(self, words: Words, step: tuple[int, int], mark: str, kind: str) -> Saying:
        start, value = step
        said = self._number(value, mark, kind)
        return said if not start else _named(words, {"from": self.money(start), "value": said})

    def _number(self, value: int, mark: str, kind: str = "") -> Saying:
        if mark == TOTAL:
            mark, _ = self._setting.unit(mark)
        return self.points(value, kind) if mark == "points" else self._place(_NUMBERS[mark], value)

    def _place(self, kind: str, value: int | str | Points) -> Saying:
        name = f"p{next(self._numbers)}"
        return Saying(dict.fromkeys(LANGUAGES, f"{{{name}:{kind}}}"), {name: value})

    def _worded(self, words: Words, number: int) -> Saying:
        name = f"p{next(self._numbers)}"
        return Saying({tag: text.format(name) for tag, text in words.items()}, {name: number})

    # -- structs ------------------------------------------------------------------------------------------------

    def _part(self, part: msgspec.Struct, name: str) -> Saying:
        terms: Words = getattr(type(part), "TERMS", {})
        return self._by_terms(part, terms) if terms else self._by_keys(part, name)

    def _by_terms(self, part: msgspec.Struct, terms: Words) -> Saying:
        fields = {field.name: field for field in fields_of(type(part))}
        fields |= {field.key: field for field in fields_of(type(part))}
        words: Words = {}
        params: dict[str, int | str | Points] = {}
        known: dict[str, Saying] = {}
        for tag in LANGUAGES:

            def said(place: re.Match[str], tag: str = tag) -> str:
                saying = known.get(place[0])
                if saying is None:
                    saying = self._said(part, fields[place[1]], place[2] or "", place[3] or "")
                    if place[2] not in ("?", "="):
                        known[place[0]] = saying
                params.update(saying.params)
                return saying.words[tag]

            def kept(segment: re.Match[str]) -> str:
                unless, _, rest = segment[1].removeprefix("!").partition(" ")
                if segment[1].startswith("!"):
                    return "" if _says(part, fields[unless]) else rest
                plain = [
                    fields[name]
                    for name, sign, rest in _PLACE.findall(segment[1])
                    if sign not in ("?", "=") and rest != "kind"
                ]
                return segment[1] if all(_says(part, field) for field in plain) else ""

            words[tag] = _PLACE.sub(said, _PART.sub(kept, terms[tag])).strip()
        return Saying(words, params)

    def _said(self, part: msgspec.Struct, field: Field, sign: str, rest: str) -> Saying:
        value = getattr(part, field.name)
        match sign:
            case "?":
                yes, _, no = rest.partition("|")
                return Saying(dict.fromkeys(LANGUAGES, yes if value else no))
            case "=":
                choices = dict(choice.split(":", 1) for choice in rest.split("|"))
                word = str(value.value if isinstance(value, Enum | Flat) else value)
                return Saying(dict.fromkeys(LANGUAGES, choices.get(word, choices.get("*", word))))
            case ":" if rest == "kind":
                return self.kind(value)
            case ":" if rest == "genitive":
                return self.span(value, _OF)
            case ":" if rest.startswith("size|"):
                return self._place(rest.replace("size", "count", 1), len(value))
            case ":":
                return self._place(rest, ",".join(map(str, value)) if isinstance(value, tuple) else value)
            case _:
                return self._value(field.shape, value, AND if sign else OR, getattr(part, "kind", ""))

    def _by_keys(self, part: msgspec.Struct, name: str) -> Saying:
        """A kind without a sentence of its own: its name and what it says, key by key."""
        rows = []
        for field in fields_of(type(part)):
            value = getattr(part, field.name)
            if field.required or value != field.default:
                said = self._value(field.shape, value, OR, getattr(part, "kind", ""))
                rows.append(joined([_labelled(field.key), said], _SPACE))
        if not rows or not name:
            return joined(rows) if rows else _labelled(name)
        return filled({"ru": "{0}: {1}", "en": "{0}: {1}"}, [_labelled(name), joined(rows)])

    def _value(self, shape: Shape, value: Any, word: Words, kind: str) -> Saying:
        """A field's own words."""
        inner = shape.inner if isinstance(shape, Optional) else shape
        match inner:
            case _ if value is None:
                return EMPTY
            case Number(mark=mark):
                return self._number(value, mark, kind)
            case Scaled(mark=mark):
                return self.scale(value, mark, kind)
            case Plain(mark=mark) if mark in _IDS:
                return self._place(_IDS[mark], value) if value else EMPTY
            case Record() if isinstance(value, Goods):
                return self.goods(value)
            case Record():
                return self._part(value, "")
            case Open(kind="conditions"):
                return joined(self.conditions(value), word)
            case ListOf(item=item):
                return joined([self._value(item, each, word, kind) for each in value], word)
            case TableOf(key=key, value=under):
                pairs = [
                    (self._value(key, k, word, kind), self._value(under, v, word, kind))
                    for k, v in value.items()
                ]
                return joined([filled(_PAIR, pair) for pair in pairs])
            case _:
                return self._simple(value)

    def _simple(self, value: Any) -> Saying:
        match value:
            case bool():
                return Saying(_YES if value else _NO)
            case Span():
                return self.span(value)
            case Enum():
                return _labelled(str(value.value))
            case date():
                return self.day(value)
            case time():
                return literal(f"{value.hour}:{value.minute:02d}")
            case dict():
                return Saying({tag: bare(_in(value, tag)) for tag in LANGUAGES})
            case str():
                return literal(value, quoted=True)
            case _:
                return literal(str(value))


_SPACE: Words = {"ru": " ", "en": " "}


def _says(part: msgspec.Struct, field: Field) -> bool:
    """Whether a field says anything beyond its default."""
    value = getattr(part, field.name)
    if not field.required and value == field.default:
        return False
    return bool(value) if isinstance(value, tuple | dict | str) else value is not None


def _labelled(key: str) -> Saying:
    return Saying({tag: bare(label(key, tag)) for tag in LANGUAGES})


def _in(words: Mapping[str, Any], tag: str) -> str:
    found = words.get(tag) or words.get("und") or next(iter(words.values()), "")
    return found if isinstance(found, str) else ", ".join(found)


def _named(words: Words, parts: Mapping[str, Saying]) -> Saying:
    """A template whose places are named."""
    params: dict[str, int | str | Points] = {}
    for part in parts.values():
        params |= part.params
    said = {
        tag: text.format_map({name: part.words[tag] for name, part in parts.items()})
        for tag, text in words.items()
    }
    return Saying(said, params)
