"""What changed between two programmes, said in words: "Rule cashback: earn percent for gold 15 % → 20 %".

Rules, levels and kinds are matched by id, so their order does not matter.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from kopilka.core.programme.document import Condition, Effect, Programme
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Words
from kopilka.core.programme.labels import LANGUAGES, label, subject
from kopilka.core.programme.places import key_path
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.scalars import write_number
from kopilka.core.programme.setting import TOTAL, Setting, setting_for
from kopilka.core.programme.shapes import ListOf, Number, Optional, Record, Scaled, Shape
from kopilka.core.programme.visit import Visited, visit, visit_under
from kopilka.values.period import Span

_PLACES = {"percent": "percent", "money": "money", "count": "count", "quantity": "quantity"}
_DAYS = {"ru": "count|день|дня|дней", "en": "count|day|days"}
_MONTHS = {"ru": "count|месяц|месяца|месяцев", "en": "count|month|months"}
_YES = {"ru": ("нет", "да"), "en": ("no", "yes")}
_SENTENCES: Mapping[str, Words] = {
    "added": {"ru": "{subject}: новое", "en": "{subject}: new"},
    "removed": {"ru": "{subject}: больше нет", "en": "{subject}: gone"},
    "paused": {"ru": "{subject}: приостановлено", "en": "{subject}: paused"},
    "resumed": {"ru": "{subject}: снова действует", "en": "{subject}: in force again"},
    "changed": {"ru": "{subject}: {field} {old} → {new}", "en": "{subject}: {field} {old} → {new}"},
    "gained": {"ru": "{subject}: добавлено: {field}", "en": "{subject}: added: {field}"},
    "lost": {"ru": "{subject}: убрано: {field}", "en": "{subject}: taken away: {field}"},
    "set": {"ru": "{subject}: {field} теперь {new}", "en": "{subject}: {field} is now {new}"},
    "unset": {
        "ru": "{subject}: {field} больше нет (было {old})",
        "en": "{subject}: {field} no longer (was {old})",
    },
}
CODES = tuple(_SENTENCES)


class Change(msgspec.Struct, frozen=True):
    """One change: `words` are templates by language, filled from `params`; `path` is that of the new document, or of the
    old one for what is gone.
    """

    code: str
    path: str
    words: Words
    params: dict[str, int | str] = {}


class _Leaf(NamedTuple):
    """One smallest thing that a document says: keys from its subject down, its value and how to show it."""

    keys: tuple[str, ...]
    mark: str
    value: Any
    usual: bool


class _Part(NamedTuple):
    """What sentences are about: the programme itself, a rule, a kind or a level, with all it says."""

    kind: str
    id: str
    path: str
    leaves: dict[tuple[str, ...], _Leaf]


def diff(old: Programme, new: Programme, registry: Registry) -> list[Change]:
    """Every change, in the order of the new document; what is gone comes last of its sort."""
    before, after = _parts(old, registry), _parts(new, registry)
    changes: list[Change] = []
    for kind in ("programme", "kind", "level", "rule"):
        keys = [key for key in after if key[0] == kind]
        gone = [key for key in before if key[0] == kind and key not in after]
        for key in keys:
            if key in before:
                changes += _within(before[key], after[key])
            else:
                changes.append(_about("added", after[key]))
        changes += [_about("removed", before[key]) for key in gone]
    return changes


def _parts(programme: Programme, registry: Registry) -> dict[tuple[str, str], _Part]:
    setting = setting_for(programme)
    parts = [_part("programme", "", "", _own(programme, registry), setting)]
    for id_, kind in programme.points.items():
        path = key_path("points", id_)
        parts.append(_part("kind", id_, path, visit_under(kind, path, registry), setting))
    for number, step in enumerate(() if programme.levels is None else programme.levels.ladder):
        path = f"levels.ladder[{number}]"
        parts.append(_part("level", step.id, path, visit_under(step, path, registry), setting))
    for number, rule in enumerate(programme.rules):
        path = f"rules[{number}]"
        parts.append(_part("rule", rule.id, path, visit_under(rule, path, registry), setting))
    return {(part.kind, part.id): part for part in parts}


def _own(programme: Programme, registry: Registry) -> Iterator[Visited]:
    """What the programme says apart from its rules, kinds and levels."""
    return (
        v for v in visit(programme, registry) if not v.path.startswith(("rules[", "points.", "levels.ladder"))
    )


def _part(kind: str, id_: str, path: str, fields: Iterator[Visited], setting: Setting) -> _Part:
    leaves: dict[tuple[str, ...], _Leaf] = {}
    for visited in fields:
        relative = visited.path.removeprefix(path).lstrip(".")
        for leaf in _leaves(visited, tuple(relative.replace("[", ".").replace("]", "").split(".")), setting):
            keys = leaf.keys
            while keys in leaves:
                keys = (*keys, "+")
            if keys != ("id",):
                leaves[keys] = leaf._replace(keys=keys)
    return _Part(kind, id_, path, leaves)


def _leaves(visited: Visited, keys: tuple[str, ...], setting: Setting) -> Iterator[_Leaf]:
    shape = visited.shape.inner if isinstance(visited.shape, Optional) else visited.shape
    match visited.value:
        case None:
            return
        case Condition() | Effect():
            yield _Leaf(keys, "presence", "", usual=False)
        case Flat(value=value):
            yield _Leaf(keys, _mark(shape), value, visited.usual)
        case ByLevel(values=values):
            for level, value in values.items():
                yield _Leaf((*keys, f"for {level}"), _mark(shape), value, usual=False)
        case ByTotal(steps=steps) | BySpent(steps=steps):
            since = "from" if isinstance(visited.value, ByTotal) else "spent"
            for start, value in steps:
                step = write_number(start, *setting.unit("money"))
                yield _Leaf((*keys, f"{since} {step}"), _mark(shape), value, usual=False)
        case dict() as words:
            for tag, said in words.items():
                yield _Leaf((*keys, tag), "text", said, usual=False)
        case _ if not isinstance(shape, Record):
            step_start = visited.path.startswith("levels.ladder") and keys == ("from",)
            mark = setting.unit(TOTAL)[0] if step_start else _mark(shape)
            yield _Leaf(keys, mark, visited.value, visited.usual)


def _mark(shape: Shape) -> str:
    match shape:
        case Number() | Scaled():
            return shape.mark
        case ListOf():
            return "list"
        case _:
            return "text"


def _within(before: _Part, after: _Part) -> Iterator[Change]:
    for keys, new in after.leaves.items():
        old = before.leaves.get(keys)
        if old is None:
            if not new.usual:
                yield (
                    _said("gained", after, new)
                    if new.mark == "presence"
                    else _said("set", after, new, new=new)
                )
        elif (old.value, old.mark) != (new.value, new.mark):
            if keys == ("paused",):
                yield _about("paused" if new.value else "resumed", after)
            else:
                yield _said("changed", after, new, old=old, new=new)
    for keys, old in before.leaves.items():
        if keys not in after.leaves and not old.usual:
            yield _said("lost", after, old) if old.mark == "presence" else _said("unset", after, old, old=old)


def _about(code: str, part: _Part) -> Change:
    words = {
        tag: _SENTENCES[code][tag].replace("{subject}", _bare(subject(part.kind, part.id, tag)))
        for tag in LANGUAGES
    }
    return Change(code, part.path, words)


def _said(code: str, part: _Part, at: _Leaf, **leaves: _Leaf) -> Change:
    params: dict[str, int | str] = {}
    words = {}
    for tag in LANGUAGES:
        sentence = _SENTENCES[code][tag].replace("{subject}", _bare(subject(part.kind, part.id, tag)))
        for name, leaf in leaves.items():
            place, param = _shown(leaf, name, tag)
            sentence = sentence.replace(f"{{{name}}}", place)
            if param is not None:
                params[name] = param
        words[tag] = sentence.replace("{field}", _bare(_field(at.keys, tag)))
    path = ".".join(key.removeprefix("for ").replace(" ", ".") for key in at.keys if key != "+")
    return Change(code, f"{part.path}.{path}" if part.path else path, words, params)


def _field(keys: tuple[str, ...], tag: str) -> str:
    said = []
    for key in keys:
        word, _, rest = key.partition(" ")
        if rest and tag == "ru":
            word = {"for": "для", "from": "от"}.get(word, word)
        said.append(f"{word} {rest}" if rest else label(key, tag))
    return " ".join(filter(None, said))


def _shown(leaf: _Leaf, name: str, tag: str) -> tuple[str, int | str | None]:
    """How a value stands in a template, and the parameter that fills it."""
    value = leaf.value
    match value:
        case bool():
            return _YES[tag][value], None
        case Span(days=days, months=0):
            return f"{{{name}:{_DAYS[tag]}}}", days
        case Span():
            return f"{{{name}:{_MONTHS[tag]}}}", value.months
        case int() if leaf.mark in _PLACES:
            return f"{{{name}:{_PLACES[leaf.mark]}}}", value
        case int():
            return f"{{{name}:text}}", str(write_number(value, leaf.mark))
        case Enum():
            return f"{{{name}:text}}", str(value.value)
        case tuple():
            return f"{{{name}:text}}", ", ".join(map(str, value)) or "—"
        case _:
            return f"{{{name}:text}}", str(value) or "—"


def _bare(text: str) -> str:
    """A text that stands in a template as it is."""
    return text.replace("{", "{{").replace("}", "}}")
