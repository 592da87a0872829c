"""What is wrong with a request, all at once: each field by its JSON path, a code and what was expected.

Runs only after the quick decoder has refused, so it may take its time.
"""

import types
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from kopilka.api.problems import FieldMistake, Problem
from kopilka.words.catalogue import N_

T = TypeVar("T")
MISTAKES_MAX = 100
_NUL = b"\\u0000"
_WORDS: Mapping[object, str] = {
    str: N_("a text"),
    int: N_("a whole number"),
    bool: N_("true or false"),
    datetime: N_('a moment with its time zone such as "2026-11-21T12:30:00+03:00"'),
    date: N_('a day such as "2026-11-21"'),
    list: N_("a list"),
    dict: N_("an object"),
}


def read(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """Decode a body or raise the Problem that names every wrong field."""
    if _NUL in body or 0 in body:
        _refuse_nul(body)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong(body, decoder.type, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(body, error) from error
    except RecursionError as error:
        raise Problem("bad_json") from error


def _wrong(body: bytes, hint: Any, error: Exception) -> Problem:
    try:
        found = mistakes_in(msgspec.json.decode(body), hint)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as worse:
        return _unreadable(body, worse)
    return Problem("invalid", errors=found or [FieldMistake("", "wrong", str(error))])


def _unreadable(body: bytes, error: Exception) -> Problem:
    try:
        body.decode()
    except UnicodeDecodeError:
        return Problem("bad_utf8")
    return Problem("bad_json", errors=[FieldMistake("", "wrong", str(error))] if body else ())


def _refuse_nul(body: bytes) -> None:
    """A NUL can stand in JSON but in no text of the database."""
    try:
        found = list(_nuls(msgspec.json.decode(body), ""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(body, error) from error
    if found:
        raise Problem("invalid", errors=[FieldMistake(path, "bad_text") for path in found[:MISTAKES_MAX]])


def _nuls(value: object, path: str) -> "list[str]":
    match value:
        case str():
            return [path] if "\0" in value else []
        case dict():
            names = [path for name in value if "\0" in str(name)]
            return names + [
                hit
                for name, each in value.items()
                for hit in _nuls(each, f"{path}.{name}" if path else str(name))
            ]
        case list():
            return [hit for i, each in enumerate(value) for hit in _nuls(each, f"{path}[{i}]")]
        case _:
            return []


def mistakes_in(value: object, hint: Any, path: str = "") -> list[FieldMistake]:
    """Every mistake of a plain value against a type."""
    return _mistakes(value, hint, path, "")[:MISTAKES_MAX]


def _mistakes(value: object, hint: Any, path: str, expected: str) -> list[FieldMistake]:
    if hint is msgspec.Raw:
        return []
    if get_origin(hint) is Annotated:
        meta = [each for each in hint.__metadata__ if isinstance(each, msgspec.Meta)]
        for each in meta:
            expected = (each.extra or {}).get("expected", expected)
        inner = _mistakes(value, hint.__origin__, path, expected)
        return inner or _leaf(value, hint, path, expected, meta)
    if get_origin(hint) in {Union, types.UnionType}:
        return _choice(value, hint, path, expected)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _fields(value, hint, path)
    if get_origin(hint) in {list, tuple}:
        if not isinstance(value, list):
            return [FieldMistake(path, "wrong", expected or _WORDS[list])]
        item = get_args(hint)[0]
        return [hit for i, each in enumerate(value) for hit in _mistakes(each, item, f"{path}[{i}]", "")]
    if get_origin(hint) is dict:
        if not isinstance(value, dict):
            return [FieldMistake(path, "wrong", expected or _WORDS[dict])]
        item = get_args(hint)[1]
        return [hit for name, each in value.items() for hit in _mistakes(each, item, f"{path}.{name}", "")]
    return _leaf(value, hint, path, expected, [])


def _choice(value: object, hint: Any, path: str, expected: str) -> list[FieldMistake]:
    arms = [arm for arm in get_args(hint) if arm not in {type(None), msgspec.UnsetType}]
    if value is None and type(None) in get_args(hint):
        return []
    if len(arms) == 1:
        return _mistakes(value, arms[0], path, expected)
    return _leaf(value, hint, path, expected, [])


def _fields(value: object, struct: type[msgspec.Struct], path: str) -> list[FieldMistake]:
    if not isinstance(value, dict):
        return [FieldMistake(path, "wrong", _WORDS[dict])]
    hints = get_type_hints(struct, include_extras=True)
    known = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    tag = struct.__struct_config__.tag_field
    found = []
    for name, field in known.items():
        place = f"{path}.{name}" if path else name
        if name not in value:
            if field.required:
                found.append(FieldMistake(place, "required"))
            continue
        found += _mistakes(value[name], hints[field.name], place, "")
    strict = struct.__struct_config__.forbid_unknown_fields
    unknown = [name for name in value if name not in known and name != tag] if strict else []
    return found + [
        FieldMistake(f"{path}.{name}" if path else str(name), "unknown_field") for name in unknown
    ]


def _leaf(value: object, hint: Any, path: str, expected: str, meta: list[msgspec.Meta]) -> list[FieldMistake]:
    try:
        msgspec.convert(value, hint, strict=True)
    except (msgspec.ValidationError, OverflowError, ValueError) as error:
        for each in meta:
            if each.extra and "code" in each.extra:
                return [FieldMistake(path, each.extra["code"], params=each.extra.get("params", {}))]
        return [FieldMistake(path, "wrong", expected or _words_for(hint) or str(error))]
    return []


def _words_for(hint: Any) -> str:
    base = hint.__origin__ if get_origin(hint) is Annotated else hint
    if get_origin(base) is Literal:
        return ", ".join(map(str, get_args(base)))
    return _WORDS.get(base, "")
