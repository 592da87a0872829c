"""The snapshot of a member that rules read. Everything a condition may ask for is a field here."""

from collections.abc import Mapping
from datetime import datetime

import msgspec


class Used(msgspec.Struct, frozen=True, gc=False):
    """How much of a cap is used: times, minor units of money, smallest units of points."""

    uses: int = 0
    money_minor: int = 0
    points_units: int = 0

    def plus(self, other: "Used", sign: int = 1) -> "Used":
        """The sum (or, with sign −1, the difference) of two uses."""
        return Used(
            self.uses + sign * other.uses,
            self.money_minor + sign * other.money_minor,
            self.points_units + sign * other.points_units,
        )


NOT_USED = Used()


class Member(msgspec.Struct, frozen=True):
    """One member at one moment; `used` is keyed by (rule id, period key)."""

    holder_id: str
    member_id: str
    level: str = ""
    level_rank: int = -1
    receipts: int = 0
    card_types: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    enrolled_at: datetime | None = None
    used: Mapping[tuple[str, str], Used] = {}
    spend_max_units: int | None = None
