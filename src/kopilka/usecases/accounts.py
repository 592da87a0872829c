"""Memberships as other systems list them: many at once, by what they are and what they have, and what moved in all of
them in the order of time. Reads only.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.ports import LedgerStore, Wanted
from kopilka.usecases.show import Holder, level_view
from kopilka.usecases.views import StandingView, StatementLine, WalletView, wallets_at


class AccountSearch(msgspec.Struct, frozen=True):
    """Which members, newest first: empty texts, Nones and no programmes ask for all. `after` is the id of the last one
    seen; `identifiers` begins the `external` identifiers that are to be told.
    """

    status: str = ""
    enrolled_from: datetime | None = None
    enrolled_until: datetime | None = None
    programmes: tuple[str, ...] = ()
    identifiers: str = ""
    after: str = ""
    skip: int = 0
    limit: int = 500


class AccountRow(msgspec.Struct, frozen=True):
    """A member in such a list; never one that was erased."""

    member_id: str
    bucket: int
    holder_id: str
    status: str
    enrolled_at: datetime
    shop: str
    externals: tuple[str, ...] = ()

    @property
    def holder(self) -> Holder:
        """Whose wallets these are."""
        return self.bucket, self.holder_id


class Means(msgspec.Struct, frozen=True):
    """What a holder has and has reached."""

    wallets: tuple[WalletView, ...] = ()
    standings: tuple[StandingView, ...] = ()


class Movement(msgspec.Struct, frozen=True):
    """One posting of somebody's wallet, with a member of the holder."""

    bucket: int
    holder_id: str
    member_id: str
    line: StatementLine

    @property
    def place(self) -> "Place":
        """Where it stands among all."""
        return self.line.recorded_at, self.bucket, self.holder_id, self.line.kind, self.line.version


Place = tuple[datetime, int, str, str, int]


class AccountStore(Protocol):
    """Where this is read."""

    def accounts(self, search: AccountSearch) -> list[AccountRow]:
        """A page of members."""
        ...

    def count_accounts(self, search: AccountSearch) -> int:
        """How many there are on all pages."""
        ...

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        """Postings of all wallets of some kinds, oldest first, behind a place. What is recorded while a batch is still
        being committed waits for it, so that a reader who goes on from the last place misses nothing.
        """
        ...


class Accounts:
    """The questions. `clock` comes from outside."""

    def __init__(
        self, store: AccountStore, ledger: LedgerStore, catalogue: Catalogue, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalogue = catalogue
        self._clock = clock

    def page(self, search: AccountSearch) -> list[AccountRow]:
        """A page of members."""
        return self._store.accounts(search)

    def count(self, search: AccountSearch) -> int:
        """How many there are on all pages."""
        return self._store.count_accounts(search)

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        """Postings of all wallets, oldest first."""
        return self._store.movements(kinds, after, limit)

    def means(self, holders: Iterable[Holder]) -> dict[str, Means]:
        """What holders have now, by holder id."""
        now, known = self._clock(), self._catalogue
        wanted = sorted(set(holders))
        with self._ledger.batch() as batch:
            holdings = batch.load(Wanted(wanted, since=known.since(now), caps=False), lock=False).holdings
        found = {}
        for id_, holding in holdings.items():
            rows = []
            for programme, standing in sorted(holding.standings.items()):
                rules = known.ruleset(programme, now)
                standing.reigns = known.reigns(programme)
                level = None if rules is None else level_view(rules.programme, standing, now)
                rows.append(
                    StandingView(
                        programme, standing.enrolled_at, standing.spend_minor, standing.receipts, standing.points, level
                    )
                )  # fmt: skip
            found[id_] = Means(wallets_at(holding.book, now), tuple(rows))
        return found
