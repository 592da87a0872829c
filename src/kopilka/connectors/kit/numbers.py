"""Money, points and quantities as other systems write them: JSON numbers and decimal texts.

Reading refuses what would lose a kopeck, unless told to round; whole numbers are written without a fraction.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from kopilka.values.errors import BadValueError
from kopilka.values.money import scaled


def number(units: int, digits: int) -> int | Decimal:
    """Units with `digits` places as a number to be written: 1250 with 2 gives 12.5, 1200 gives 12."""
    whole, rest = divmod(units, 10**digits)
    return whole if rest == 0 else Decimal(units).scaleb(-digits).normalize()


def fixed(units: int, digits: int) -> Decimal:
    """The same with all its places: 1200 with 2 gives 12.00."""
    return Decimal(units).scaleb(-digits)


def units(value: Any, digits: int, *, field: str, rounding: bool = False) -> int:
    """Read a number or a decimal text as units with `digits` places. With `rounding`, more places round half up;
    without, they are a BadValueError, as is everything that is no number.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        raise BadValueError(field, "a number", value)
    text = str(value).strip() if not isinstance(value, Decimal) else value
    if rounding:
        try:
            text = Decimal(text).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        except InvalidOperation as error:
            raise BadValueError(field, "a decimal number", value) from error
    return scaled(text, digits, field=field)
