"""Every event is documented, with words in both languages and an example, and the page is current."""

import re
from pathlib import Path

import pytest

from kopilka.core import event
from kopilka.core.event.kinds import KINDS
from kopilka.words.events_page import with_tables

HOUSE = Path(__file__).parents[2]
NAMES = {value for name, value in vars(event).items() if name.isupper() and isinstance(value, str)}


def test_the_page_of_events_is_current() -> None:
    page = (HOUSE / "docs" / "events.md").read_text(encoding="utf-8")

    assert with_tables(page) == page, "run `just reference`"


def test_every_event_is_documented() -> None:
    assert set(KINDS) == NAMES


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_event_has_words_and_an_example(name: str) -> None:
    kind = KINDS[name]

    assert re.search("[а-я]", kind.words["ru"])
    assert re.search("[a-z]", kind.words["en"])
    assert set(kind.example) <= set(kind.fields)
    assert set(kind.within) <= NAMES
    for words in kind.fields.values():
        assert words["ru"]
        assert words["en"]
