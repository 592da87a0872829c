"""What settling works on: a holder's book and standing, and the deal to be settled."""

import msgspec

from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Lot
from kopilka.core.member.standing import Standing
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision


class Account(msgspec.Struct, frozen=True):
    """A member's side. `closed` are lots, by id, that points of a sale were drawn from and that are not open."""

    book: Book
    standing: Standing
    closed: dict[int, Lot] = {}


class Deal(msgspec.Struct, frozen=True):
    """A receipt with its Decision; `sold` says that it is a fact, whatever the balance says."""

    receipt: Receipt
    decision: Decision
    sold: bool = False
