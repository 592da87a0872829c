"""Goods as pieces: a line of n whole pieces is n pieces whose prices differ by a kopeck at most, a line of anything
weighed is one piece. Pieces of a line that cost the same stand together as a run, so that a line may hold a million.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import Count, Words
from kopilka.core.receipt import Line
from kopilka.core.rules.context import Context
from kopilka.values.quantity import ONE
from kopilka.values.rounding import percent_of


class Pick(Enum):
    """Which of the pieces that could be rewarded are."""

    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class Part(msgspec.Struct, frozen=True):
    """A number of pieces of some goods; without `goods` of any."""

    TERMS: ClassVar[Words] = {
        "ru": "{count} шт.[ {goods}]",
        "en": "{count:count|piece|pieces}[ {goods}]",
    }
    goods: Goods | None = None
    count: Count = 1


class Run(msgspec.Struct, frozen=True, gc=False):
    """Pieces of one line that cost the same; `rank` orders lines by what they are."""

    price: int
    rank: int
    line: int
    count: int


class Picked(msgspec.Struct, frozen=True, gc=False):
    """Some pieces of a run."""

    run: Run
    count: int


def pieces_in(line: Line) -> int:
    """How many pieces a line is. What the receipt itself gives away is no piece that could earn another one."""
    if line.quantity <= 0 or line.sum_minor <= line.given_minor:
        return 0
    whole, rest = divmod(line.quantity, ONE)
    return 1 if rest else whole


def runs_of(context: Context, scope: Iterable[int], base: Sequence[int]) -> list[Run]:
    """The pieces of these lines; `base` is what each line costs."""
    runs: list[Run] = []
    order = context.order
    for i in scope:
        count = pieces_in(context.lines[i])
        if count:
            low, high = divmod(max(0, base[i]), count)
            if high:
                runs.append(Run(low + 1, order[i], i, high))
            runs.append(Run(low, order[i], i, count - high))
    return runs


def cheapest_first(run: Run) -> tuple[int, int]:
    """Sorts runs by price, then by what their lines are."""
    return run.price, run.rank


def dearest_first(run: Run) -> tuple[int, int]:
    """Sorts runs by price downwards, then by what their lines are."""
    return -run.price, run.rank


ORDER = {Pick.CHEAPEST: cheapest_first, Pick.DEAREST: dearest_first}


def reduced(
    context: Context, taken: Iterable[Picked], room: Sequence[int], percent: int, price: int | None
) -> list[int]:
    """Money off each line where these pieces cost `percent` less (rounded once a line), or `price` each at most."""
    off = [0] * len(context.lines)
    for row in taken:
        full = row.run.price
        off[row.run.line] += row.count * (full if price is None else max(0, full - price))
    if price is None:
        off = [percent_of(value, percent) for value in off]
    return [min(part, most) for part, most in zip(off, room, strict=True)]
