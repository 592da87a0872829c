"""What settling works on: a holder's book and standing, and the deal to be settled."""

import msgspec

from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Lot
from kopilka.core.member.belongings import Belongings
from kopilka.core.member.standing import Standing
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision

NOTHING = Belongings()
"""For accounts of which nothing beside points matters; never written to."""


class Account(msgspec.Struct, frozen=True):
    """A member's side. `closed` are lots, by (kind, id), that points of a sale were drawn from and that are not open."""

    book: Book
    standing: Standing
    closed: dict[tuple[str, int], Lot] = {}
    belongings: Belongings = NOTHING


class Deal(msgspec.Struct, frozen=True):
    """A receipt with its Decision; `sold` says that it is a fact, whatever the balance says, `as_held` that what it
    uses of caps is drawn already.
    """

    receipt: Receipt
    decision: Decision
    sold: bool = False
    as_held: bool = False
