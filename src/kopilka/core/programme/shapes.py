"""What a field of the document looks like, derived once from its annotation.

The reader, the writer, the JSON schema, the differences and the console's forms all walk these shapes, so that a
new condition or effect is only its fields.
"""

import types
from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from kopilka.core.programme.document import Condition, Effect
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Mark
from kopilka.values.period import Span

RENAMED = {"start": "from", "inside": "in", "without": "not", "product_class": "class"}
"""Fields that a document calls by a word which is taken in Python or which the code says more exactly."""


class Number(msgspec.Struct, frozen=True):
    """An integer written as its mark says; without a mark a plain whole number, negative too."""

    mark: str = "whole"


class Plain(msgspec.Struct, frozen=True):
    """A text: free, or an id that its mark names."""

    mark: str = "text"


class Simple(msgspec.Struct, frozen=True):
    """A yes or no, a span, a day, a time of day, words or forms by language: told by `kind`."""

    kind: str


class Choice(msgspec.Struct, frozen=True):
    """One of an enum's values."""

    of: type[Enum]


class ListOf(msgspec.Struct, frozen=True):
    """A list; a single item may stand for a list of one."""

    item: "Shape"


class TableOf(msgspec.Struct, frozen=True):
    """A mapping whose keys the document chooses."""

    key: "Shape"
    value: "Shape"


class Scaled(msgspec.Struct, frozen=True):
    """A number, a number by level or a number by total; `mark` reads the numbers."""

    mark: str


class Record(msgspec.Struct, frozen=True):
    """A mapping with the fields of a struct."""

    of: type[msgspec.Struct]


class Open(msgspec.Struct, frozen=True):
    """Conditions (`conditions`) or effects (`effects`) of the registry, each under its own name."""

    kind: str


class Optional(msgspec.Struct, frozen=True):
    """A field that may be left out, with nothing in its place."""

    inner: "Shape"


class Either(msgspec.Struct, frozen=True):
    """A span or one of a few words."""

    span: "Shape"
    choice: Choice


Shape = Number | Plain | Simple | Choice | ListOf | TableOf | Scaled | Record | Open | Optional | Either
_SIMPLE = {bool: "bool", Span: "span", date: "date", time: "time"}
_SCALE = {Flat, ByLevel, ByTotal, BySpent}


class Field(msgspec.Struct, frozen=True):
    """A field of a struct: its name in Python, its key in the document, its shape, whether and what it defaults to."""

    name: str
    key: str
    shape: Shape
    required: bool
    default: Any = None


@cache
def fields_of(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a struct as a document writes them."""
    hints = get_type_hints(struct, include_extras=True)
    fields = []
    for info in msgspec.structs.fields(struct):
        key = info.encode_name if info.encode_name != info.name else RENAMED.get(info.name, info.name)
        default = info.default
        if info.default_factory is not msgspec.NODEFAULT:
            default = info.default_factory()
        required = default is msgspec.NODEFAULT
        shape = shape_of(hints[info.name])
        fields.append(Field(info.name, key, shape, required, None if required else default))
    return tuple(fields)


def short_of(struct: type[msgspec.Struct]) -> Field | None:
    """The field meant where the body of a condition or effect is not a mapping of its fields."""
    name = getattr(struct, "SHORT", "")
    return next((field for field in fields_of(struct) if name and name in (field.name, field.key)), None)


@cache
def shape_of(hint: Any, mark: str = "") -> Shape:
    """The shape of a field's annotation; one that a document cannot write is a TypeError."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        marks = [extra.name for extra in arguments[1:] if isinstance(extra, Mark)]
        return shape_of(arguments[0], marks[0] if marks else mark)
    if origin in (Union, types.UnionType):
        return _union(arguments, mark)
    if origin is tuple:
        return _list(arguments[0], mark)
    if origin in (dict, Mapping):
        return _table(arguments, mark)
    if hint is int:
        return Number(mark or "whole")
    if hint is str:
        return Plain(mark or "text")
    if hint in _SIMPLE:
        return Simple(_SIMPLE[hint])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Choice(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return Record(hint)
    raise TypeError(f"a document cannot write {hint!r}")


def _union(arguments: tuple[Any, ...], mark: str) -> Shape:
    kept = [argument for argument in arguments if argument is not types.NoneType]
    if len(kept) < len(arguments):
        return Optional(_union(tuple(kept), mark))
    if len(kept) == 1:
        return shape_of(kept[0], mark)
    if set(kept) == _SCALE:
        return Scaled(mark or "whole")
    shapes = [shape_of(argument, mark) for argument in kept]
    choices = [shape for shape in shapes if isinstance(shape, Choice)]
    spans = [shape for shape in shapes if isinstance(shape, Simple)]
    if len(shapes) == len((*choices, *spans)) == 2:  # noqa: PLR2004 - a pair
        return Either(spans[0], choices[0])
    raise TypeError(f"a document cannot write a choice of {arguments!r}")


def _list(item: Any, mark: str) -> Shape:
    if item is Condition:
        return Open("conditions")
    if item is Effect:
        return Open("effects")
    return ListOf(shape_of(item, mark))


def _table(arguments: tuple[Any, ...], mark: str) -> Shape:
    if arguments == (str, str):
        return Simple("words")
    if arguments == (str, tuple[str, ...]):
        return Simple("forms")
    return TableOf(shape_of(arguments[0]), shape_of(arguments[1], mark))
