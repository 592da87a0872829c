"""Kinds of field that a programme document is made of. The reader, the help texts, the console's forms and
the API schema all derive from these marks; a new condition or effect only names them.
"""

from typing import Annotated

import msgspec

from kopilka.values.period import Span


class Mark(msgspec.Struct, frozen=True):
    """How a field is written in a document; `name` is one of the constants below."""

    name: str


PERCENT = Mark("percent")
"""`5`, `7.5` or `30%`; kept in hundredths of a percent."""
MONEY = Mark("money")
"""`3000` or `199.90` in the programme's currency; kept in minor units."""
POINTS = Mark("points")
"""`50` or `1.5` points; kept in hundredths of a point, whatever decimals the kind has."""
COUNT = Mark("count")
"""A whole number, not negative."""
YEAR_DAY = Mark("year_day")
"""A day of every year: `12-31`."""
QUANTITY = Mark("quantity")
"""Pieces, kilograms or litres with up to three decimals; kept in thousandths."""
LEVEL = Mark("level")
"""The id of a level of this programme."""
KIND = Mark("kind")
"""The id of a points kind of this programme."""
COUPON = Mark("coupon")
"""The id of a coupon series of this programme."""
PERK = Mark("perk")
"""The id of a perk of this programme."""
NAME = Mark("name")
"""An id or name from outside the document: a shop group, a category, a sku."""

Percent = Annotated[int, PERCENT]
MoneyMinor = Annotated[int, MONEY]
PointsHundredths = Annotated[int, POINTS]
Count = Annotated[int, COUNT]
YearDay = Annotated[str, YEAR_DAY]
Thousandths = Annotated[int, QUANTITY]
LevelId = Annotated[str, LEVEL]
KindId = Annotated[str, KIND]
CouponId = Annotated[str, COUPON]
PerkId = Annotated[str, PERK]
Name = Annotated[str, NAME]
Names = tuple[Name, ...]
Words = dict[str, str]
"""Text by language tag: `{ru: …, en: …}`; a bare text stands for every language."""
Forms = dict[str, tuple[str, ...]]
"""Plural forms by language tag: `{ru: [бонус, бонуса, бонусов], en: [point, points]}`."""


class Flat(msgspec.Struct, frozen=True, tag="flat"):
    """One number for all."""

    value: int


class ByLevel(msgspec.Struct, frozen=True, tag="by_level"):
    """A number for each level; a level that is not named, and a guest, get nothing."""

    values: dict[LevelId, int]


class ByTotal(msgspec.Struct, frozen=True, tag="by_total"):
    """A number that grows with the receipt: the last step whose `from` (minor units) is reached counts."""

    steps: tuple[tuple[int, int], ...]


class BySpent(msgspec.Struct, frozen=True, tag="by_spent"):
    """A number that grows with what the member has bought before: the last step whose sum (minor units) is reached
    counts; a guest has bought nothing.
    """

    steps: tuple[tuple[int, int], ...]


Scale = Flat | ByLevel | ByTotal | BySpent
"""A number wherever one stands: `5`, `{silver: 10, gold: 15}`, `{from: {0: 3, 3000: 7}}` by this receipt, or
`{spent: {0: 3, 150000: 7}}` by all purchases before it.
"""

__all__ = [
    "ByLevel", "BySpent", "ByTotal", "Count", "CouponId", "Flat", "Forms", "KindId", "LevelId", "Mark", "MoneyMinor", "Name", "Names",
    "Percent", "PerkId", "PointsHundredths", "Scale", "Span", "Thousandths", "Words", "YearDay",
]  # fmt: skip
