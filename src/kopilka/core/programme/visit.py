"""Walking a programme field by field, each with its path in the document and its shape."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.places import key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.shapes import ListOf, Open, Optional, Record, Shape, TableOf, fields_of


class Visited(msgspec.Struct, frozen=True):
    """One field: records come before their own fields."""

    path: str
    shape: Shape
    value: Any
    usual: bool = False
    """Whether the field says what it would say anyway."""


def visit(programme: Programme, registry: Registry) -> Iterator[Visited]:
    """Every field of a programme, defaults too."""
    yield from _fields(programme, "", registry)


def visit_under(value: msgspec.Struct, path: str, registry: Registry) -> Iterator[Visited]:
    """Every field of a part of a programme that stands at a path."""
    yield from _fields(value, path, registry)


def effect_paths(effects: tuple[Any, ...], path: str, registry: Registry) -> list[str]:
    """The path of each effect of the rule at `path`: `rules[0].earn`, or `rules[0].earn[1]` among several."""
    names = [registry.effect_name(effect) for effect in effects]
    many, seen, paths = Counter(names), Counter[str](), []
    for name in names:
        place = key_path(path, name)
        paths.append(f"{place}[{seen[name]}]" if many[name] > 1 else place)
        seen[name] += 1
    return paths


def _fields(struct: msgspec.Struct, path: str, registry: Registry) -> Iterator[Visited]:
    for field in fields_of(type(struct)):
        value = getattr(struct, field.name)
        if field.shape == Open("effects"):
            for effect, place in zip(value, effect_paths(value, path, registry), strict=True):
                yield Visited(place, Record(type(effect)), effect)
                yield from _fields(effect, place, registry)
        else:
            usual = not field.required and value == field.default
            for number, visited in enumerate(_value(field.shape, value, key_path(path, field.key), registry)):
                yield msgspec.structs.replace(visited, usual=usual) if usual and not number else visited


def _value(shape: Shape, value: Any, path: str, registry: Registry) -> Iterator[Visited]:
    match shape:
        case Optional():
            if value is None:
                yield Visited(path, shape, None)
            else:
                yield from _value(shape.inner, value, path, registry)
        case Record():
            yield Visited(path, shape, value)
            yield from _fields(value, path, registry)
        case ListOf(item=Record()):
            for number, item in enumerate(value):
                yield from _value(shape.item, item, f"{path}[{number}]", registry)
        case TableOf():
            for key, under in value.items():
                yield from _value(shape.value, under, key_path(path, str(key)), registry)
        case Open():
            for condition in value:
                place = key_path(path, registry.condition_name(condition))
                yield Visited(place, Record(type(condition)), condition)
                yield from _fields(condition, place, registry)
        case _:
            yield Visited(path, shape, value)
