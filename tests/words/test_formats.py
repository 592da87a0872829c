"""Numbers as people read them, in Russian and English."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kopilka.words import formats

RU_POINTS, EN_POINTS = ("бонус", "бонуса", "бонусов"), ("point", "points")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("tag", "minor", "currency", "expected"),
    [
        ("ru", 235000, "RUB", "2 350,00 ₽"),
        ("en", 235000, "RUB", "₽2,350.00"),
        ("ru", -5, "RUB", "−0,05 ₽"),
        ("en", -5, "RUB", "−₽0.05"),
        ("ru", 0, "RUB", "0,00 ₽"),
        ("ru", 1234567, "JPY", "1 234 567 ¥"),
        ("en", 1234567, "KZT", "₸12,345.67"),
        ("en", 1234567, "BYN", "Br 12,345.67"),
        ("ru", 1234, "KWD", "1,234 KWD"),
    ],
)
def test_money_reads_as_people_write_it(tag: str, minor: int, currency: str, expected: str) -> None:
    assert expected == plain(formats.money(tag, minor, currency))


@pytest.mark.parametrize(
    ("minor", "signed", "short", "expected"),
    [
        (24000, False, True, "240 ₽"),
        (24050, False, True, "240,50 ₽"),
        (24000, True, False, "+240,00 ₽"),
        (0, True, True, "0 ₽"),
    ],
)
def test_money_may_carry_a_sign_and_drop_zero_kopecks(
    minor: int, *, signed: bool, short: bool, expected: str
) -> None:
    assert expected == plain(formats.money("ru", minor, "RUB", signed=signed, short=short))


@given(st.integers(-(10**13), 10**13))
def test_russian_money_agrees_with_cldr(minor: int) -> None:
    expected = format_currency(Decimal(minor).scaleb(-2), "RUB", locale="ru").replace("-", "−")

    assert expected == formats.money("ru", minor, "RUB")


@given(st.integers(-(10**13), 10**13), st.sampled_from(["ru", "en"]))
def test_whole_numbers_agree_with_cldr(value: int, tag: str) -> None:
    assert format_decimal(value, locale=tag).replace("-", "−") == formats.number(tag, value)


@pytest.mark.parametrize(
    ("units", "digits", "expected"),
    [
        (0, 0, "0 бонусов"),
        (1, 0, "1 бонус"),
        (2, 0, "2 бонуса"),
        (5, 0, "5 бонусов"),
        (11, 0, "11 бонусов"),
        (21, 0, "21 бонус"),
        (112, 0, "112 бонусов"),
        (1001, 0, "1 001 бонус"),
        (-2, 0, "−2 бонуса"),
        (100, 2, "1 бонус"),
        (150, 2, "1,50 бонуса"),
        (505, 1, "50,5 бонуса"),
        (-550, 2, "−5,50 бонуса"),
    ],
)
def test_russian_points_take_the_form_of_their_number(units: int, digits: int, expected: str) -> None:
    assert expected == plain(formats.points("ru", units, digits, RU_POINTS))


@pytest.mark.parametrize(
    ("units", "digits", "expected"),
    [
        (0, 0, "0 points"),
        (1, 0, "1 point"),
        (21, 0, "21 points"),
        (100, 2, "1 point"),
        (150, 2, "1.50 points"),
    ],
)
def test_english_points_take_the_form_of_their_number(units: int, digits: int, expected: str) -> None:
    assert expected == plain(formats.points("en", units, digits, EN_POINTS))


@pytest.mark.parametrize(
    ("forms", "expected"),
    [(("бонус", "бонуса", "бонусов", "бонусика"), "1,5 бонусика"), (("мили",), "1,5 мили"), ((), "1,5 ")],
)
def test_a_fraction_takes_its_own_form_where_the_list_has_one(forms: tuple[str, ...], expected: str) -> None:
    assert expected == plain(formats.points("ru", 15, 1, forms))


@pytest.mark.parametrize(
    ("tag", "hundredths", "expected"),
    [
        ("ru", 500, "5 %"),
        ("ru", 750, "7,5 %"),
        ("ru", 1, "0,01 %"),
        ("en", 725, "7.25%"),
        ("en", 10000, "100%"),
        ("ru", 0, "0 %"),
    ],
)
def test_percents_keep_only_the_digits_they_need(tag: str, hundredths: int, expected: str) -> None:
    assert expected == plain(formats.percent(tag, hundredths))


@pytest.mark.parametrize(
    ("tag", "thousandths", "unit", "expected"),
    [
        ("ru", 3000, "", "3"),
        ("ru", 333, "кг", "0,333 кг"),
        ("en", 1500, "kg", "1.5 kg"),
        ("ru", 1_250_000, "шт.", "1 250 шт."),
    ],
)
def test_quantities_keep_only_the_digits_they_need(
    tag: str, thousandths: int, unit: str, expected: str
) -> None:
    assert expected == plain(formats.quantity(tag, thousandths, unit))
