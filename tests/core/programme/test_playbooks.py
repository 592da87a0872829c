"""Playbooks: each reads without mistakes, speaks both languages and fits the schema."""

from collections.abc import Callable

import jsonschema
import pytest

from kopilka.core.programme.reader import Reading
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.schema import json_schema
from kopilka.core.programme.tree import plain
from kopilka.core.programme.writer import to_document
from kopilka.usecases.playbooks import described, playbook, playbook_names, playbooks
from kopilka.usecases.programme_text import read_tree

Read = Callable[[bytes | str], Reading]
CAUTIONS = {
    "b4-burning": ["burning_soon"],
    "b6-madcoins": ["zero_receipt"],
    "b11-cashback": ["zero_receipt"],
    "c4-birthday-spending": ["zero_receipt"],
    "c6-no-double-dipping": ["zero_receipt"],
    "g15-cautions": ["burning_soon", "promo_trap", "split_terms", "hard_terms", "steps_down"],
}


def rows(*spans: tuple[str, int, int]) -> list[str]:
    return [f"{letter}{number}" for letter, first, last in spans for number in range(first, last + 1)]


ROWS = [*rows(("A", 1, 10), ("B", 1, 11), ("C", 1, 6)), "D9", "D11", "D12", "G3", "G12", "G15"]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_playbook(row: str) -> None:
    assert [book.name for book in playbooks(rows=row)], row


@pytest.mark.parametrize("name", playbook_names())
def test_a_playbook_says_for_whom_it_is_and_what_to_mind(name: str) -> None:
    book = described(name)

    assert book.rows
    for told in (book.title, book.about, book.audience, book.mind):
        assert {"ru", "en"} == set(told)


def test_the_lists_of_what_to_mind_say_the_same_in_both_languages() -> None:
    uneven = [book.name for book in playbooks() if len({len(lines) for lines in book.mind.values()}) > 1]

    assert [] == uneven


@pytest.mark.parametrize(
    ("rows", "search", "expected"),
    [
        ("A3", "", ["a3-accumulating-discount"]),
        ("a7, c5", "", ["a7-club-prices", "a7-club-prices-in-turn", "c5-member-chooses"]),
        ("F3", "", ["b3-sigma-bonus"]),
        ("Z", "", []),
        ("", "праздник Подарков", ["c4-birthday-spending"]),
        ("", "MADCOINS", ["b6-madcoins"]),
        ("a9", "доставка", ["a9-free-delivery"]),
        ("B", "no such words", []),
    ],
)
def test_playbooks_are_found_by_row_and_by_words(rows: str, search: str, expected: list[str]) -> None:
    assert expected == [book.name for book in playbooks(rows, search)]


def test_a_letter_stands_for_its_rows() -> None:
    letters = {row[0] for book in playbooks(rows="b") for row in book.rows}

    assert "B" in letters
    assert "A" not in letters


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
