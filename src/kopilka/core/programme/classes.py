"""What a programme's goods may take part in on a day: its own class rules and least prices under those of the law,
whose rows stand in `law.py`.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from kopilka.core.programme.document import ClassRule, Programme
from kopilka.core.programme.law import BOOKS, RU, LawBook
from kopilka.core.receipt import Line
from kopilka.values.quantity import ONE

LEGAL = tuple((row.name, row.since, row.rule) for row in RU.classes)
HALF_LITRE_ML = 500


class Law(msgspec.Struct, frozen=True):
    """What holds on a day: the rule of each class, and the least price of half a litre by kind of alcohol."""

    classes: Mapping[str, ClassRule]
    floors: Mapping[str, int]

    def least(self, line: Line) -> int:
        """The least that a line of alcohol may cost, in minor units: a kopeck begun counts whole. A bottle of which
        no volume is known counts as half a litre.
        """
        volume = (line.volume_ml or HALF_LITRE_ML) * line.quantity
        whole: int = HALF_LITRE_ML * ONE
        return -(-self.floors.get(line.alcohol, 0) * volume // whole)


def law_of(programme: Programme, day: date, books: Mapping[str, LawBook] = BOOKS) -> Law:
    """What holds for a programme on a day. Of two rules for a class whatever one of them forbids is forbidden; of least
    prices the latest row counts, and the programme's own where both begin on one day.
    """
    book = books.get(programme.law, LawBook())
    classes = dict(programme.classes)
    rows = [row for row in book.classes if day >= row.since]
    for name in {row.name for row in rows}:
        latest = max((row for row in rows if row.name == name), key=lambda row: row.since)
        classes[name] = _both(latest.rule, programme.classes.get(name, latest.rule))
    return Law(classes, floors_on(programme, day, book))


def floors_on(programme: Programme, day: date, book: LawBook) -> dict[str, int]:
    """The least price of half a litre by kind of drink on a day."""
    legal = [row for row in book.floors if book.currency == programme.currency]
    rows = [(row.since, 0, row.kind, row.half_litre_minor) for row in legal]
    for kind, prices in programme.floors.items():
        rows += [(since, 1, kind, price) for since, price in prices.items()]
    rows.sort()
    return {kind: price for since, _, kind, price in rows if since <= day}


def _both(one: ClassRule, other: ClassRule) -> ClassRule:
    return ClassRule(
        discount=one.discount and other.discount,
        earn=one.earn and other.earn,
        spend=one.spend and other.spend,
        count=one.count and other.count,
        gift=one.gift and other.gift,
    )
