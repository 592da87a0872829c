"""Product classes with legal rules as dated data, above any programme. A row holds from its day on."""

from datetime import date

from kopilka.core.programme.document import ClassRule, Programme

NOTHING = ClassRule(discount=False, earn=False, spend=False, count=False)

LEGAL: tuple[tuple[str, date, ClassRule], ...] = (
    ("tobacco", date(2013, 6, 1), NOTHING),  # 15-FZ, article 16: no discounts by any means
    ("nicotine", date(2020, 7, 31), NOTHING),  # 303-FZ of 2020
    ("certificate", date(1970, 1, 1), NOTHING),  # a prepayment, not goods
)


def class_rules(programme: Programme, day: date) -> dict[str, ClassRule]:
    """The rule of each class on a day: the programme's own, then the law over it."""
    return programme.classes | {name: rule for name, since, rule in LEGAL if day >= since}
