"""Laws of programme documents: what is written reads back the same, and no text breaks the reader."""

import json
from collections.abc import Callable
from datetime import date, time
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kopilka.core.programme.document import CouponSeries, Levels, PerkKind, PointsKind, Programme, Step
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat
from kopilka.core.programme.mistakes import errors
from kopilka.core.programme.places import Places
from kopilka.core.programme.reader import Reading, _Walk
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.setting import setting_of
from kopilka.core.programme.shapes import (
    Choice,
    Either,
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
)  # fmt: skip
from kopilka.core.programme.tree import Node, Table, tree
from kopilka.core.programme.writer import to_document
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.usecases.programme_text import read_programme_text, read_tree, write_programme_text
from kopilka.values.period import Span

Read = Callable[[bytes | str], Reading]
Programmes = st.SearchStrategy[Programme]
LEVELS, KINDS = ("base", "gold", "percent", "kind"), ("bonus", "star")
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOST = {"percent": 10**5, "money": 10**13, "points": 10**13, "count": 10**9, "quantity": 10**9}
TRICKY = st.sampled_from(
    [
        "no",
        "null",
        "~",
        "010",
        "1.00",
        "14:00",
        "- a",
        "{a",
        "a: b",
        "#",
        "'",
        '"',
        " a ",
        "*x",
        "я",
        "=",
        "<<",
    ]
)
TEXTS = TRICKY | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() and "\ufffe" not in text
)  # fmt: skip
SPANS = st.builds(Span, days=st.integers(0, 36_600)) | st.builds(Span, months=st.integers(1, 1_200))
SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "span": SPANS,
    "date": st.dates(date(1000, 1, 1)),
    "time": st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    "words": st.dictionaries(st.sampled_from(["ru", "en", "und", "kk-Cyrl"]), TEXTS, max_size=2),
    "forms": st.dictionaries(st.sampled_from(["ru", "und"]), st.lists(TEXTS, min_size=1, max_size=3).map(tuple), max_size=2),
}  # fmt: skip

COUPONS, PERKS = ["spring", "next"], ["early"]
NAMED: dict[str, st.SearchStrategy[str]] = {
    "level": st.sampled_from(LEVELS),
    "kind": st.sampled_from(KINDS),
    "coupon": st.sampled_from(COUPONS),
    "perk": st.sampled_from(PERKS),
    "year_day": st.sampled_from(["12-31", "02-29", "01-01"]),
}


class Strategies:
    """What every shape of a document may hold; a strategy is made once for each struct."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.known: dict[type[msgspec.Struct], st.SearchStrategy[Any]] = {}

    def value(self, shape: Shape) -> st.SearchStrategy[Any]:
        match shape:
            case Number():
                return (
                    st.integers(-(10**9), 10**9)
                    if shape.mark == "whole"
                    else st.integers(0, MOST[shape.mark])
                )
            case Plain():
                return NAMED.get(shape.mark, TEXTS)
            case Simple():
                return SIMPLE[shape.kind]
            case Choice():
                return st.sampled_from(list(shape.of))
            case Either():
                return SPANS | st.sampled_from(list(shape.choice.of))
            case Scaled():
                return self.scale(st.integers(0, MOST[shape.mark]))
            case ListOf():
                return st.lists(self.value(shape.item), max_size=2).map(tuple)
            case TableOf():
                return st.dictionaries(self.value(shape.key), self.value(shape.value), max_size=2)
            case Record():
                return self.record(shape.of)
            case Optional():
                return st.none() | self.value(shape.inner)
            case Open():
                return self.open(shape.kind)

    def scale(self, number: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
        by_level = st.dictionaries(st.sampled_from(LEVELS), number, min_size=1)
        steps = st.dictionaries(st.integers(0, 10**9), number, min_size=1, max_size=3)
        by_total = steps.map(lambda some: ByTotal(tuple(sorted(some.items()))))
        by_spent = steps.map(lambda some: BySpent(tuple(sorted(some.items()))))
        return st.builds(Flat, number) | st.builds(ByLevel, by_level) | by_total | by_spent

    def open(self, kind: str) -> st.SearchStrategy[Any]:
        kinds = list((self.registry.conditions if kind == "conditions" else self.registry.effects).values())
        some = st.lists(st.one_of([self.record(struct) for struct in kinds]), max_size=2)
        if kind == "conditions":
            return some.map(tuple)
        return some.map(lambda found: tuple(sorted(found, key=lambda one: kinds.index(type(one)))))

    def record(self, struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
        if struct not in self.known:
            self.known[struct] = st.deferred(lambda: self.fields(struct))
        return self.known[struct]

    def fields(self, struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
        fields = {}
        for field in fields_of(struct):
            said = (
                st.integers(0, 10**9) if (struct, field.name) == (Step, "start") else self.value(field.shape)
            )
            fields[field.name] = said if field.required else st.just(field.default) | said
        return st.builds(struct, **fields)

    def programme(self) -> st.SearchStrategy[Programme]:
        ladder = st.tuples(*[_with(self.record(Step), id=st.just(id_)) for id_ in LEVELS])
        kinds = st.fixed_dictionaries(
            {id_: _with(self.record(PointsKind), decimals=st.integers(0, 2)) for id_ in KINDS}
        )
        levels = _with(self.record(Levels), ladder=ladder)
        coupons = st.fixed_dictionaries({id_: self.record(CouponSeries) for id_ in COUPONS})
        perks = st.fixed_dictionaries({id_: self.record(PerkKind) for id_ in PERKS})
        return _with(
            self.record(Programme),
            levels=levels,
            points=kinds,
            coupons=coupons,
            perks=perks,
            currency=st.sampled_from(["RUB", "JPY", "KWD"]),
        )


def _with(structs: st.SearchStrategy[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda struct, some: msgspec.structs.replace(struct, **some), structs, st.fixed_dictionaries(fields)
    )


@pytest.fixture(scope="module")
def programmes(registry: Registry) -> st.SearchStrategy[Programme]:
    return Strategies(registry).programme()


def read_fields(root: Node | None, registry: Registry) -> Programme:
    """The programme as its fields read, whether or not it makes sense as a whole."""
    assert isinstance(root, Table)
    places = Places()
    found = _Walk(places, registry, setting_of(root)).record(Programme, root, "")
    assert not errors(places.mistakes)
    assert isinstance(found, Programme)
    return found


@SLOW
@given(data=st.data())
def test_what_is_written_as_a_document_reads_the_same(
    data: st.DataObject, programmes: Programmes, registry: Registry
) -> None:
    programme = data.draw(programmes)

    document = to_document(programme, registry)

    assert programme == read_fields(tree(document), registry)


@SLOW
@given(data=st.data())
def test_what_is_written_as_text_reads_the_same(
    data: st.DataObject, programmes: Programmes, registry: Registry
) -> None:
    programme = data.draw(programmes)

    texts = write_programme_text(programme, registry), json.dumps(to_document(programme, registry))

    for text in texts:
        assert programme == read_fields(read_tree(text).root, registry)


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_written_anew_reads_the_same(name: str, registry: Registry, read: Read) -> None:
    programme = read(playbook(name)).programme
    assert programme is not None

    assert programme == read(write_programme_text(programme, registry)).programme


@settings(max_examples=150, deadline=None)
@given(source=st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_break_the_reader(source: bytes | str, registry: Registry) -> None:
    reading = read_programme_text(source, registry)

    assert (reading.programme is None) == bool(reading.errors)


SPLICES = st.sampled_from(
    ["{", "}", "[", "]", ":", ": ", "- ", "\n", "\t", "&a ", "*a", "!!x ", "? ", "|", ">", "'", '"', "#", "%", "\n---\n", "null",
     "\x00", "\x85", "\ufeff", "-1", "1e9", "999999999999999999", "not: {", "from: ", "<<: ", "earn: ", "level: ", "gold"]
) | st.text(max_size=5)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(playbook_names()),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), SPLICES), max_size=4),
)
def test_no_change_to_a_playbook_breaks_the_reader(
    name: str, cuts: list[tuple[float, int, str]], registry: Registry
) -> None:
    text = playbook(name)
    for where, removed, put in cuts:
        at = int(where * len(text))
        text = text[:at] + put + text[at + removed :]

    reading = read_programme_text(text, registry)

    assert (reading.programme is None) == bool(reading.errors)
    assert all(mistake.line >= 1 and mistake.words() for mistake in reading.mistakes)
