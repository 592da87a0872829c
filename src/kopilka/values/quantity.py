"""Quantity: integer thousandths (3 pieces are 3000; 0.333 kg is 333)."""

from decimal import Decimal

from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, scaled

DIGITS = 3
ONE = 10**DIGITS
QUANTITY_MAX = 10**9
"""A million pieces on one line is the most that a receipt may say."""


def thousandths(value: str | int | Decimal, *, field: str = "quantity") -> int:
    """Read a quantity of at most three decimals; it must not be negative."""
    units = scaled(value, DIGITS, field=field)
    if not 0 <= units <= QUANTITY_MAX:
        raise BadValueError(field, "a quantity from 0 to 1000000", value)
    return units


def quantity_text(units: int) -> str:
    """Write a quantity without needless zeroes: 3000 gives "3", 333 gives "0.333"."""
    text = decimal_text(units, DIGITS)
    return text.rstrip("0").rstrip(".") if "." in text else text
