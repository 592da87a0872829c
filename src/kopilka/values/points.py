"""Points: integers in the smallest unit of their kind. Never added to money; the rate between the two
belongs to the kind (see `core/programme`).
"""

import msgspec

from kopilka.values.errors import BadValueError
from kopilka.values.rounding import Rounding, divide


class Points(msgspec.Struct, frozen=True, gc=False):
    """An amount of one points kind, in its smallest unit."""

    units: int
    kind: str

    def __add__(self, other: "Points") -> "Points":
        if self.kind != other.kind:
            raise BadValueError("points", self.kind, other.kind)
        return Points(self.units + other.units, self.kind)


class Worth(msgspec.Struct, frozen=True, gc=False):
    """The exchange rate of a kind: one whole point is worth `minor` minor units of money.

    `scale` is the number of smallest units in one whole point (1, 10 or 100).
    """

    minor: int
    scale: int

    def units_for(self, amount_minor: int, rounding: Rounding) -> int:
        """Smallest points units worth the amount; `rounding` for what does not divide."""
        return divide(amount_minor * self.scale, self.minor, rounding)

    def minor_for(self, units: int) -> int:
        """Money that the units pay for, rounded down."""
        return units * self.minor // self.scale
