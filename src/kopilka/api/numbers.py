"""Numbers on the wire: decimal texts ("2350.00") in and out; JSON numbers only where they are whole.

A float cannot say 0.10, so it is refused by its type; more digits than a currency has are refused, never rounded.
"""

from typing import Annotated

from msgspec import Meta

from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text
from kopilka.words.catalogue import N_

WHOLE_MAX = 99_999_999_999
QUANTITY_WHOLE_MAX = 1_000_000
_SCALES = (1, 10, 100, 1_000, 10_000)

AMOUNT = N_('an amount in major units, not below zero, such as "2350.00"')
SIGNED = N_('a number of points, below zero to take them, such as "-50"')
POINTS = N_('a number of points, not below zero, such as "150"')
QUANTITY = N_('a quantity from 0 to 1000000 with at most three decimals, such as "0.450"')


def _decimal(pattern: str, expected: str, description: str) -> Meta:
    return Meta(pattern=pattern, extra={"expected": expected}, description=description)


Amount = Annotated[
    Annotated[str, Meta(pattern=r"^[0-9]{1,11}(\.[0-9]{1,3})?$")] | Annotated[int, Meta(ge=0, le=WHOLE_MAX)],
    Meta(
        extra={"expected": AMOUNT},
        description='Money in major units as a decimal text ("2350.00") or a whole JSON number. Floats are refused.',
    ),
]
Points = Annotated[
    Annotated[str, Meta(pattern=r"^[0-9]{1,11}(\.[0-9]{1,2})?$")] | Annotated[int, Meta(ge=0, le=WHOLE_MAX)],
    Meta(extra={"expected": POINTS}, description="Points as a decimal text or a whole JSON number."),
]
SignedPoints = Annotated[
    Annotated[str, Meta(pattern=r"^-?[0-9]{1,11}(\.[0-9]{1,2})?$")]
    | Annotated[int, Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)],
    Meta(extra={"expected": SIGNED}, description="Points to add, or (below zero) to take."),
]
Quantity = Annotated[
    Annotated[str, Meta(pattern=r"^[0-9]{1,7}(\.[0-9]{1,3})?$")]
    | Annotated[int, Meta(ge=0, le=QUANTITY_WHOLE_MAX)],
    Meta(extra={"expected": QUANTITY}, description="Pieces or units of measure, up to three decimals."),
]
DecimalOut = Annotated[str, Meta(description="A decimal number as text.", examples=["2350.00"])]


def units_of(value: str | int, digits: int, field: str) -> int:
    """A decimal that has passed its pattern, as an integer of `digits` decimals; more decimals are refused."""
    if isinstance(value, int):
        return value * _SCALES[digits]
    whole, _, fraction = value.partition(".")
    if not fraction:
        return int(whole) * _SCALES[digits]
    if len(fraction) > digits:
        if fraction[digits:].strip("0"):
            raise BadValueError(field, f"at most {digits} digits after the point", value)
        fraction = fraction[:digits]
    return int(whole + fraction.ljust(digits, "0"))


def text_of(units: int, digits: int) -> str:
    """An integer of `digits` decimals as text: the one way numbers leave."""
    return decimal_text(units, digits)
