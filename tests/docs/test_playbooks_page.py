"""The pages about playbooks say what the playbooks say, and have a section for each system that must work."""

import re
from pathlib import Path

import pytest

from kopilka.usecases.playbooks import playbooks
from kopilka.usecases.playbooks_page import PAGES, page

DOCS = Path(__file__).parents[2] / "docs"
SPANS = (("A", 1, 10), ("B", 1, 11), ("C", 1, 6))
ROWS = [f"{letter}{number}" for letter, first, last in SPANS for number in range(first, last + 1)]
ROWS += ["D9", "D11", "D12", "G3", "G12", "G15"]


@pytest.mark.parametrize("tag", PAGES)
def test_the_page_is_current(tag: str) -> None:
    text = (DOCS / PAGES[tag].file).read_text(encoding="utf-8")

    assert text == page(tag), "run `just reference`"


@pytest.mark.parametrize("tag", PAGES)
def test_every_row_has_a_line_and_a_section(tag: str) -> None:
    text = (DOCS / PAGES[tag].file).read_text(encoding="utf-8")
    listed = {
        row: re.findall(rf"^\| [A-G\d ]*\b{row}\b[A-G\d ]* \| \[([\w-]+)\]", text, re.MULTILINE)
        for row in ROWS
    }

    assert [] == [row for row, names in listed.items() if not names]
    assert [] == [name for names in listed.values() for name in names if f"\n## {name}\n" not in text]


def test_every_playbook_tells_everything_in_both_languages() -> None:
    partly = [
        book.name
        for book in playbooks()
        for told in (book.title, book.about, book.audience, book.example, book.settings, book.mind)
        if set(told) != {"ru", "en"}
    ]

    assert [] == partly
