"""Playbooks: each reads without mistakes, speaks both languages and fits the schema."""

from collections.abc import Callable

import jsonschema
import pytest

from kopilka.core.programme.reader import Reading
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.schema import json_schema
from kopilka.core.programme.tree import plain
from kopilka.core.programme.writer import to_document
from kopilka.usecases.playbooks import playbook, playbook_names
from kopilka.usecases.programme_text import read_tree

Read = Callable[[bytes | str], Reading]
CAUTIONS = {"b4-burning": ["burning_soon"]}


def test_every_row_has_its_playbook() -> None:
    rows = ["a1", "a2", "a5", "b1", "b2", "b3", "b4", "b5", "b6", "b8", "c1", "g3"]

    assert rows == [name.split("-")[0] for name in playbook_names() if name != "beer-club"]


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_reads_without_mistakes(name: str, read: Read) -> None:
    reading = read(playbook(name))

    assert CAUTIONS.get(name, []) == [mistake.code for mistake in reading.mistakes]
    assert reading.programme is not None


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_speaks_russian_and_english(name: str, read: Read) -> None:
    programme = read(playbook(name)).programme
    assert programme is not None

    rules = [] if name == "beer-club" else [rule.title for rule in programme.rules]

    assert all({"ru", "en"} == set(title) for title in [programme.title, *rules])


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_explains_itself_in_russian_first(name: str) -> None:
    first, second = playbook(name).splitlines()[:2]

    assert any("а" <= letter <= "я" for letter in first)
    assert second.startswith("# ")
    assert second.isascii() or "—" in second


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_fits_the_schema(name: str, registry: Registry, read: Read) -> None:
    schema = jsonschema.Draft202012Validator(json_schema(registry))
    programme, root = read(playbook(name)).programme, read_tree(playbook(name)).root
    assert programme is not None
    assert root is not None

    assert [] == [error.message for error in schema.iter_errors(plain(root))]
    assert [] == [error.message for error in schema.iter_errors(to_document(programme, registry))]


@pytest.mark.parametrize(
    "patch",
    [{"rulez": []}, {"currency": None}, {"points": {"bonus": {"worth": "much"}}}, {"rules": [{"id": "a", "ern": 5}]},
     {"rules": [{"id": "a", "when": {"levl": "gold"}}]}, {"levels": {"ladder": [{"from": 0}]}}, {"zone": ["x"]}],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(
    patch: dict[str, object], registry: Registry, read: Read
) -> None:
    programme = read(playbook("beer-club")).programme
    assert programme is not None
    document = {**to_document(programme, registry), **patch}

    assert list(jsonschema.Draft202012Validator(json_schema(registry)).iter_errors(document))


def test_an_unknown_playbook_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        playbook("../reader")
