"""A programme to the document it would be read from: plain mappings, lists, texts and whole numbers.

The law: reading what was written gives the same programme. What says its default is left out.
"""

from collections.abc import Mapping
from typing import Any, assert_never

import msgspec

from kopilka.core.programme.document import Condition, Effect, Programme
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.scalars import write_number, write_simple
from kopilka.core.programme.setting import Setting, setting_for
from kopilka.core.programme.shapes import (
    Choice,
    Either,
    Field,
    ListOf,
    Number,
    Open,
    Optional,
    Plain,
    Record,
    Scaled,
    Shape,
    Simple,
    TableOf,
    fields_of,
    short_of,
)
from kopilka.core.programme.text_reader import ANY_LANGUAGE

Document = dict[str, Any]
_FIRST = ("programme", "title", "currency", "zone", "points", "levels", "rules")


def to_document(programme: Programme, registry: Registry) -> Document:
    """The whole programme as a document with the keys that the reader knows, in their usual order."""
    written = _Writer(registry, setting_for(programme)).record(programme)
    return {key: written[key] for key in (*_FIRST, *written) if key in written}


class _Writer:
    def __init__(self, registry: Registry, setting: Setting) -> None:
        self.registry = registry
        self.setting = setting

    def record(self, struct: msgspec.Struct) -> Document:
        written: Document = {}
        for field in fields_of(type(struct)):
            value = getattr(struct, field.name)
            if field.shape == Open("effects"):
                written.update(self.effects(value))
            elif field.required or value != field.default:
                written[field.key] = self.value(self.setting.shape(type(struct), field), value)
        return written

    def value(self, shape: Shape, value: Any) -> Any:  # noqa: C901, PLR0912 - a line for each shape
        match shape:
            case Number():
                return self.number(shape.mark, value)
            case Plain():
                return value
            case Simple(kind="words" | "forms"):
                return _by_language(value)
            case Simple():
                return write_simple(value)
            case Choice():
                return value.value
            case Either():
                return value.value if isinstance(value, shape.choice.of) else write_simple(value)
            case Scaled():
                return self.scale(shape.mark, value)
            case ListOf():
                items = [self.value(shape.item, item) for item in value]
                return items[0] if len(items) == 1 and isinstance(shape.item, Plain) else items
            case TableOf():
                return {
                    self.value(shape.key, key): self.value(shape.value, row) for key, row in value.items()
                }
            case Record():
                return self.record(value)
            case Open():
                return self.conditions(value)
            case Optional():
                return None if value is None else self.value(shape.inner, value)
            case _:
                assert_never(shape)

    def number(self, mark: str, units: int) -> int | str:
        return write_number(units, *self.setting.unit(mark))

    def scale(self, mark: str, scale: Scale) -> Any:
        match scale:
            case Flat(value=value):
                return self.number(mark, value)
            case ByLevel(values=values):
                return {level: self.number(mark, value) for level, value in values.items()}
            case ByTotal(steps=steps) | BySpent(steps=steps):
                key = "from" if isinstance(scale, ByTotal) else "spent"
                return {key: {str(self.number("money", s)): self.number(mark, value) for s, value in steps}}
            case _:
                assert_never(scale)

    def conditions(self, conditions: tuple[Condition, ...]) -> Any:
        rows = [(self.registry.condition_name(condition), self.body(condition)) for condition in conditions]
        if rows and len({name for name, _ in rows}) == len(rows):
            return dict(rows)
        return [{name: body} for name, body in rows]

    def effects(self, effects: tuple[Effect, ...]) -> Document:
        found: dict[str, list[Any]] = {}
        for effect in effects:
            found.setdefault(self.registry.effect_name(effect), []).append(self.body(effect))
        return {name: bodies[0] if len(bodies) == 1 else bodies for name, bodies in found.items()}

    def body(self, struct: Condition | Effect) -> Any:
        """The fields of a condition or effect, or its short form where only that field says something."""
        written = self.record(struct)
        short = short_of(type(struct))
        if short is None or not set(written) <= {short.key}:
            return written
        value = getattr(struct, short.name)
        if value is None:
            return written
        brief = self.value(short.shape, value)
        return brief if _stands_alone(short, brief) else written


def _stands_alone(short: Field, brief: Any) -> bool:
    """Whether the short form cannot be taken for a mapping of fields."""
    return not isinstance(brief, Mapping) or (isinstance(short.shape, Open) and short.key not in brief)


def _by_language(words: Mapping[str, Any]) -> Any:
    said = {tag: list(value) if isinstance(value, tuple) else value for tag, value in words.items()}
    return said[ANY_LANGUAGE] if set(said) == {ANY_LANGUAGE} else said
