"""The state of one receipt between hold, close and return; and what its mirror image is worth.

`progress[i]` says how much of line i has come back, in units of `line_whole(i)`: whole quantities and whole
kopecks both divide it, so returns by quantity and by amount mix without losing a kopeck.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from kopilka.core.programme.classes import LEGAL
from kopilka.core.receipt import Line, Receipt, ranks
from kopilka.core.rules.decision import Decision
from kopilka.values.share import allocate_within, cumulative

GUARDED = frozenset(name for name, _, rule in LEGAL if not rule.discount)
HELD, CLOSED, VOIDED, RELEASED = "held", "closed", "voided", "released"


class Sale(msgspec.Struct, frozen=True, omit_defaults=True):
    """A receipt with its stored Decision. `spend_lots` are (lot, units) in the order drawn, `earned_lots` the lot
    of each Earned, `charge_lots` the (lot, units) of each Charge, `issued` the codes of coupons given; `day` is the
    programme's local day of the sale.
    """

    receipt: Receipt
    decision: Decision
    state: str
    day: date
    recorded_at: datetime
    revision: int = 1
    holder_id: str = ""
    member_id: str = ""
    lapses_at: datetime | None = None
    spend_lots: tuple[tuple[int, int], ...] = ()
    earned_lots: tuple[int, ...] = ()
    progress: tuple[int, ...] = ()
    level_won: str = ""
    variance: dict[str, int] = {}
    issued: tuple[str, ...] = ()
    charge_lots: tuple[tuple[tuple[int, int], ...], ...] = ()

    def lines(self) -> tuple[Line, ...]:
        """Goods, then delivery."""
        return tuple(self.receipt.all_lines())

    def paid_parts(self) -> list[int]:
        """Money paid for each line. What discounts given outside exceed a line by is netted over the others, so
        that lines give back in any order exactly what was paid.
        """
        return netted(self.decision.paid_parts(), self.receipt)

    def order(self) -> list[int]:
        """The rank of each line by what it is."""
        return ranks(self.lines())

    def wholes(self) -> list[int]:
        """What `progress` reaches when a line has wholly come back."""
        lines, paid = self.lines(), self.paid_parts()
        return [max(1, line.quantity) * max(1, part) for line, part in zip(lines, paid, strict=True)]

    def done(self) -> list[int]:
        """Progress of every line, zeroes at first."""
        return list(self.progress) or [0] * len(self.decision.left)


class Rest(msgspec.Struct, frozen=True):
    """What of a sale is still kept at some progress: money, points paid with, money that counts to levels; `undone`
    names the rules with a cost of which nothing is kept.
    """

    paid_minor: int
    points_minor: int
    counted_minor: int
    earned: tuple[int, ...]
    complete: bool
    undone: frozenset[str] = frozenset()


def rest_of(sale: Sale, progress: list[int]) -> Rest:
    """What the buyer keeps of a sale; differences between two progresses are what a return moves."""
    decision, wholes = sale.decision, sale.wholes()
    spent_parts = decision.spent.parts if decision.spent is not None else (0,) * len(wholes)

    def kept(parts: Sequence[int]) -> list[int]:
        return [
            part - cumulative(part, done, of) for part, done, of in zip(parts, progress, wholes, strict=True)
        ]

    paid, points = kept(sale.paid_parts()), kept(spent_parts)
    order = sale.order() if decision.earned else []
    return Rest(
        paid_minor=sum(paid),
        points_minor=sum(points),
        counted_minor=sum([row for row, yes in zip(paid, decision.counted, strict=False) if yes]),
        earned=tuple([sum(kept(decision.earned_parts(earned, order))) for earned in decision.earned]),
        complete=all(done >= of for done, of in zip(progress, wholes, strict=True)),
        undone=_undone(decision, progress, wholes) if decision.charges else frozenset(),
    )


def _undone(decision: Decision, progress: list[int], wholes: list[int]) -> frozenset[str]:
    """Rules with a cost whose lines have all come back; one that took nothing off any line rests on all of them."""
    whole = [done >= of for done, of in zip(progress, wholes, strict=True)]
    found = set()
    for charge in decision.charges:
        rows = [row.parts for row in decision.taken if row.rule == charge.rule]
        concerned = (
            [any(parts[i] for parts in rows) for i in range(len(whole))] if rows else [True] * len(whole)
        )
        if all(back for back, mine in zip(whole, concerned, strict=True) if mine):
            found.add(charge.rule)
    return frozenset(found)


def netted(parts: list[int], receipt: Receipt) -> list[int]:
    """Parts of a receipt none of which is below zero; they sum to the same, or to zero. What exceeds a line is taken
    from goods without a legal class or least price first.
    """
    if min(parts, default=0) >= 0:
        return parts
    lines = tuple(receipt.all_lines())
    room = [max(0, part) for part in parts]
    free = [
        0 if _guarded(line) else max(0, most - line.floor_minor)
        for line, most in zip(lines, room, strict=True)
    ]
    over, order = min(sum(room), sum(room) - sum(parts)), ranks(lines)
    if free == room:
        return allocate_within(sum(room) - over, room, room, order)
    taken = allocate_within(min(over, sum(free)), free, free, order)
    rest = [most - part for most, part in zip(room, taken, strict=True)]
    return allocate_within(sum(room) - over, rest, rest, order)


def _guarded(line: Line) -> bool:
    return bool(line.alcohol) or line.product_class in GUARDED or "discount" in line.barred


def counted_minor(receipt: Receipt, decision: Decision) -> int:
    """Money of a purchase that counts towards levels: goods that count, without the part paid with points."""
    paid = netted(decision.paid_parts(), receipt)
    return sum([row for row, yes in zip(paid, decision.counted, strict=False) if yes])
