"""The reference of programme documents as a page: every key, how it is written, what it is when left out, what it means.

Made from the same fields that the reader walks, so that the page cannot lag behind. `python -m` writes it.
"""

import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from kopilka.core.programme.document import Programme
from kopilka.core.programme.fields import Flat
from kopilka.core.programme.labels import label
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.scalars import write_number
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
from kopilka.values.period import Span

BEGIN, END = "<!-- reference: written by `just reference` -->", "<!-- end of the reference -->"
_SIMPLE = {
    "bool": "yes or no", "span": "`14d`, `3w`, `6m`, `1y`", "date": "`2026-03-08`", "time": "`14:00`",
    "words": "text, or texts by language", "forms": "plural forms by language",
}  # fmt: skip
_MARKS = {
    "percent": "percent: `5`, `7.5`, `30%`", "money": "money: `3000`, `199.90`", "points": "points: `50`, `1.5`",
    "count": "whole number", "whole": "whole number", "quantity": "quantity: `2`, `0.450`", "level": "level's id",
    "coupon": "coupon series' id", "perk": "perk's id", "year_day": "day of the year: `12-31`",
    "kind": "points kind's id", "name": "name", "text": "text",
}  # fmt: skip


def reference(registry: Registry) -> str:
    """Every table, from the document down, then conditions and effects."""
    parts = ["## The document", *_record(Programme)]
    known = _below(Programme)
    for struct in known:
        parts += ["", f"### {_name(struct)}", *_record(struct)]
    parts += ["", "## Conditions", "", "Under `when`. All of a rule's conditions must be met."]
    for name, condition in registry.conditions.items():
        parts += ["", f"### `{name}`", *_record(condition)]
    parts += [
        "",
        "## Effects",
        "",
        "Beside a rule's other keys. A rule may have several, and several of one kind as a list.",
    ]
    for name, effect in registry.effects.items():
        parts += ["", f"### `{name}`", *_record(effect)]
    inside: list[Any] = list(known)
    for kind in (*registry.conditions.values(), *registry.effects.values()):
        _below(kind, inside)
    parts += ["", "## Inside conditions and effects"]
    for struct in inside[len(known) :]:
        parts += ["", f"### {_name(struct)}", *_record(struct)]
    return "\n".join(parts) + "\n"


def renewed(page: str, registry: Registry) -> str:
    """A page with its reference made anew between the marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference(registry)}\n{END}{after}"


def _record(struct: type[msgspec.Struct]) -> Iterator[str]:
    yield ""
    yield re.sub(r"\s+", " ", (struct.__doc__ or "").strip())
    short = short_of(struct)
    if short is not None:
        yield ""
        yield f"In short: the value itself is `{short.key}`."
    rows = [_row(field) for field in fields_of(struct)]
    if rows:
        yield ""
        yield "| key | means | written as | left out |"
        yield "|---|---|---|---|"
        yield from rows


def _row(field: Field) -> str:
    if field.shape == Open("effects"):
        return "| an effect's name | what then happens | one of the [effects](#effects) | — |"
    means = label(field.key, "en")
    return f"| `{field.key}` | {means if means != field.key else ''} | {_written(field.shape)} | {_usual(field)} |"


def _written(shape: Shape) -> str:
    match shape:
        case Number() | Plain():
            return _MARKS[shape.mark]
        case Simple():
            return _SIMPLE[shape.kind]
        case Choice():
            return ", ".join(f"`{choice.value}`" for choice in shape.of)
        case Either():
            return f"{_written(shape.span)}, {_written(shape.choice)}"
        case Scaled():
            return f"{_MARKS[shape.mark]}; by level `{{silver: …, gold: …}}`; by total `{{from: {{0: …, 3000: …}}}}`; by earlier purchases `{{spent: {{0: …, 150000: …}}}}`"
        case ListOf():
            return f"list of {_written(shape.item)}"
        case TableOf():
            return f"by {_written(shape.key)}: {_written(shape.value)}"
        case Record():
            return f"[{_name(shape.of)}](#{_name(shape.of).lower().replace(' ', '-')})"
        case Open():
            return f"[{shape.kind}](#{shape.kind})"
        case Optional():
            return _written(shape.inner)


def _usual(field: Field) -> str:
    if field.required:
        return "required" if not isinstance(field.shape, TableOf) else "none"
    match field.default:
        case None:
            return (
                "ever" if isinstance(field.shape, Optional) and field.shape.inner == Simple("span") else "—"
            )
        case bool():
            return "yes" if field.default else "no"
        case Enum():
            return f"`{field.default.value}`"
        case Span() if not field.default.days and not field.default.months:
            return "at once" if field.key == "pending" else "none"
        case Flat():
            return str(write_number(field.default.value, _mark(field.shape)))
        case int():
            return str(write_number(field.default, _mark(field.shape)))
        case _:
            return "—" if not isinstance(field.default, str) or not field.default else f"`{field.default}`"


def _mark(shape: Shape) -> str:
    """How a number is written: money and percents are kept in their smallest units."""
    mark = shape.mark if isinstance(shape, Number | Scaled) else "whole"
    return "points" if mark == "money" else mark


def _below(struct: type[msgspec.Struct], seen: list[Any] | None = None) -> list[type[msgspec.Struct]]:
    """Every struct that a document holds, in the order met."""
    found: list[Any] = [] if seen is None else seen
    for field in fields_of(struct):
        for inner in _records(field.shape):
            if inner not in found:
                found.append(inner)
                _below(inner, found)
    return found


def _records(shape: Shape) -> list[type[msgspec.Struct]]:
    match shape:
        case Record():
            return [shape.of]
        case ListOf():
            return _records(shape.item)
        case TableOf():
            return _records(shape.value)
        case Optional():
            return _records(shape.inner)
        case _:
            return []


def _name(struct: type[msgspec.Struct]) -> str:
    """The name of a struct as a heading: MemberCap is "Member cap"."""
    words = re.sub(r"(?<!^)([A-Z])", r" \1", struct.__name__)
    return words[0] + words[1:].lower()


def write(path: Path, registry: Registry) -> bool:
    """Make the reference of a page anew; whether that changed it."""
    before = path.read_text(encoding="utf-8")
    after = renewed(before, registry)
    path.write_text(after, encoding="utf-8")
    return before != after


if __name__ == "__main__":
    from kopilka.core.rules.registry import REGISTRY

    write(Path(sys.argv[1]), REGISTRY)
