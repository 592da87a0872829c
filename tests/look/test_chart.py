"""Columns stay in their box, and cursors come back as they went."""

from datetime import UTC, datetime

import pytest

from kopilka.look.chart import HEIGHT, WIDTH, columns, nice
from kopilka.look.cursor import read_moment, read_posting, write_moment

AT = datetime(2026, 3, 8, 11, 5, 7, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (1, 2), (2, 2), (3, 10), (11, 20), (50, 50), (51, 100), (1_000, 1_000)]
)
def test_the_top_is_a_round_number_with_a_half(value: int, top: int) -> None:
    assert top == nice(value)


def test_columns_stay_in_their_box() -> None:
    drawn = columns([(n * n, 7 * n) for n in range(30)])

    for bar in (bar for group in drawn.groups for bar in group):
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert bar.y + bar.height == HEIGHT
        assert bar.height >= 0


def test_no_days_draw_nothing() -> None:
    assert () == columns([]).groups


def test_a_cursor_comes_back_as_it_went() -> None:
    assert (AT, "rcp_1") == read_moment(write_moment(AT, "rcp_1"))
    assert (AT, "bonus", 12) == read_posting(write_moment(AT, "bonus", 12))


@pytest.mark.parametrize("text", ["", "x", "12", "~", "-5~a", "9" * 30 + "~a", "12~bonus"])
def test_what_is_no_cursor_begins_from_the_start(text: str) -> None:
    assert read_posting(text) is None
