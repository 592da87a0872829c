"""What a programme's levels give, said in the words of RetailCRM."""

from decimal import Decimal

import pytest

from kopilka.connectors.retailcrm.mapping_levels import levels_of
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.programme_text import read_programme_text

HEAD = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2}
  sticker: {decimals: 0}
"""
LADDER = """
levels:
  by: spend
  ladder:
    - {id: base, from: 0, title: {ru: Базовый, en: Base}}
    - {id: gold, from: 5000, title: {ru: Золотой, en: Gold}}
"""


def rules(text: str) -> Ruleset:
    reading = read_programme_text(HEAD + text, REGISTRY)
    assert reading.programme is not None, reading.mistakes
    return Ruleset(reading.programme)


PERCENT = "  - {id: back, earn: {percent: {base: 5, gold: 7.5}}}\n"
CASES = {
    "a percent by level": (PERCENT, "bonus_percent", [("5", "5"), ("7.5", "7.5")]),
    "points for every sum": (
        "  - {id: back, earn: {points: {base: 1, gold: 2}, per: 30}}\n",
        "bonus_converting", [("30", "30"), ("15", "15")],
    ),
    "a discount": (
        "  - {id: off, discount: {percent: {base: 3, gold: 10}}}\n", "discount", [("3", "3"), ("10", "10")],
    ),
    "promotion left out": (
        "  - {id: back, goods: {promo: no}, earn: {percent: 5}}\n", "bonus_percent", [("5", "0"), ("5", "0")],
    ),
    "promotion with less": (
        PERCENT + "  - {id: less, goods: {promo: yes}, earn: {percent: 1}}\n",
        "bonus_percent", [("5", "6"), ("7.5", "8.5")],
    ),
    "a rule for one level": (
        PERCENT + "  - {id: more, when: {level: [gold]}, earn: {percent: 2}}\n",
        "bonus_percent", [("5", "5"), ("9.5", "9.5")],
    ),
    "what not everybody gets does not count": (
        PERCENT
        + "  - {id: tea, goods: {category: [tea]}, earn: {percent: 50}}\n"
        + "  - {id: first, when: {first_purchase: {}}, earn: {percent: 50}}\n"
        + "  - {id: sticker, earn: {points: 1, per: 500, kind: sticker}}\n"
        + "  - {id: idle, paused: yes, earn: {percent: 50}}\n",
        "bonus_percent", [("5", "5"), ("7.5", "7.5")],
    ),
    "what grows with the receipt begins somewhere": (
        "  - {id: back, earn: {percent: {from: {0: 3, 3000: 7}}}}\n", "bonus_percent", [("3", "3"), ("3", "3")],
    ),
    "nothing at all": ("  - {id: hello, on: enrolment, earn: {points: 5}}\n", "bonus_percent", [("0", "0"), ("0", "0")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "sizes"), CASES.values(), ids=CASES)
def test_a_level_is_one_privilege(text: str, kind: str, sizes: list[tuple[str, str]]) -> None:
    levels = levels_of(rules(f"{LADDER}rules:\n{text}"), "ru")

    assert [("base", "Базовый", 0), ("gold", "Золотой", 500_000)] == [
        (level.id, level.title, level.start) for level in levels
    ]
    assert {kind} == {level.type for level in levels}
    assert [(Decimal(one), Decimal(two)) for one, two in sizes] == [
        (level.size, level.size_promo) for level in levels
    ]


def test_a_programme_without_a_ladder_is_one_level() -> None:
    (level,) = levels_of(rules("rules:\n  - {id: back, earn: {percent: 5}}\n"), "en")

    assert ("-", "Club", "bonus_percent", Decimal(5)) == (level.id, level.title, level.type, level.size)
    assert {
        "type": "bonus_percent",
        "id": 9,
        "name": "Club",
        "privilegeSize": 5,
        "privilegeSizePromo": 5,
    } == (level.told({"-": 9}))
