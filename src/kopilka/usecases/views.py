"""Read models: what screens and doors show. Frozen shapes, the port that reads them, and the moments in between.

Units are smallest units of their kind and minor units of money; doors write them as decimals. Nothing is changed here.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from kopilka.core.ledger.book import Book, balance_at
from kopilka.core.ledger.lot import HELD, Hold, Lot
from kopilka.core.ledger.posting import WALLET, Draw, Posting
from kopilka.core.member.outlook import Outlook
from kopilka.usecases.commands import Ref
from kopilka.usecases.ports import StoredSale
from kopilka.usecases.preview_ladder import PreviewStore
from kopilka.values.period import local_day

PAGE_MAX = 200
"""The most rows of one page."""


class PersonFacts(msgspec.Struct, frozen=True):
    """Who a member is. Never leaves towards a partner without a consent."""

    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    language: str = "ru"
    zone: str = ""
    attributes: Mapping[str, str] = {}


class IdentifierFacts(msgspec.Struct, frozen=True):
    """What finds a member; `kind` is card, phone, email, qr or external."""

    kind: str
    value: str
    card_type: str
    status: str
    created_at: datetime


class ConsentFacts(msgspec.Struct, frozen=True):
    """The last word on one purpose and channel."""

    purpose: str
    channel: str
    given: bool
    source: str
    recorded_at: datetime


class MemberView(msgspec.Struct, frozen=True):
    """A member as staff see them; `found_by` is the status of the identifier that was asked for."""

    member_id: str
    holder_id: str
    bucket: int
    status: str
    enrolled_at: datetime
    shop: str
    tags: tuple[str, ...]
    card_types: tuple[str, ...]
    spend_max_units: int | None
    person: PersonFacts
    identifiers: tuple[IdentifierFacts, ...] = ()
    consents: tuple[ConsentFacts, ...] = ()
    found_by: str = "active"

    def cards(self) -> tuple[IdentifierFacts, ...]:
        """The cards among the identifiers."""
        return tuple(row for row in self.identifiers if row.kind == "card")


class MemberRow(msgspec.Struct, frozen=True):
    """A member in a list; newest first, the cursor is the last member's id."""

    member_id: str
    holder_id: str
    name: str
    phone: str
    email: str
    card: str
    status: str
    enrolled_at: datetime


class LotView(msgspec.Struct, frozen=True):
    """A lot at a moment: what is left of it, how much is reserved, and its days."""

    lot: int
    amount: int
    rest: int
    held: int
    active_from: datetime
    expires_at: datetime | None
    earned_at: datetime
    receipt: str
    source: str
    state: str


class WalletView(msgspec.Struct, frozen=True):
    """A wallet at a moment; `total` = active + pending − deficit, `free` can be spent."""

    kind: str
    total: int
    active: int
    pending: int
    held: int
    deficit: int
    free: int
    lots: tuple[LotView, ...] = ()


class Burn(msgspec.Struct, frozen=True):
    """Units that can be spent through a day (of the programme's zone) and not after it."""

    kind: str
    last_on: date
    units: int


class StatementLine(msgspec.Struct, frozen=True):
    """One posting as its owner sees it: `units` above zero came, below zero went. `version` 0: due, not written yet."""

    kind: str
    version: int
    txn: str
    verb: str
    account: str
    units: int
    before: int
    after: int
    effective_at: datetime
    recorded_at: datetime
    receipt: str = ""
    note: str = ""
    actor: str = ""
    active_from: datetime | None = None
    expires_at: datetime | None = None


class ReceiptRow(msgspec.Struct, frozen=True):
    """A receipt in a list."""

    receipt_id: str
    member_id: str
    state: str
    shop: str
    sold_at: datetime
    recorded_at: datetime
    currency: str
    goods_minor: int
    paid_minor: int
    discount_minor: int
    spent_units: int
    earned: dict[str, int]
    returned: bool
    name: str = ""
    spent_kind: str = ""


class ReturnFacts(msgspec.Struct, frozen=True):
    """A return of goods of a receipt; points by kind. `before` and `after` are the sale's progress, where known;
    `lines` the money of each line that came back, `level` the one that held after it.
    """

    return_id: str
    number: int
    refund_minor: int
    returned_at: datetime
    recorded_at: datetime
    points_back: dict[str, int]
    points_taken: dict[str, int]
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    points_missed: dict[str, int] = {}
    level: str = ""


class ReceiptView(msgspec.Struct, frozen=True):
    """One receipt with its Decision and what came back."""

    stored: StoredSale
    returns: tuple[ReturnFacts, ...]


class Flow(msgspec.Struct, frozen=True):
    """What moved in one points kind since the overview's start, and what is out now."""

    kind: str
    issued: int
    spent: int
    expired: int
    outstanding: int
    wallets: int


class Overview(msgspec.Struct, frozen=True):
    """The shop at a glance: counts since a moment and altogether."""

    since: datetime
    members: int
    members_new: int
    receipts: int
    receipts_since: int
    paid_minor: dict[str, int]
    flows: tuple[Flow, ...]
    last: tuple[ReceiptRow, ...]


class LevelView(msgspec.Struct, frozen=True):
    """Where a holder stands on a ladder. `by` is the ladder's criterion: spend and ltv count minor units of money, points
    smallest units of `kind`, tenure months.
    """

    programme: str
    by: str
    since: datetime | None
    outlook: Outlook
    kind: str = ""


class StandingView(msgspec.Struct, frozen=True):
    """What a holder has done in a programme: totals of what was finally kept."""

    programme: str
    enrolled_at: datetime
    spend_minor: int
    receipts: int
    points: int
    level: LevelView | None = None


class Past(msgspec.Struct, frozen=True):
    """What a wallet's history says up to a moment."""

    postings: tuple[Posting, ...]
    draws: tuple[Draw, ...]
    holds: tuple[Hold, ...]


class Gaps(msgspec.Struct, frozen=True):
    """How often members come back: of so many times, half came back within `median_days`."""

    count: int = 0
    median_days: int = 0


class ViewStore(PreviewStore, Protocol):
    """Reads for screens."""

    def member(self, ref: Ref) -> MemberView | None:
        """The member that a reference finds, whatever its status."""
        ...

    def search(self, text: str, *, after: str, limit: int) -> list[MemberRow]:
        """Members with `text` in name, phone, card or e-mail, newest first, older than the id `after`."""
        ...

    def past(self, bucket: int, holder_id: str, until: datetime) -> Past:
        """Postings and draws recorded up to a moment, and the holds that stood at it."""
        ...

    def statement(
        self, bucket: int, holder_id: str, *, kind: str, after: tuple[datetime, str, int] | None, limit: int
    ) -> list[StatementLine]:
        """Postings newest first (of one kind, or of all where it is empty), older than `after`."""
        ...

    def receipts(
        self, holder: tuple[int, str] | None, *, shop: str, after: tuple[datetime, str] | None, limit: int
    ) -> list[ReceiptRow]:
        """Receipts of a holder, or of everybody, newest recorded first."""
        ...

    def receipt(self, receipt_id: str) -> ReceiptView | None:
        """One receipt."""
        ...

    def purchase_gaps(self, programme: str) -> Gaps:
        """How often members of a programme come back, from its newest receipts."""
        ...

    def overview(self, since: datetime, now: datetime) -> Overview:
        """Counts and sums."""
        ...


def wallets_at(book: Book, at: datetime) -> tuple[WalletView, ...]:
    """All wallets of a book at a moment that is not before what the book holds."""
    return tuple(
        WalletView(kind, *_numbers(book, kind, at), lots=_lots(book, kind, at))
        for kind in sorted(book.wallets)
    )


def _numbers(book: Book, kind: str, at: datetime) -> tuple[int, int, int, int, int, int]:
    view = balance_at(book.wallets[kind], book.holds.values(), at)
    return view.total, view.active, view.pending, view.held, view.deficit, view.free


def _lots(book: Book, kind: str, at: datetime) -> tuple[LotView, ...]:
    lapsed: dict[int, int] = {}
    for hold in book.holds.values():
        if hold.state == HELD and hold.kind == kind and hold.lapses_at <= at:
            for lot_id, part in hold.parts:
                lapsed[lot_id] = lapsed.get(lot_id, 0) + part
    rows = []
    for lot in book.wallets[kind].lots:
        held = lot.held - lapsed.get(lot.id, 0)
        due = lot.expires_at is not None and lot.expires_at <= at
        rest = held if due else lot.rest
        if rest:
            state = "pending" if lot.active_from > at else "active"
            rows.append(
                LotView(
                    lot.id, lot.amount, rest, held, lot.active_from, lot.expires_at, lot.earned_at, lot.receipt,
                    lot.source, state,
                )
            )  # fmt: skip
    return tuple(rows)


def burning(book: Book, at: datetime, *, days: int, zones: dict[str, str]) -> tuple[Burn, ...]:
    """Free units that go within `days`, by the last day on which they can be spent; `zones` by kind."""
    until = at + timedelta(days=days)
    rows: dict[tuple[date, str], int] = {}
    for kind in book.wallets:
        for lot in _lots(book, kind, at):
            if lot.expires_at is not None and lot.expires_at <= until and lot.rest > lot.held:
                last = local_day(lot.expires_at - timedelta(microseconds=1), zones.get(kind, "UTC"))
                rows[(last, kind)] = rows.get((last, kind), 0) + lot.rest - lot.held
    return tuple(Burn(kind, last, units) for (last, kind), units in sorted(rows.items()))


def due_lines(book: Book, at: datetime, kind: str) -> list[StatementLine]:
    """Expiries that are due at a moment and not written yet, newest first: a statement is right at any time."""
    lines: list[StatementLine] = []
    for name in sorted(book.wallets):
        if kind and name != kind:
            continue
        balance, deficit = book.wallets[name].balance, book.wallets[name].deficit
        for lot in book.wallets[name].lots:
            if lot.expires_at is None or lot.expires_at > at:
                continue
            paid = min(deficit, lot.rest - lot.held)
            deficit, units = deficit - paid, lot.rest - lot.held - paid
            if not units:
                continue
            lines.append(
                StatementLine(
                    name, 0, "", "expire", "expiry", -units, balance, balance - units, lot.expires_at, lot.expires_at
                )
            )  # fmt: skip
            balance -= units
    return sorted(lines, key=lambda line: line.effective_at, reverse=True)


def book_of(bucket: int, holder_id: str, past: Past) -> Book:
    """The book as it stood at the end of a history; reads only, it has no chain to go on with."""
    book = Book(bucket, holder_id, chained=False)
    lots: dict[tuple[str, int], Lot] = {}
    for row in past.postings:
        wallet = book.wallet(row.kind)
        wallet.balance, wallet.version = row.after, row.version
        if row.credit == WALLET and row.lot and row.active_from is not None:
            lots[(row.kind, row.lot)] = Lot(
                row.lot, row.units, row.active_from, row.expires_at,
                earned_at=row.effective_at, receipt=row.receipt, source=row.debit,
            )  # fmt: skip
    for draw in past.draws:
        lots[(draw.kind, draw.lot)].rest -= draw.units
    for hold in past.holds:
        book.holds[hold.receipt] = hold
        for lot_id, part in hold.parts:
            lots[(hold.kind, lot_id)].held += part
    for (kind, _), lot in lots.items():
        if lot.rest:
            book.wallet(kind).add(lot)
    for wallet in book.wallets.values():
        wallet.deficit = sum(lot.rest for lot in wallet.lots) - wallet.balance
    return book
