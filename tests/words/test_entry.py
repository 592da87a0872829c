"""Entries: what people type is read as they mean it, and nothing is guessed."""

from datetime import date

import pytest

from kopilka.values.errors import BadValueError
from kopilka.words import entry


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("2 350,50", 235050),
        ("2350.50", 235050),
        ("2\u00a0350,50 ₽", 235050),
        ("1,250.00", 125000),
        ("1.250,00", 125000),
        ("₽99", 9900),
        ("−5", -500),
        ("0,5", 50),
        (" 100 руб. ", 10000),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, minor: int) -> None:
    assert minor == entry.money_entry(text, "RUB")


@pytest.mark.parametrize(
    "text", ["", "abc", "1,2,3", "12.345", "--1", "1 000 000 000 000 000", ".", "1e5", "NaN"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadValueError) as refused:
        entry.money_entry(text, "RUB", field="sum")

    assert "sum" == refused.value.field


@pytest.mark.parametrize(
    ("text", "thousandths"), [("0,450", 450), ("3", 3000), ("0.45 кг", 450), ("2 шт", 2000)]
)
def test_a_quantity_is_read_with_its_unit(text: str, thousandths: int) -> None:
    assert thousandths == entry.quantity_entry(text)


def test_a_negative_quantity_is_refused() -> None:
    with pytest.raises(BadValueError):
        entry.quantity_entry("-1")


@pytest.mark.parametrize("text", ["2026-03-08", "8.03.2026", "08.03.2026"])
def test_a_day_is_read_in_both_writings(text: str) -> None:
    assert date(2026, 3, 8) == entry.day_entry(text)


@pytest.mark.parametrize("text", ["2026-02-30", "08/03/2026", "tomorrow"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        entry.day_entry(text)
