"""The law as dated rows: what holds on which day, and how a programme's own rows stand beside it."""

from datetime import date
from types import MappingProxyType

import msgspec
import pytest
from world import programme_of

from kopilka.core.programme.classes import law_of
from kopilka.core.programme.document import ClassRule
from kopilka.core.programme.law import BOOKS, RU, LeastPrice
from kopilka.core.receipt import Line

TEXT = "programme: p\ntitle: P\ncurrency: {currency}\nzone: Europe/Moscow\nrules: []\n"
BARE = TEXT.format(currency="RUB")


@pytest.mark.parametrize(
    ("kind", "volume_ml", "quantity", "day", "expected"),
    [
        ("vodka", 500, 1000, date(2024, 12, 31), 0),
        ("vodka", 500, 1000, date(2025, 1, 1), 34_900),
        ("vodka", 500, 1000, date(2025, 12, 31), 34_900),
        ("vodka", 500, 1000, date(2026, 1, 1), 40_900),
        ("vodka", 700, 1000, date(2026, 6, 1), 57_260),
        ("vodka", 250, 3000, date(2026, 6, 1), 61_350),
        ("brandy", 500, 1000, date(2026, 6, 1), 60_500),
        ("cognac", 100, 1000, date(2026, 6, 1), 15_100),
        ("whisky", 1000, 2000, date(2025, 6, 1), 260_400),
        ("vodka", 333, 1000, date(2026, 6, 1), 27_240),
        ("vodka", 0, 1000, date(2026, 6, 1), 40_900),
        ("beer", 500, 1000, date(2026, 6, 1), 0),
    ],
)
def test_a_drink_has_a_least_price_by_kind_volume_and_day(
    kind: str, volume_ml: int, quantity: int, day: date, expected: int
) -> None:
    line = Line("l", "sku", quantity, 100_000, alcohol=kind, volume_ml=volume_ml)

    assert expected == law_of(programme_of(BARE), day).least(line)


def test_next_years_price_is_a_row_and_nothing_else() -> None:
    rows = (*RU.floors, LeastPrice("vodka", date(2027, 1, 1), 45_000))
    books = MappingProxyType({**BOOKS, "ru": msgspec.structs.replace(RU, floors=rows)})
    programme = programme_of(BARE)

    by_law = [law_of(programme, date(year, 1, 1), books).floors["vodka"] for year in (2025, 2026, 2027)]
    own = programme_of(BARE + "floors: {vodka: {2027-01-01: 450}, beer: {2027-01-01: 60}}\n")
    by_programme = [law_of(own, date(year, 1, 1)).floors["vodka"] for year in (2025, 2026, 2027)]

    assert [34_900, 40_900, 45_000] == by_law == by_programme
    assert 6_000 == law_of(own, date(2027, 1, 1)).floors["beer"]


def test_an_own_row_stands_until_a_later_row_of_the_law() -> None:
    own = programme_of(BARE + "floors: {vodka: {2025-07-01: 500, 2026-01-01: 410}}\n")

    prices = [law_of(own, date(2025, month, 1)).floors["vodka"] for month in (6, 7)]

    assert [34_900, 50_000, 41_000] == [*prices, law_of(own, date(2026, 1, 1)).floors["vodka"]]


def test_of_two_rules_for_a_class_both_hold() -> None:
    own = programme_of(
        BARE + "classes: {tobacco: {earn: yes}, alcohol: {discount: no}, baby: {discount: no}}\n"
    )
    classes = law_of(own, date(2026, 1, 1)).classes

    nothing = ClassRule(discount=False, earn=False, spend=False, count=False, gift=False)
    assert nothing == classes["tobacco"] == classes["nicotine"] == classes["certificate"]
    assert ClassRule(discount=False, gift=False) == classes["alcohol"]
    assert ClassRule(discount=False) == classes["baby"]


def test_nicotine_was_free_before_its_law() -> None:
    classes = law_of(programme_of(BARE), date(2020, 7, 30)).classes

    assert ("tobacco" in classes, "nicotine" in classes) == (True, False)


def test_without_a_law_only_certificates_are_no_goods() -> None:
    own = programme_of(BARE + "law: none\nfloors: {vodka: {2026-01-01: 100}}\n")
    law = law_of(own, date(2026, 6, 1))

    assert (["certificate"], {"vodka": 10_000}) == (list(law.classes), law.floors)


def test_least_prices_in_roubles_say_nothing_in_another_currency() -> None:
    assert {} == law_of(programme_of(TEXT.format(currency="KZT")), date(2026, 6, 1)).floors
