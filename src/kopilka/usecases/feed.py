"""What has happened since somebody last asked, in the order in which it was committed: for systems that come and fetch.

Nothing is skipped: what a transaction under way may still add is told only when that has ended. Beside that, what
happened lately, newest first: for systems that show it.
"""

from datetime import datetime
from enum import IntEnum
from typing import Protocol

import msgspec


class Place(msgspec.Struct, frozen=True, order=True):
    """Up to where somebody has been told."""

    txid: int = 0
    place: int = 0


class ReceiptChange(msgspec.Struct, frozen=True):
    """A receipt was closed, returned or voided."""

    at: Place
    name: str
    receipt_id: str
    recorded_at: datetime
    shop: str


class MemberChange(msgspec.Struct, frozen=True):
    """Something happened to a member; `at` is the last of it."""

    at: Place
    member_id: str


class Window(msgspec.Struct, frozen=True):
    """What is asked for: after a place, before a bound (`Feed.bound`), recorded since a moment; of one shop, or of all.
    `floor` is a place up to which everything has been told whatever its transaction: a database restored on another
    server counts transactions anew.
    """

    after: Place
    bound: int
    since: datetime
    shop: str = ""
    limit: int = 500
    floor: int = 0


def window_after(told: Place, bound: int, since: datetime, shop: str = "", limit: int = 500) -> Window:
    """What comes after a place, also where the database has been restored on another server since."""
    if told.txid < bound:
        return Window(told, bound, since, shop, limit)
    return Window(Place(), bound, since, shop, limit, floor=told.place)


class Sort(IntEnum):
    """What an operation is."""

    SALE = 0
    RETURN = 1
    BY_HAND = 2


class Spot(msgspec.Struct, frozen=True, array_like=True):
    """Where an operation stands among all: `id` is its receipt, or the holder of points by hand; `number` that of a return
    of the receipt, or of the posting.
    """

    at: datetime
    sort: Sort
    id: str
    number: int = 0


class Operation(msgspec.Struct, frozen=True):
    """A purchase, a return, or points by hand: those have a transaction, units, the holder's member and the shop of the
    connection that moved them.
    """

    spot: Spot
    txn: str = ""
    units: int = 0
    member_id: str = ""
    shop: str = ""


class Recent(msgspec.Struct, frozen=True):
    """Which operations, newest first: of some shops (of all, where none is named), points by hand of one kind. What is of
    no shop is everybody's.
    """

    shops: tuple[str, ...] = ()
    kind: str = ""
    before: Spot | None = None
    skip: int = 0
    limit: int = 50


class Feed(Protocol):
    """Reads what happened."""

    def bound(self) -> int:
        """Everything before this is complete."""
        ...

    def receipts(self, window: Window) -> list[ReceiptChange]:
        """What happened to receipts, in order."""
        ...

    def members(self, window: Window) -> list[MemberChange]:
        """Members to whom something happened, in the order of the last of it."""
        ...

    def operations(self, recent: Recent) -> list[Operation]:
        """What happened lately, newest first."""
        ...
