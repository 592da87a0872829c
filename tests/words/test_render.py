"""Reasons filled in for a reader."""

from datetime import UTC, datetime

import pytest

from kopilka.values.money import Money
from kopilka.values.points import Points
from kopilka.words.render import PointsWords, TemplateError, Tongue, check_template, render

BONUS = PointsWords({"ru": ("бонус", "бонуса", "бонусов"), "en": ("point", "points")}, decimals=2)
PULTIKI = PointsWords({"ru": ("пультик", "пультика", "пультиков")})
RU = Tongue(language="ru", points={"bonus": BONUS, "pultiki": PULTIKI}, levels={"gold": "Золотой"})
EN = Tongue(language="en", points={"bonus": BONUS, "pultiki": PULTIKI}, levels={"gold": "Gold"})


@pytest.mark.parametrize(
    ("template", "params", "tongue", "expected"),
    [
        (
            "ещё {missing:money} до бесплатной доставки",
            {"missing": 24000},
            RU,
            "ещё 240 ₽ до бесплатной доставки",
        ),
        ("{missing:money} more for free delivery", {"missing": 24050}, EN, "₽240.50 more for free delivery"),
        ("{sum:money}", {"sum": Money(100, "KZT")}, RU, "1 ₸"),
        ("начислено {got:points}", {"got": 15000}, RU, "начислено 150 бонусов"),
        ("начислено {got:points}", {"got": Points(2, "pultiki")}, RU, "начислено 2 пультика"),
        ("{got:points} earned", {"got": 150}, EN, "1.50 points earned"),
        ("скидка {rate:percent}", {"rate": 750}, RU, "скидка 7,5 %"),
        ("ещё {n:count|штука|штуки|штук}", {"n": 3}, RU, "ещё 3 штуки"),
        ("{n:count|item|items} more", {"n": 1}, EN, "1 item more"),
        ("{n:count}", {"n": 12480}, RU, "12 480"),
        ("{w:quantity}", {"w": 333}, RU, "0,333"),
        ("до {until:date}", {"until": "2026-03-08"}, RU, "до 8 марта 2026"),
        ("до {until:date}", {"until": datetime(2026, 3, 8, 22, tzinfo=UTC)}, RU, "до 9 марта 2026"),
        ("{at:moment}", {"at": "2026-03-08T11:05:00+00:00"}, EN, "8 Mar 2026, 14:05"),
        ("уровень «{l:level}»", {"l": "gold"}, RU, "уровень «Золотой»"),
        ("уровень «{l:level}»", {"l": "unknown"}, RU, "уровень «unknown»"),
        ("для {l:levels}", {"l": "gold,silver"}, EN, "для Gold, silver"),
        ("уступило {r:rule}", {"r": "happy"}, RU, "уступило happy"),
        ("код {c:text} {{так}}", {"c": "SPRING"}, RU, "код SPRING {так}"),
    ],
)
def test_a_place_is_filled_by_its_type(
    template: str, params: dict[str, object], tongue: Tongue, expected: str
) -> None:
    assert expected == render(template, params, tongue).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("template", "params"),
    [
        ("{missing:money}", {}),
        ("{missing:money}", {"missing": "much"}),
        ("{missing:gold}", {"missing": 1}),
        ("{missing", {"missing": 1}),
        ("{d:date}", {"d": "someday"}),
        ("{p:points}", {"p": Points(1, "unheard")}),
    ],
)
def test_what_cannot_be_said_is_shown_as_its_code(template: str, params: dict[str, object]) -> None:
    assert render(template, params, RU, code="basket_too_small").startswith("basket_too_small")


def test_the_fallback_shows_the_parameters_too() -> None:
    assert "too_small (missing=much)" == render("{missing:money}", {"missing": "much"}, RU, code="too_small")


@pytest.mark.parametrize(
    "template",
    [
        "{a:gold}",
        "{a}",
        "{b:money}",
        "{a:money",
        "a}",
        "{:money}",
        "{a:money|x}",
        "{a:count|x||y}",
        "{A b:text}",
    ],
)
def test_a_wrong_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        check_template(template, {"a"})


def test_a_right_template_is_accepted() -> None:
    check_template("{a:count|штука|штуки|штук} за {b:money} {{}}", {"a", "b", "unused"})
