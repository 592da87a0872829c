"""Small charts as SVG paths, drawn from whole numbers. What the numbers mean stays with the screen."""

from collections.abc import Sequence

import msgspec

from kopilka.values.rounding import Rounding, divide

WIDTH, HEIGHT, EDGE = 1000, 280, 20


class Spark(msgspec.Struct, frozen=True):
    """Two paths in a box of WIDTH × HEIGHT: the line, and the area under it; and where the last point lies."""

    line: str
    area: str
    last: tuple[int, int]


def spark(values: Sequence[int]) -> Spark:
    """The shape of a series, its least value at the bottom; one value or none gives a flat line."""
    series = list(values) or [0]
    if len(series) == 1:
        series = series * 2
    low, high = min(series), max(series)
    span, room = max(high - low, 1), HEIGHT - 2 * EDGE
    points = [
        (
            divide(place * WIDTH, len(series) - 1, Rounding.HALF_UP),
            HEIGHT - EDGE - divide((value - low) * room, span, Rounding.HALF_UP),
        )
        for place, value in enumerate(series)
    ]
    line = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Spark(line=line, area=f"{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z", last=points[-1])
