"""Buy some, get others."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import PERCENT, Count, Flat, MoneyMinor, Scale, Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Ask, Offer
from kopilka.core.rules.pieces import ORDER, Part, Pick, Picked, pieces_in, reduced, runs_of
from kopilka.values.rounding import PERCENT_WHOLE


class Bundle(Offer, frozen=True):
    """For every `buy` the buyer gets `get`: those pieces cost `percent` less — nothing, where no percent is named —
    or `price` each at most. A piece that is rewarded is never one of those that were bought for it, even where both
    mean the same goods. It works as many times as the goods allow, at most `times`; then the `cheapest` (or the
    `dearest`) pieces that leave enough bought ones are rewarded. Goods at a closed card price count as bought.
    """

    NAME: ClassVar[str] = "bundle"
    LANE: ClassVar[Lane] = Lane.DISCOUNTS
    PICKS: ClassVar[bool] = True
    TERMS: ClassVar[Words] = {
        "ru": "за каждые {buy} — ещё {get}[!price {percent=10000: бесплатно|*:}][ дешевле на {percent}][ по {price}][, не больше {times:count|раза|раз|раз}]",
        "en": "for every {buy} another {get}[!price {percent=10000: free|*:}][ for {percent} less][ for {price}][, at most {times:count|time|times}]",
    }
    ONE_OF: ClassVar[tuple[str, ...]] = ("percent", "price")
    buy: Part
    get: Part
    percent: Annotated[Scale, PERCENT] = Flat(PERCENT_WHOLE)
    price: MoneyMinor | None = None
    pick: Pick = Pick.CHEAPEST
    times: Count | None = None

    def propose(self, context: Context, ask: Ask) -> list[int]:
        buyable = set(context.among(self._countable(context, ask), context.filters.bit(self.buy.goods)))
        given = context.among(ask.scope, context.filters.bit(self.get.goods))
        base = context.start if ask.initial and self.price is None else context.left
        runs = runs_of(context, given, base)
        both = sum([run.count for run in runs if run.line in buyable])
        only_got = sum([run.count for run in runs]) - both
        got_lines = set(given)
        only_bought = sum([pieces_in(context.lines[i]) for i in buyable if i not in got_lines])
        times = self._repetitions(only_bought, only_got, both)
        wanted, spare = times * self.get.count, only_bought + both - times * self.buy.count
        taken: list[Picked] = []
        for run in sorted(runs, key=ORDER[self.pick]):
            shared = run.line in buyable
            count = min(run.count, wanted, spare) if shared else min(run.count, wanted)
            wanted -= count
            spare -= count if shared else 0
            taken.append(Picked(run, count))
        return reduced(context, taken, ask.room, context.scale(self.percent, ask.goods), self.price)

    def _countable(self, context: Context, ask: Ask) -> Sequence[int]:
        goods: Sequence[int] = range(context.goods_count)
        if not context.plain:
            goods = [i for i in goods if context.class_of(i).count]
        return context.among(goods, ask.goods)

    def _repetitions(self, only_bought: int, only_got: int, both: int) -> int:
        """The most times that bought and rewarded pieces can stand apart (Hall's condition for two wishes)."""
        buy, get = self.buy.count, self.get.count
        if not buy or not get:
            return 0
        most = min(
            (only_bought + both) // buy,
            (only_got + both) // get,
            (only_bought + only_got + both) // (buy + get),
        )
        return most if self.times is None else min(most, self.times)
