"""What an audit finds, and what it needs from the store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.ledger.posting import Draw, Posting
from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Used
from kopilka.usecases.ports import StoredSale

PLACES_MAX = 20
"""How many places a finding names; it counts them all."""


class Finding(msgspec.Struct, frozen=True):
    """One sentence of the audit: how many places it is untrue of, and the first of them."""

    code: str
    sentence: str
    broken: int = 0
    places: tuple[str, ...] = ()

    @property
    def true(self) -> bool:
        """Whether the sentence holds everywhere."""
        return self.broken == 0


class Root(msgspec.Struct, frozen=True):
    """One hash over the heads of all wallets at the end of a day (UTC)."""

    day: date
    wallets: int
    root: bytes


class Chain(msgspec.Struct, frozen=True):
    """One posting with its draws, as read back."""

    holder_id: str
    posting: Posting
    draws: Sequence[Draw]


class AuditStore(Protocol):
    """Everything is read from one moment of the database."""

    def places(self, question: str) -> list[str]:
        """Where the sentence of a named question is untrue."""
        ...

    def chains(self) -> Iterator[Chain]:
        """All postings, wallet by wallet in the order of their versions."""
        ...

    def kept_sales(self) -> Iterator[StoredSale]:
        """All closed receipts of members."""
        ...

    def coupon_sales(self) -> Iterator[StoredSale]:
        """Closed and held receipts to which codes were shown or coupons applied."""
        ...

    def taken_coupons(self) -> Iterator[Coupon]:
        """All used and held coupons."""
        ...

    def activity(self) -> dict[tuple[str, str, date], tuple[int, int]]:
        """Spend and receipts by holder, programme and day."""
        ...

    def budget_uses(self) -> dict[tuple[str, str], Used]:
        """What budgets have used by programme and rule."""
        ...

    def heads(self, before: datetime) -> Iterator[tuple[int, str, str, int, bytes]]:
        """(bucket, holder, kind, version, hash) of every wallet as it stood at an instant, in key order."""
        ...

    def roots(self) -> list[Root]:
        """The daily roots in the database, oldest first."""
        ...


class Books(Protocol):
    """Where audits are opened, and what they may write."""

    def open(self) -> AbstractContextManager[AuditStore]:
        """A view of one moment."""
        ...

    def add_root(self, root: Root, at: datetime) -> None:
        """Keep a daily root in the database."""
        ...

    def rebuild(self) -> int:
        """Make wallets, lots and holds again from postings and draws; returns how many rows were not right."""
        ...


class Shelf(Protocol):
    """Daily roots kept outside the database."""

    def roots(self) -> list[Root]:
        """All of them, oldest first."""
        ...

    def add(self, root: Root) -> None:
        """Keep one more."""
        ...


class Facts(msgspec.Struct, frozen=True):
    """What the audit knows besides the database: the widest limits that budgets ever had, and the roots kept
    outside (none where nobody keeps them).
    """

    limits: Mapping[tuple[str, str], Used] = {}
    roots: Sequence[Root] = ()


def found(code: str, sentence: str | None, places: Iterable[str]) -> Finding:
    """A finding that counts all places and names the first; the sentence is the first line of a module's docstring."""
    first: list[str] = []
    broken = 0
    for place in places:
        broken += 1
        if broken <= PLACES_MAX:
            first.append(place)
    return Finding(code, (sentence or "").strip().split("\n\n")[0], broken, tuple(first))
