"""Integer division that names its rounding. No floats, no `/`, no `round()`."""

from enum import Enum
from typing import assert_never


class Rounding(Enum):
    """What happens to the part that does not divide."""

    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide two non-negative integers; `denominator` is above zero."""
    if rounding is Rounding.DOWN:
        return numerator // denominator
    whole, rest = divmod(numerator, denominator)
    match rounding:
        case Rounding.HALF_UP:
            return whole + (2 * rest >= denominator)
        case Rounding.UP:
            return whole + (rest > 0)
        case Rounding.HALF_EVEN:
            twice = 2 * rest
            return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))
        case _:
            assert_never(rounding)


PERCENT_WHOLE = 10_000
"""100 % in hundredths of a percent, the unit of every percent in the house."""


def percent_of(amount: int, hundredths: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Take `hundredths` of a percent of an amount that is not negative."""
    return divide(amount * hundredths, PERCENT_WHOLE, rounding)
