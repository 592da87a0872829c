"""Playbooks in the console: cards in the reader's language, found by words, looked at, and opened as a draft."""

import html
from collections.abc import Callable

import pytest
from browser import Visitor

from kopilka.usecases.playbooks import playbook, playbook_names, playbooks

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_playbook_has_its_card(visitor: Visit, language: str) -> None:
    visit = visitor("marketer", language)
    visit.get("/console/playbooks")
    said = visit.text()

    missing = [
        book.name
        for book in playbooks()
        if f"/console/playbooks/{book.name}" not in visit.page.text or book.about[language] not in said
    ]
    assert [] == missing


@pytest.mark.parametrize(("language", "words"), [("ru", "бутылка"), ("en", "Bottles")])
def test_cards_are_found_by_words(visitor: Visit, language: str, words: str) -> None:
    visit = visitor("marketer", language)
    visit.get(f"/console/playbooks?q={words}")

    assert ["a9-free-delivery"] == [
        name for name in playbook_names() if f'/console/playbooks/{name}"' in visit.page.text
    ]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_playbook_can_be_looked_at(visitor: Visit, language: str) -> None:
    visit = visitor("support", language)
    silent = []
    for book in playbooks():
        assert 200 == visit.get(f"/console/playbooks/{book.name}").status_code
        told = (
            *book.mind[language],
            book.example[language],
            book.settings[language],
            book.audience[language],
        )
        silent += [line for line in told if line[1:] not in visit.text()]

    assert [] == silent


def test_a_playbook_that_is_none_is_not_found(visitor: Visit) -> None:
    assert 404 == visitor("marketer").get("/console/playbooks/no-such").status_code


def test_a_playbook_opens_as_a_draft_and_nothing_is_published(visitor: Visit) -> None:
    visit = visitor("marketer")
    visit.get("/console/playbooks/a3-accumulating-discount")
    assert "/console/programmes/edit?playbook=a3-accumulating-discount" in visit.page.text
    visit.get("/console/programmes/edit?playbook=a3-accumulating-discount")

    assert html.escape(playbook("a3-accumulating-discount"), quote=False) in visit.page.text.replace(
        "&#39;", "'"
    ).replace("&#34;", '"')
    assert 404 == visit.get("/console/programmes/accumulating-discount").status_code
