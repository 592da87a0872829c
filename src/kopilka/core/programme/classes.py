"""Product classes and least prices by law, as dated data above any programme. A row holds from its day on."""

from collections.abc import Mapping
from datetime import date

import msgspec

from kopilka.core.programme.document import ClassRule, Programme
from kopilka.core.receipt import Line
from kopilka.values.quantity import ONE

NOTHING = ClassRule(discount=False, earn=False, spend=False, count=False, gift=False)

LEGAL: tuple[tuple[str, date, ClassRule], ...] = (
    ("tobacco", date(2013, 6, 1), NOTHING),  # 15-FZ, article 16: no discounts by any means
    ("nicotine", date(2020, 7, 31), NOTHING),  # 303-FZ of 2020
    ("certificate", date(1970, 1, 1), NOTHING),  # a prepayment, not goods
)


FLOORS: Mapping[str, tuple[tuple[date, int], ...]] = {
    # Minfin: the least retail price of half a litre, in kopecks
    "vodka": ((date(2025, 1, 1), 34_900), (date(2026, 1, 1), 40_900)),
    "brandy": ((date(2025, 1, 1), 47_200), (date(2026, 1, 1), 60_500)),
    "cognac": ((date(2025, 1, 1), 65_100), (date(2026, 1, 1), 75_500)),
}
HALF_LITRE_ML = 500


class Law(msgspec.Struct, frozen=True):
    """What holds on a day: the rule of each class, and the least price of half a litre by kind of alcohol."""

    classes: Mapping[str, ClassRule]
    floors: Mapping[str, int]

    def least(self, line: Line) -> int:
        """The least that a line of alcohol may cost, in minor units: a kopeck begun counts whole."""
        volume = (line.volume_ml or HALF_LITRE_ML) * line.quantity
        whole: int = HALF_LITRE_ML * ONE
        return -(-self.floors.get(line.alcohol, 0) * volume // whole)


def law_of(programme: Programme, day: date) -> Law:
    """What holds for a programme on a day: its own rules, and the law of its country over them."""
    legal = programme.law == "ru"
    classes = dict(programme.classes)
    floors: dict[str, int] = {}
    if legal:
        classes |= {name: rule for name, since, rule in LEGAL if day >= since}
        floors = {kind: price for kind, rows in FLOORS.items() for since, price in rows if day >= since}
    for kind, rows in programme.floors.items():
        for since in sorted(rows):
            if day >= since:
                floors[kind] = rows[since]
    return Law(classes, floors)
