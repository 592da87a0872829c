"""What the member has bought before."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from kopilka.core.programme.document import Goods
from kopilka.core.programme.fields import Count, MoneyMinor, Thousandths, Words
from kopilka.core.receipt import Line
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context, rule_of
from kopilka.core.rules.needs import EVER, Needs
from kopilka.core.rules.reason import Reason, ReasonKind, reason_kind
from kopilka.values.period import DAY, Span

RECEIPTS_BELOW = reason_kind(
    "history_receipts_below",
    ru="не хватает прошлых покупок таких товаров: ещё {more:count|покупка|покупки|покупок}",
    en="{more:count|earlier purchase|earlier purchases} of such goods to go",
    unlocks=True,
)
PIECES_BELOW = reason_kind(
    "history_pieces_below",
    ru="таких товаров куплено мало: не хватает {more:quantity}",
    en="too few such goods bought before: {more:quantity} to go",
    unlocks=True,
)
SUM_BELOW = reason_kind(
    "history_sum_below",
    ru="не хватает прошлых покупок таких товаров на {more:money}",
    en="{more:money} of earlier purchases of such goods to go",
    unlocks=True,
)
BOUGHT_MORE = reason_kind(
    "history_above", ru="таких товаров уже куплено больше", en="more of such goods was bought before"
)
BOUGHT_BEFORE = reason_kind(
    "bought_before",
    ru="только для тех, кто такого не покупал",
    en="only for those who have never bought such",
)


class CountRange(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """At least `from` and less than `below` purchases."""

    TERMS: ClassVar[Words] = {
        "ru": "[от {from:count|покупки|покупок|покупок}][ меньше {below:count|покупки|покупок|покупок}]",
        "en": "[{from:count|purchase|purchases} or more][ less than {below:count|purchase|purchases}]",
    }
    start: Count = 0
    below: Count | None = None


class QuantityRange(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """At least `from` and less than `below` pieces, kilograms or litres."""

    TERMS: ClassVar[Words] = {
        "ru": "[от {from}][ меньше {below}] шт.",
        "en": "[{from} or more][ less than {below}] pieces",
    }
    start: Thousandths = 0
    below: Thousandths | None = None


class MoneyRange(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """At least `from` and less than `below` of money."""

    TERMS: ClassVar[Words] = {
        "ru": "[на сумму от {from}][ меньше {below}]",
        "en": "[for {from} or more][ less than {below}]",
    }
    start: MoneyMinor = 0
    below: MoneyMinor | None = None


Range = CountRange | QuantityRange | MoneyRange


class History(Check, frozen=True):
    """The member has bought such goods before, `within` the last days (90d counts today and the 89 days before it) or
    ever: at least once, or as many `receipts`, `pieces` or for as much money (`sum`, what was paid for them) as is said. `never` turns it round: no
    such purchase was kept. What was wholly returned, and goods that the law or the programme does not count, are not
    looked at; without `goods` any purchase is meant.
    """

    NAME: ClassVar[str] = "history"
    TERMS: ClassVar[Words] = {
        "ru": "{never?раньше вы не покупали|раньше вы покупали}[ товары {goods}][ за последние {within}][, {receipts}][, {pieces}][, {sum}]",
        "en": "{never?you have not bought|you have bought}[ goods {goods}] before[, within the last {within}][, {receipts}][, {pieces}][, {sum}]",
    }
    goods: Goods | None = None
    within: Span | None = None
    receipts: CountRange | None = None
    pieces: QuantityRange | None = None
    sum: MoneyRange | None = None
    never: bool = False

    def needs(self) -> Needs:
        return Needs(past=self.within or EVER)

    def check(self, context: Context) -> Reason | None:
        if context.member is None:
            return MEMBERS_ONLY()
        found = self.found(context)
        if self.never:
            return BOUGHT_BEFORE() if found else None
        if self.receipts is None and self.pieces is None and self.sum is None:
            return None if found else RECEIPTS_BELOW(more=1)
        refusal = _outside(self.receipts, len(found), RECEIPTS_BELOW)
        if refusal is None and self.pieces is not None:
            pieces = sum([line.quantity for lines in found for line in lines])
            refusal = _outside(self.pieces, pieces, PIECES_BELOW)
        if refusal is None and self.sum is not None:
            money = sum([line.sum_minor for lines in found for line in lines])
            refusal = _outside(self.sum, money, SUM_BELOW)
        return refusal

    def found(self, context: Context) -> list[Sequence[Line]]:
        """The lines meant of every purchase that has any."""
        filters, classes = context.filters, context.classes
        bit = 0 if self.goods is None else filters.bit(self.goods)
        first = None if self.within is None else self.within.before(context.day) + DAY
        found: list[Sequence[Line]] = []
        for past in () if context.member is None else context.member.past:
            if first is not None and past.day < first:
                continue
            lines = [
                line
                for line in past.lines
                if (not bit or filters.mask(line) & bit) and rule_of(classes, line).count
            ]
            if lines:
                found.append(lines)
        return found


def _outside(wanted: Range | None, number: int, below: ReasonKind) -> Reason | None:
    if wanted is None:
        return None
    if number < wanted.start:
        return below(more=wanted.start - number)
    if wanted.below is not None and number >= wanted.below:
        return BOUGHT_MORE()
    return None
