"""The snapshot of a member that rules read. Everything a condition may ask for is a field here."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from kopilka.core.receipt import Line


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


class Past(msgspec.Struct, frozen=True, gc=False):
    """A kept purchase of the past: its day, the lines of which something was kept, and gifts that came along (skus)."""

    day: date
    lines: tuple[Line, ...]
    gifts: tuple[str, ...] = ()


class Perk(msgspec.Struct, frozen=True, gc=False):
    """A privilege that a member holds, with its last day (None: for ever)."""

    perk: str
    since: date
    last_on: date | None = None
    source: str = ""


class Member(msgspec.Struct, frozen=True):
    """One member at one moment; `used` is keyed by (rule id, period key). `days` maps a local day to [spend minor,
    receipts, points] kept on it, `past` holds earlier purchases — both as far back as the programme's rules ask and
    empty where none asks. `spend_minor` and `receipts` count everything kept so far; `joined_on` is the local day of
    enrolment, `born_on` the birthday; `attributes` are further facts by name.
    """

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
    spend_minor: int = 0
    days: Mapping[date, list[int]] = {}
    past: tuple[Past, ...] = ()
    perks: tuple[Perk, ...] = ()
    born_on: date | None = None
    joined_on: date | None = None
    attributes: Mapping[str, str] = {}
