"""Columns by day as SVG rectangles, drawn from whole numbers. Words and meaning stay with the screen."""

from collections.abc import Sequence

import msgspec

from kopilka.values.rounding import Rounding, divide

WIDTH, HEIGHT = 1000, 240
_GAP_PERCENT = 28
_STEPS = (1, 2, 5, 10)


class Bar(msgspec.Struct, frozen=True):
    """One rectangle; `series` counts from 0."""

    x: int
    y: int
    width: int
    height: int
    series: int


class Columns(msgspec.Struct, frozen=True):
    """Groups of bars side by side in a box of WIDTH × HEIGHT; `top` is the value of the upper edge."""

    groups: tuple[tuple[Bar, ...], ...]
    top: int
    each: int


def columns(rows: Sequence[Sequence[int]]) -> Columns:
    """A group for each row, a bar for each of its numbers (none below zero)."""
    top = nice(max((value for row in rows for value in row), default=0))
    each = WIDTH // max(1, len(rows))
    groups = []
    for place, row in enumerate(rows):
        width = max(1, (each - each * _GAP_PERCENT // 100) // max(1, len(row)))
        left = place * each + (each - width * len(row)) // 2
        groups.append(
            tuple(_bar(left + series * width, value, width, top, series) for series, value in enumerate(row))
        )
    return Columns(tuple(groups), top, each)


def nice(value: int) -> int:
    """The next round number that is not below a value: 1, 2 or 5 with zeroes; at least 2, so that it has a half."""
    scale = 1
    while True:
        for step in _STEPS:
            if step * scale >= max(2, value) and step * scale % 2 == 0:
                return step * scale
        scale *= 10


def _bar(x: int, value: int, width: int, top: int, series: int) -> Bar:
    height = divide(max(0, value) * HEIGHT, top, Rounding.UP)
    return Bar(x, HEIGHT - height, width, height, series)
