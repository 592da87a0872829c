"""Catalogues: every text the house says has its Russian words, and the right language is chosen."""

import re
from time import process_time

import pytest

from kopilka.words import catalogue, languages
from kopilka.words.extract import found_texts, po_files, read

PARAMETERS = re.compile(r"%\((\w+)\)[sd]|%%|%")
MESSAGES = [m for path in po_files("ru") for m in read(path, "ru") if m.id]


def parameters(text: str) -> set[str]:
    return {found[0] for found in PARAMETERS.finditer(text)}


def test_every_text_in_the_code_has_russian_words() -> None:
    translated = {m.id if isinstance(m.id, str) else tuple(m.id) for m in MESSAGES if all(_forms(m.string))}

    assert sorted(map(str, set(found_texts()) - translated)) == []


def test_every_russian_text_is_still_said_once_and_is_sure() -> None:
    ids = [m.id if isinstance(m.id, str) else tuple(m.id) for m in MESSAGES]

    assert sorted(map(str, set(ids) - set(found_texts()))) == []
    assert len(ids) == len(set(ids))
    assert [m.id for m in MESSAGES if m.fuzzy] == []


def test_a_translation_keeps_the_parameters_of_its_text() -> None:
    for message in MESSAGES:
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for form in _forms(message.string):
            assert parameters(source) - {"%(num)s"} <= parameters(form) <= parameters(source) | {"%(num)s"}, (
                form
            )


def test_a_percent_sign_is_doubled_everywhere() -> None:
    texts = [text for m in MESSAGES for text in (*_forms(m.id), *_forms(m.string))]

    assert [text for text in texts if "%" in parameters(text)] == []


def test_reading_a_catalogue_is_quick() -> None:
    assert min(reading_seconds() for _ in range(5)) < 0.06  # measured: 0.03, a thousand texts


def reading_seconds() -> float:
    """Processor time, so that other work on the machine does not count."""
    catalogue.catalogue.cache_clear()
    started = process_time()
    catalogue.catalogue("ru")
    return process_time() - started


def test_texts_are_said_in_the_language_asked_for() -> None:
    assert "сегодня" == catalogue.gettext("ru", "today")
    assert "today" == catalogue.gettext("en", "today")
    assert "no words for this, 5 %" == catalogue.gettext("ru", "no words for %(what)s, 5 %%", what="this")


def test_english_counts_without_a_catalogue() -> None:
    assert "1 row" == catalogue.ngettext("en", "%(num)s row", "%(num)s rows", 1)  # not said anywhere else
    assert "2 rows" == catalogue.ngettext("en", "%(num)s row", "%(num)s rows", 2)


@pytest.mark.parametrize(
    ("choice", "cookie", "accept", "expected"),
    [
        (None, None, None, "ru"),
        ("en", "ru", "ru", "en"),
        ("xx", "en", "ru", "en"),
        (None, None, "en-US,en;q=0.9,ru;q=0.8", "en"),
        (None, None, "de, ru;q=0.5, en;q=0.7", "en"),
        (None, None, "en;q=0, de", "ru"),
        (None, None, "en;q=banana, ru;q=0.1", "ru"),
        (None, None, "*", "ru"),
        ("EN_us", None, None, "en"),
    ],
)
def test_the_language_is_chosen_then_remembered_then_wished(
    choice: str | None, cookie: str | None, accept: str | None, expected: str
) -> None:
    assert expected == languages.negotiate(choice=choice, cookie=cookie, accept=accept)


def _forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
