"""The public terms: for everybody, in both languages, of the version in force."""

import re
from collections.abc import Callable

import pytest
from browser import Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", "Условия программы Клуб «Якорь» Что вы получаете Кэшбэк по уровню Бронза — 5 %"),
        ("en", "Terms of the programme Anchor Club What you get Cashback by level Bronze: 5%"),
    ],
)
def test_anybody_reads_the_terms_in_their_language(visitor: Visit, language: str, expected: str) -> None:
    visit = visitor(language=language)

    answer = visit.get("/terms/club")

    assert (200, True) == (answer.status_code, expected in visit.text())
    assert f'<html lang="{language}"' in answer.text
    assert "style=" not in answer.text
    ids = re.findall(r' id="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))


def test_terms_of_nothing_are_not_found(visitor: Visit) -> None:
    assert 404 == visitor().get("/terms/none").status_code
