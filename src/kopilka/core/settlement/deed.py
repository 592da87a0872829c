"""What moves points and is no purchase: an action or a birthday rewarded, a gift for points, money paid out; and how it
is undone. What a deed did is kept with its key, so that nothing is evaluated again.
"""

from collections.abc import Mapping, Sequence

import msgspec

from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Days, Lot
from kopilka.core.ledger.posting import RETURNED, Cause
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import Programme
from kopilka.core.rules.decision import CapUse, Earned
from kopilka.core.settlement.purchase import issue
from kopilka.values.period import day_end, local_day
from kopilka.values.points import Points


class Deed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done: `what` names the action, rule or gift. `earned` with the lot of each is what it gave, `units` of
    `kind` from `lots` what it took; `caps` is what it used of limits, `pieces` how many gifts went out. `taken` is what taking it back really took.
    """

    programme: str
    version: int
    what: str
    earned: tuple[Earned, ...] = ()
    earned_lots: tuple[int, ...] = ()
    caps: tuple[CapUse, ...] = ()
    kind: str = ""
    units: int = 0
    lots: tuple[tuple[int, int], ...] = ()
    pieces: int = 0
    taken: dict[str, int] = {}

    def moved(self) -> dict[str, int]:
        """Units by kind: above zero they came, below zero they went."""
        found = {self.kind: -self.units} if self.units else {}
        for row in self.earned:
            found[row.kind] = found.get(row.kind, 0) + row.units
        return found


def reward(programme: Programme, deed: Deed, book: Book, standing: Standing, cause: Cause) -> Deed:
    """Give what a deed earns, each into a lot of its own, and count it against the member's limits. Who earns in a
    programme stands in it.
    """
    lots = tuple([issue(programme, book, earned, cause) for earned in deed.earned])
    use_caps(standing, deed.caps, 1)
    standing.dirty = True
    return msgspec.structs.replace(deed, earned_lots=lots)


def take_back(
    programme: Programme, deed: Deed, book: Book, standing: Standing, cause: Cause
) -> dict[str, int]:
    """Take what a deed gave, from its own lots first, as far as the programme's policy for returns goes; units really
    taken by kind.
    """
    taken: dict[str, int] = {}
    for earned, lot in zip(deed.earned, deed.earned_lots, strict=True):
        account, points = f"{RETURNED}:{earned.rule}", Points(earned.units, earned.kind)
        units = book.take_back(points, cause, account, (lot,), programme.returns.deficit)
        taken[earned.kind] = taken.get(earned.kind, 0) + units
    use_caps(standing, deed.caps, -1)
    return taken


def put_back(programme: Programme, deed: Deed, book: Book, closed: Mapping[int, Lot], cause: Cause) -> None:
    """Give back what a deed took, into the lots that it came from; those that expired meanwhile expire again at once, or
    get the programme's days of grace in a lot of their own. `closed` are those of the lots that are not open any more.
    """
    wallet = book.wallet(deed.kind)
    parts = [(wallet.find(id_) or closed[id_], units) for id_, units in reversed(deed.lots)]
    at, account, grace = cause.recorded_at, f"{RETURNED}:{deed.what}", programme.returns.grace
    if grace.days or grace.months:
        late = [row for row in parts if row[0].expires_at is not None and row[0].expires_at <= at]
        parts = [row for row in parts if row not in late]
        last = day_end(grace.after(local_day(at, programme.zone)), programme.zone)
        for _, units in late:
            book.credit(Points(units, deed.kind), cause, account, Days(at, last))
    book.give_back(deed.kind, parts, cause, account)
    book.bring_to(at, cause, late=True)


def use_caps(standing: Standing, caps: Sequence[CapUse], sign: int) -> None:
    """Count what is used of the member's limits, or take it back."""
    for use in caps:
        if use.period:
            standing.use(use.rule, use.period, use.amount(), sign)
