"""What was decided about one receipt: everything that a return, an explanation or an audit will ever need.

Every `parts` runs along the receipt's lines (goods, then delivery). Stored as it is and never changed."""

from datetime import date, datetime

import msgspec

from kopilka.core.rules.reason import Reason


class Taken(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Money that a rule takes off."""

    rule: str
    lane: str
    minor: int
    parts: tuple[int, ...]
    reason: Reason | None = None


class Spent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Points that pay: units of a kind and their money, shared over the lines."""

    kind: str
    units: int
    minor: int
    parts: tuple[int, ...]


class SpendRoom(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The most that points may pay on this receipt, and what limits it."""

    kind: str = ""
    units: int = 0
    minor: int = 0
    reason: Reason | None = None


class Earned(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Points that a rule gives. `basis_minor` is what it counted, `active_on` and `last_on` are local days."""

    rule: str
    kind: str
    units: int
    parts: tuple[int, ...]
    basis_minor: int
    active_on: date
    last_on: date | None = None
    reason: Reason | None = None


class Skipped(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A rule that did not apply, and why."""

    rule: str
    reason: Reason


class CapUse(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a capped rule used: of a member's period (`period` is set) or of a budget."""

    rule: str
    period: str = ""
    uses: int = 1
    money_minor: int = 0
    points_units: int = 0


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome. `left` is each line's price after discounts, before points; `counted` says which lines count
    towards levels. `due_minor` is to pay before points, `paid_minor` what remains to be paid with money."""

    programme: str
    version: int
    currency: str
    at: datetime
    goods_minor: int
    due_minor: int
    paid_minor: int
    left: tuple[int, ...]
    given_minor: int = 0
    discount_minor: int = 0
    delivery_minor: int = 0
    counted: tuple[int, ...] = ()
    level: str = ""
    taken: tuple[Taken, ...] = ()
    room: SpendRoom = SpendRoom()
    spent: Spent | None = None
    earned: tuple[Earned, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    caps: tuple[CapUse, ...] = ()

    def points_minor(self) -> int:
        """Money paid with points."""
        return 0 if self.spent is None else self.spent.minor
