"""A tree to a programme: walks the shapes of the document's fields and collects every mistake on the way.

A field that cannot be read gets a stand-in, so that the rest is read too; a programme comes out only where there
is no error. What single fields cannot tell (`validator.py`) is checked afterwards.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.mistakes import Mistake, Severity, errors
from kopilka.core.programme.places import Places, key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.scale_reader import GROWING, read_scale
from kopilka.core.programme.setting import Setting, setting_of
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
from kopilka.core.programme.text_reader import (
    read_choice,
    read_either,
    read_number_node,
    read_plain,
    read_simple,
)
from kopilka.core.programme.tree import Entry, Items, Node, Table, Text
from kopilka.core.programme.validator import check


class Reading(msgspec.Struct, frozen=True):
    """What came of a document: the programme where no error stands in the way, and all mistakes by line."""

    programme: Programme | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def errors(self) -> tuple[Mistake, ...]:
        """What refuses the document."""
        return errors(self.mistakes)

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """Cautions that the document may stand with."""
        return tuple(mistake for mistake in self.mistakes if mistake.severity is Severity.WARNING)


def read_programme(root: Node, registry: Registry, before: Sequence[Mistake] = ()) -> Reading:
    """Read a whole document, with all its mistakes at once; `before` are those that its text made already."""
    places = Places()
    places.mistakes += before
    if not isinstance(root, Table):
        places.report("expected_mapping", "", root)
        return Reading(None, tuple(places.mistakes))
    walk = _Walk(places, registry, setting_of(root))
    programme: Programme = walk.record(Programme, root, "")
    unread = [mistake.path for mistake in places.mistakes]
    for finding in check(programme, registry):
        if places.full:
            break
        if not any(finding.rests_on(path) for path in unread):
            places.add(finding.mistake)
    mistakes = tuple(sorted(places.mistakes, key=lambda m: (m.line, m.column, m.path, m.code)))
    return Reading(None if errors(mistakes) else programme, mistakes)


class _Walk:
    """One reading under way."""

    def __init__(self, places: Places, registry: Registry, setting: Setting) -> None:
        self.places = places
        self.registry = registry
        self.setting = setting

    def value(self, shape: Shape, node: Node, path: str) -> Any:
        """The value of a field, or its stand-in after a mistake."""
        match shape:
            case Number():
                return read_number_node(self.places, self.setting, shape.mark, node, path)
            case Plain():
                return read_plain(self.places, self.setting, shape.mark, node, path)
            case Simple():
                return read_simple(self.places, shape.kind, node, path)
            case Choice():
                return read_choice(self.places, shape, node, path)
            case Either():
                return read_either(self.places, shape.choice, node, path)
            case Scaled():
                return read_scale(self.places, self.setting, shape.mark, node, path)
            case ListOf():
                return self.list_of(shape, node, path)
            case TableOf():
                return self.table_of(shape, node, path)
            case Record():
                return self.record(shape.of, node, path)
            case Open():
                return self.conditions(node, path)
            case Optional():
                return self.optional(shape.inner, node, path)
            case _:
                assert_never(shape)

    def optional(self, inner: Shape, node: Node, path: str) -> Any:
        if inner == Simple("span") and isinstance(node, Text) and node.text == "ever":
            return None
        return self.value(inner, node, path)

    def list_of(self, shape: ListOf, node: Node, path: str) -> tuple[Any, ...]:
        if isinstance(node, Items):
            rows = [(item, f"{path}[{number}]") for number, item in enumerate(node.items)]
        elif isinstance(node, Text) and not isinstance(shape.item, Record):
            rows = [(node, path)]
        else:
            self.places.report("expected_list", path, node)
            return ()
        for item, place in rows:
            self.places.put(place, item)
        return tuple(self.value(shape.item, item, place) for item, place in rows)

    def table_of(self, shape: TableOf, node: Node, path: str) -> dict[str, Any]:
        if not isinstance(node, Table):
            self.places.report("expected_mapping", path, node)
            return {}
        found = {}
        for entry in node.entries:
            place = self.enter(entry, path)
            key = self.value(shape.key, entry.key, place)
            value = self.value(shape.value, entry.value, place)
            if key is not None:
                found[key] = value
        return found

    def enter(self, entry: Entry, path: str) -> str:
        """The path of an entry, its place noted."""
        place = key_path(path, entry.key.text)
        self.places.put(place, entry.key)
        return place

    def record(self, struct: type[msgspec.Struct], node: Node, path: str) -> Any:
        """A struct from a mapping of its fields; a rule's effects stand among them."""
        if not isinstance(node, Table):
            self.places.report("expected_mapping", path, node)
            return struct(**{field.name: self.stand_in(field) for field in fields_of(struct)})
        fields = {field.key: field for field in fields_of(struct)}
        values: dict[str, Any] = {}
        effects: list[Any] = []
        inline = fields.pop("effects", None)
        for entry in node.entries:
            key = entry.key.text
            place = self.enter(entry, path)
            if key in fields:
                if not (isinstance(entry.value, Text) and entry.value.nothing):
                    shape = self.setting.shape(struct, fields[key])
                    values[fields[key].name] = self.value(shape, entry.value, place)
            elif inline and key in self.registry.effects:
                effects += self.effects(self.registry.effects[key], entry.value, place)
            else:
                self.unknown(struct, entry, place, inline=inline is not None)
        if inline:
            values["effects"] = tuple(effects)
        self.complete(fields, values, node, path)
        return struct(**values)

    def complete(self, fields: dict[str, Field], values: dict[str, Any], node: Node, path: str) -> None:
        """Give every field that was left out its default; those without one are missed."""
        for key, field in fields.items():
            if field.name not in values:
                if field.required and not isinstance(field.shape, TableOf):
                    self.places.report("missing_key", key_path(path, key), node, key=key)
                values[field.name] = self.stand_in(field)

    def stand_in(self, field: Field) -> Any:
        return _empty(field.shape) if field.required else field.default

    def unknown(self, struct: type[msgspec.Struct], entry: Entry, path: str, *, inline: bool) -> None:
        known = [field.key for field in fields_of(struct) if field.key != "effects"]
        short = short_of(struct)
        if inline:
            known += self.registry.effects
        elif short is not None and isinstance(_inner(short.shape), Scaled):
            known += self.setting.levels
        self.places.report(
            "unknown_rule_key" if inline else "unknown_key", path, entry.key, known=known, key=entry.key.text
        )

    def effects(self, kind: type[msgspec.Struct], node: Node, path: str) -> list[Any]:
        """One effect, or a list of several of one kind."""
        if not isinstance(node, Items):
            return [self.body(kind, node, path)]
        return [self.body(kind, item, f"{path}[{number}]") for number, item in enumerate(node.items)]

    def conditions(self, node: Node, path: str) -> tuple[Any, ...]:
        """A mapping of conditions by name, or a list of such mappings."""
        if isinstance(node, Items):
            found: list[Any] = []
            for number, item in enumerate(node.items):
                found += self.conditions(item, f"{path}[{number}]")
            return tuple(found)
        if not isinstance(node, Table):
            self.places.report("expected_conditions", path, node)
            return ()
        return tuple(made for entry in node.entries for made in self.condition(entry, path))

    def condition(self, entry: Entry, path: str) -> list[Any]:
        name, place = entry.key.text, self.enter(entry, path)
        kind = self.registry.conditions.get(name)
        if kind is None:
            self.places.report(
                "unknown_condition", place, entry.key, known=self.registry.conditions, key=name
            )
            return []
        return [self.body(kind, entry.value, place)]

    def body(self, kind: type[msgspec.Struct], node: Node, path: str) -> Any:
        """A condition or effect from a mapping of its fields, or from its short form."""
        short = short_of(kind)
        nothing = isinstance(node, Text) and node.nothing
        if nothing:
            node = Table(node.line, node.column, ())
        if short is None or (isinstance(node, Table) and not self.is_short(kind, short, node)):
            return self.record(kind, node, path)
        fields = {field.key: field for field in fields_of(kind)}
        values = {short.name: self.value(short.shape, node, path)}
        self.complete(fields, values, node, path)
        return kind(**values)

    def is_short(self, kind: type[msgspec.Struct], short: Field, node: Table) -> bool:
        """Whether a mapping stands for the short field itself and not for the fields around it."""
        keys = {entry.key.text for entry in node.entries}
        if not keys or not keys.isdisjoint(field.key for field in fields_of(kind)):
            return False
        match _inner(short.shape):
            case Open() | TableOf():
                return True
            case Scaled():
                return not GROWING.keys().isdisjoint(keys) or not keys.isdisjoint(self.setting.levels)
            case _:
                return False


def _inner(shape: Shape) -> Shape:
    return shape.inner if isinstance(shape, Optional) else shape


def _empty(shape: Shape) -> Any:
    """A stand-in for a field that must be there and is not."""
    match shape:
        case Number():
            return 0
        case Plain():
            return ""
        case ListOf() | Open():
            return ()
        case TableOf():
            return {}
        case Record():
            return shape.of(
                **{f.name: _empty(f.shape) if f.required else f.default for f in fields_of(shape.of)}
            )
        case Choice():
            return next(iter(shape.of))
        case Simple(kind="words" | "forms"):
            return {}
        case _:
            return None
