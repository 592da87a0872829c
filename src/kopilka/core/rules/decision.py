"""What was decided about one receipt: everything that a return, an explanation or an audit will ever need.

Every `parts` runs along the receipt's lines (goods, then delivery). Stored as it is and never changed.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from kopilka.core.member.member import Used
from kopilka.core.rules.reason import Reason
from kopilka.values.share import allocate


class Taken(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Money that a rule takes off; `wanted` is what it would have taken without the caps of the rule, where they bit."""

    rule: str
    lane: str
    minor: int
    parts: tuple[int, ...]
    wanted: int = 0


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
    """Points that a rule gives. `basis_minor` is what it counted, `active_on` and `last_on` are local days.

    `parts` are the points of each line where a rule rounds by line; else the points belong to the lines of
    `scope` (empty means all goods) in proportion to what was paid for them: see `Decision.earned_parts`. `wanted` is
    what the rule would have given without its caps, where they bit.
    """

    rule: str
    kind: str
    units: int
    basis_minor: int
    active_on: date
    last_on: date | None = None
    parts: tuple[int, ...] = ()
    scope: tuple[int, ...] = ()
    wanted: int = 0


class Gift(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Goods that a rule adds at no price: a line of the slip at 0.00. `quantity` is in thousandths."""

    rule: str
    sku: str
    quantity: int = 1000


class Issue(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A coupon of a series that a rule gives to the member, with its first and last day. Its code is made on booking."""

    rule: str
    series: str
    active_on: date
    last_on: date | None = None


class Privilege(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A perk that a rule gives: until `last_on` where it is `kept`, else only while the rule's conditions are met."""

    rule: str
    perk: str
    last_on: date | None = None
    kept: bool = False


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Words of a rule to the cashier, the slip or the customer; the words stand in the programme version, under the
    number of the effect in its rule.
    """

    rule: str
    to: str
    number: int = 0


class Charge(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Points that applying a rule costs the member."""

    rule: str
    kind: str
    units: int


class Code(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A code that was shown or a coupon that applied by itself: `used` where a rule gave something for it, else with the
    reason why not.
    """

    code: str
    series: str = ""
    used: bool = False
    reason: Reason | None = None
    public: bool = False


class Skipped(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A rule that did not apply, and why; `alone` says that nothing else stands in its way."""

    rule: str
    reason: Reason
    alone: bool = False


class CapUse(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a capped rule used: of a member's period (`period` is set) or of a budget."""

    rule: str
    period: str = ""
    uses: int = 1
    money_minor: int = 0
    points_units: int = 0

    def amount(self) -> Used:
        """The use without its rule and period."""
        return Used(self.uses, self.money_minor, self.points_units)


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome. `left` is each line's price after discounts, before points; `counted` says of each goods
    line whether it counts towards levels. `due_minor` is to pay before points, `paid_minor` what remains to be paid with money.
    """

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
    gifts: tuple[Gift, ...] = ()
    issues: tuple[Issue, ...] = ()
    perks: tuple[Privilege, ...] = ()
    messages: tuple[Message, ...] = ()
    charges: tuple[Charge, ...] = ()
    codes: tuple[Code, ...] = ()

    def points_minor(self) -> int:
        """Money paid with points."""
        return 0 if self.spent is None else self.spent.minor

    def paid_parts(self) -> list[int]:
        """Money paid for each line (below zero where discounts given outside exceed it)."""
        if self.spent is None:
            return list(self.left)
        return [left - part for left, part in zip(self.left, self.spent.parts, strict=True)]

    def earned_parts(self, earned: Earned, order: Sequence[int]) -> list[int]:
        """The points of each line; `order` ranks lines by what they are. Without any price, the first line of the
        scope by that order bears them.
        """
        return points_by_line(earned, self.left, self.paid_parts(), len(self.counted), order)


def points_by_line(
    earned: Earned, left: Sequence[int], paid: Sequence[int], goods: int, order: Sequence[int]
) -> list[int]:
    """The points of each line; `left` is what the lines cost, `paid` what of it was paid with money, `goods` how many
    of them are goods.
    """
    if earned.parts:
        return list(earned.parts)
    scope = earned.scope or tuple(range(goods))
    weights = [max(0, paid[i]) for i in scope]
    if not any(weights):
        weights = [max(0, left[i]) for i in scope]
    parts = [0] * len(left)
    for i, part in zip(scope, allocate(earned.units, weights, [order[i] for i in scope]), strict=True):
        parts[i] = part
    return parts
