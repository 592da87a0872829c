"""The JSON schema of a programme document, derived from the same fields that the reader walks.

For editors and API descriptions; the reader stays the judge, for it also knows what lies between fields.
"""

from typing import Any, assert_never

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.scale_reader import GROWING
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

Schema = dict[str, Any]
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_NUMBER = {
    "percent": r"^[0-9]+(\.[0-9]{1,2})? ?%?$",
    "money": r"^[0-9]+(\.[0-9]+)?$",
    "points": r"^[0-9]+(\.[0-9]{1,2})?$",
    "quantity": r"^[0-9]+(\.[0-9]{1,3})?$",
    "count": r"^[0-9]+$",
    "whole": r"^-?[0-9]+$",
}
_SPAN = r"^[0-9]{1,5}[dwmy]$"
_SIMPLE: dict[str, Schema] = {
    "bool": {"enum": [True, False, "yes", "no"]},
    "span": {"type": "string", "pattern": _SPAN},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$"},
    "words": {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]},
    "forms": {"$ref": "#/$defs/forms"},
}
_FORMS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def json_schema(registry: Registry) -> Schema:
    """The schema of a whole document (JSON Schema 2020-12)."""
    writer = _Schemas(registry)
    root = writer.record(Programme)
    return {"$schema": _DRAFT, "title": "Kopilka programme", **root, "$defs": writer.definitions}


class _Schemas:
    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.definitions: dict[str, Schema] = {
            "forms": {"anyOf": [_FORMS, {"type": "object", "additionalProperties": _FORMS}]},
            "conditions": {},
        }
        named = {name: self.body(kind) for name, kind in registry.conditions.items()}
        group: Schema = {"type": "object", "additionalProperties": False, "properties": named}
        self.definitions["conditions"] = {"anyOf": [group, {"type": "array", "items": group}]}

    def record(self, struct: type[msgspec.Struct]) -> Schema:
        """A mapping of the fields of a struct; a rule's effects stand among them."""
        properties, required = {}, []
        for field in fields_of(struct):
            if field.shape == Open("effects"):
                for name, kind in self.registry.effects.items():
                    body = self.body(kind)
                    properties[name] = {"anyOf": [body, {"type": "array", "items": body}]}
                continue
            properties[field.key] = self.field(struct, field)
            if field.required and not isinstance(field.shape, TableOf):
                required.append(field.key)
        found: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
        if required:
            found["required"] = required
        return {"description": " ".join((struct.__doc__ or "").split()), **found}

    def field(self, struct: type[msgspec.Struct], field: Field) -> Schema:
        shape = self.shape(field.shape)
        if struct.__name__ == "Step" and field.name == "start":
            shape = _number("money")
        return shape if field.required else {"anyOf": [shape, {"type": "null"}]}

    def shape(self, shape: Shape) -> Schema:
        match shape:
            case Number():
                return _number(shape.mark)
            case Plain():
                return {"type": ["string", "number"], **_mark(shape.mark)}
            case Simple():
                return dict(_SIMPLE[shape.kind])
            case Choice():
                return {"enum": [choice.value for choice in shape.of]}
            case Either():
                return {"anyOf": [self.shape(shape.span), self.shape(shape.choice)]}
            case Scaled():
                return self.scale(shape.mark)
            case ListOf():
                item = self.shape(shape.item)
                many = {"type": "array", "items": item}
                return many if isinstance(shape.item, Record) else {"anyOf": [item, many]}
            case TableOf():
                return {"type": "object", "additionalProperties": self.shape(shape.value)}
            case Record():
                return self.reference(shape.of)
            case Open():
                return {"$ref": "#/$defs/conditions"}
            case Optional():
                inner = self.shape(shape.inner)
                return {"anyOf": [inner, {"const": "ever"}]} if shape.inner == Simple("span") else inner
            case _:
                assert_never(shape)

    def reference(self, struct: type[msgspec.Struct]) -> Schema:
        name = struct.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.record(struct)
        return {"$ref": f"#/$defs/{name}"}

    def scale(self, mark: str) -> Schema:
        name = f"scale_{mark}"
        number = _number(mark)
        numbers = {"type": "object", "additionalProperties": number, "minProperties": 1}
        growing: list[Schema] = [
            {"type": "object", "additionalProperties": False, "required": [key], "properties": {key: numbers}}
            for key in GROWING
        ]
        by_level = {**numbers, "not": {"anyOf": [{"required": [key]} for key in GROWING]}}
        self.definitions[name] = {"anyOf": [number, by_level, *growing]}
        return {"$ref": f"#/$defs/{name}"}

    def body(self, kind: type[msgspec.Struct]) -> Schema:
        """The body of a condition or effect: its fields, its short form, or nothing where all have defaults."""
        forms = [self.reference(kind)]
        short = short_of(kind)
        if short is not None:
            forms.append(self.shape(short.shape))
        if not any(field.required for field in fields_of(kind)):
            forms.append({"type": "null"})
        return {"anyOf": forms}


def _number(mark: str) -> Schema:
    number: Schema = {"type": "number"} if mark == "whole" else {"type": "number", "minimum": 0}
    return {"anyOf": [number, {"type": "string", "pattern": _NUMBER[mark]}], **_mark(mark)}


def _mark(mark: str) -> Schema:
    """How a form shows the field: the name of its mark."""
    return {"x-mark": mark}
