"""A person is recognised in what others wrote of them, and nobody else is."""

import psycopg
import pytest

from kopilka.usecases.traces import Names, named_in

ANNA = Names(
    (("phone", "+79165550017"), ("email", "anna.k+shop@example.com"), ("card", "770012"), ("external", "42"))
)
WRITTEN = (
    "+79165550017", "8 (916) 555-00-17", "9165550017", "7 916 555 00 17", '{"phone":"+7 916 5550017"}',
    "ANNA.K+shop@example.com", "email=anna.k+shop%40example.com", '"card": "770012"',
)  # fmt: skip
OTHERS = (
    "+79165550018", "979165550017", "91655500171", "anna.k@example.com", "xanna.k+shop@example.com", "1770012", "42",
    "9,1,6,5,5,5,0,0,1,8",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_any_spelling_is_found(text: str) -> None:
    assert [True] == list(named_in([text.encode()], ANNA.pattern()))


@pytest.mark.parametrize("text", OTHERS)
def test_others_are_left_alone(text: str) -> None:
    assert [False] == list(named_in([text.encode()], ANNA.pattern()))


def test_a_form_is_read_as_a_form() -> None:
    assert [True] == list(named_in([b"phone=%2B7+%28916%29+555-00-17"], ANNA.pattern()))


def test_postgresql_reads_the_pattern_alike(database: str) -> None:
    with psycopg.connect(database) as connection:
        asked = [
            connection.execute("SELECT %s ~* %s", (text, ANNA.pattern())).fetchone()
            for text in (*WRITTEN, *OTHERS)
        ]

    assert [(True,)] * len(WRITTEN) + [(False,)] * len(OTHERS) == asked


def test_who_has_no_names_is_looked_for_nowhere() -> None:
    assert ("", []) == (Names().pattern(), Names().digests())
    assert [False] == list(named_in([b"anything"], ""))
