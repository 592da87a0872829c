"""Sets of goods at a price of their own."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import PERCENT, Count, MoneyMinor, Scale, Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.core.rules.pieces import Part, Picked, Run, dearest_first, reduced, runs_of
from kopilka.values.share import allocate_within


class GoodsSet(Offer, frozen=True):
    """Pieces of all the `parts` together cost `price`, or `percent` less; at most `times` sets. Which pieces make up
    the sets, and how many sets there are, is chosen so that the buyer saves most; nothing is taken off where the
    goods cost less without a set. The saving is shared over the pieces in proportion to their prices.
    """

    NAME: ClassVar[str] = "set"
    LANE: ClassVar[Lane] = Lane.DISCOUNTS
    PICKS: ClassVar[bool] = True
    TERMS: ClassVar[Words] = {
        "ru": "вместе {parts&}[ за {price}][ дешевле на {percent}][, не больше {times:count|раза|раз|раз}]",
        "en": "{parts&} together[ for {price}][ for {percent} less][, at most {times:count|time|times}]",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("price", "percent")
    parts: tuple[Part, ...]
    price: MoneyMinor | None = None
    percent: Annotated[Scale | None, PERCENT] = None
    times: Count | None = None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        by_price = self.price is not None
        base = context.start if ask.initial and not by_price else context.left
        masks = self._masks(context, ask.scope)
        runs = runs_of(context, masks, base)
        runs.sort(key=dearest_first)
        matching = _Matching([part.count for part in self.parts], runs, masks)
        most = matching.sets if self.times is None else min(matching.sets, self.times)
        if self.price is None:
            percent = 0 if self.percent is None else context.scale(self.percent, ask.goods)
            return reduced(context, matching.chosen(most), ask.room, percent, None)
        return self._priced(context, ask, matching, most)

    def _masks(self, context: Context, scope: Sequence[int]) -> dict[int, int]:
        """The parts that each line can stand for, as bits; lines that stand for none are left out."""
        masks: dict[int, int] = {}
        for number, part in enumerate(self.parts):
            for i in context.among(scope, context.filters.bit(part.goods)):
                masks[i] = masks.get(i, 0) | 1 << number
        return masks

    def _priced(self, context: Context, ask: Ask, matching: "_Matching", most: int) -> list[int]:
        price = 0 if self.price is None else self.price
        fewest, sets = 0, most
        while (
            fewest < sets
        ):  # the saving of one set more never grows, so the first that saves nothing ends it
            middle = (fewest + sets) // 2
            if matching.worth(middle + 1) - matching.worth(middle) > price:
                fewest = middle + 1
            else:
                sets = middle
        worth = [0] * len(context.lines)
        for row in matching.chosen(sets):
            worth[row.run.line] += row.run.price * row.count
        room = [min(most, value) for most, value in zip(ask.room, worth, strict=True)]
        saving = min(sum(worth) - sets * price, sum(room))
        return allocate_within(max(0, saving), worth, room, context.order)


class _Matching:
    """Which pieces make up a number of sets. A choice of pieces can fill the parts exactly where, for every group of
    parts, those that fit nowhere else are no more than its places (Hall); such choices form a matroid, so taking the
    dearest piece that still fits, again and again, is the best choice there is.
    """

    def __init__(self, counts: Sequence[int], runs: Sequence[Run], masks: dict[int, int]) -> None:
        self._runs = [(run, masks[run.line]) for run in runs]
        self._places = [0] * (1 << len(counts))
        reach = [0] * (1 << len(counts))
        by_mask: dict[int, int] = {}
        for run, mask in self._runs:
            by_mask[mask] = by_mask.get(mask, 0) + run.count
        for group in range(1, len(reach)):
            self._places[group] = sum([count for part, count in enumerate(counts) if group >> part & 1])
            reach[group] = sum([pieces for mask, pieces in by_mask.items() if mask & group])
        self._above = {
            mask: [group for group in range(len(reach)) if group & mask == mask] for mask in by_mask
        }
        rows = [found // places for found, places in zip(reach, self._places, strict=True) if places]
        self.sets = min(rows, default=0)

    def chosen(self, sets: int) -> list[Picked]:
        """The dearest pieces that make up so many sets."""
        room = [sets * places for places in self._places]
        full: set[int] = set()
        taken: list[Picked] = []
        for run, mask in self._runs:
            if mask in full:
                continue
            above = self._above[mask]
            free = min([room[group] for group in above])
            if free <= run.count:
                full.add(mask)
            count = min(free, run.count)
            if count:
                for group in above:
                    room[group] -= count
                taken.append(Picked(run, count))
        return taken

    def worth(self, sets: int) -> int:
        """What the pieces of so many sets cost."""
        return sum([row.run.price * row.count for row in self.chosen(sets)])
