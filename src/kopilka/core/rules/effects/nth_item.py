"""Every nth item free or reduced."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import PERCENT, Count, Flat, MoneyMinor, Scale, Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.core.rules.pieces import Picked, Run, cheapest_first, dearest_first, reduced, runs_of
from kopilka.values.rounding import PERCENT_WHOLE


class Which(Enum):
    """Which pieces are rewarded: the cheapest or the dearest of all, or the cheapest of each group."""

    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    CHEAPEST_OF_EACH = "cheapest_of_each"


class NthItem(Offer, frozen=True):
    """Of `every` so many pieces `take` cost `percent` less — nothing, where no percent is named — or `price` each at
    most; at most `times` over. Which ones: the `cheapest` of all goods that the rule is about, the `dearest`, or the
    `cheapest_of_each` group, dear goods grouped with dear ones, which is as good for the buyer as paying for every
    group by itself. What is weighed counts as one piece. `every: 1, times: 1` is the cheapest item, once.
    """

    NAME: ClassVar[str] = "nth_item"
    SHORT: ClassVar[str] = "every"
    LANE: ClassVar[Lane] = Lane.DISCOUNTS
    PICKS: ClassVar[bool] = True
    TERMS: ClassVar[Words] = {
        "ru": "из каждых {every} товаров {take} {pick=dearest:из самых дорогих|cheapest:из самых дешёвых|*:из самых дешёвых в своей группе}[!price {percent=10000: бесплатно|*:}][ дешевле на {percent}][ по {price}][, не больше {times:count|раза|раз|раз}]",
        "en": "of every {every} items {take} of the {pick=dearest:dearest|cheapest:cheapest|*:cheapest of each group}[!price {percent=10000: free|*:}][ for {percent} less][ for {price}][, at most {times:count|time|times}]",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("percent", "price")
    every: Count
    take: Count = 1
    pick: Which = Which.CHEAPEST
    percent: Annotated[Scale, PERCENT] = Flat(PERCENT_WHOLE)
    price: MoneyMinor | None = None
    times: Count | None = None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        base = context.start if ask.initial and self.price is None else context.left
        runs = runs_of(context, ask.scope, base)
        pieces = sum([run.count for run in runs])
        groups = pieces // self.every if self.every else 0
        if self.times is not None:
            groups = min(groups, self.times)
        if not groups:
            return [0] * len(context.lines)
        runs.sort(key=cheapest_first if self.pick is Which.CHEAPEST else dearest_first)
        each = self.pick is Which.CHEAPEST_OF_EACH
        taken = (
            self._of_each(runs, groups) if each else self._of_all(runs, groups * min(self.take, self.every))
        )
        return reduced(context, taken, ask.room, context.scale(self.percent, ask.goods), self.price)

    def _of_all(self, runs: list[Run], wanted: int) -> Iterator[Picked]:
        for run in runs:
            count = min(run.count, wanted)
            wanted -= count
            yield Picked(run, count)

    def _of_each(self, runs: list[Run], groups: int) -> Iterator[Picked]:
        place = 0
        for run in runs:
            yield Picked(run, self._before(place + run.count, groups) - self._before(place, groups))
            place += run.count

    def _before(self, place: int, groups: int) -> int:
        """How many of the first `place` pieces are rewarded where the last `take` of every group are."""
        whole, rest = divmod(min(place, groups * self.every), self.every)
        take = min(self.take, self.every)
        return whole * take + max(0, rest - (self.every - take))
