"""What the use cases need from others: a store that locks, loads and writes batches. Errors are listed here."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.event import Event
from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Lot
from kopilka.core.member.belongings import Belongings
from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Used
from kopilka.core.member.standing import Standing
from kopilka.core.receipt import Shop
from kopilka.core.rules.decision import CapUse
from kopilka.core.settlement.purchase import Who
from kopilka.core.settlement.refund import Returned
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Enrol, Ref, Return
from kopilka.values.errors import KopilkaError


class KeyRaceError(KopilkaError):
    """Another batch claimed one of our keys first: nothing was written, load and decide again."""


class StoreUnavailableError(KopilkaError):
    """The store does not answer; nothing is known to be written."""


class Found(msgspec.Struct, frozen=True):
    """An identifier that was looked up."""

    bucket: int
    holder_id: str
    member_id: str
    status: str
    card_type: str = ""


class Claim(msgspec.Struct, frozen=True):
    """A key taken earlier, with the stored answer."""

    key: str
    content_hash: bytes
    verb: str
    bucket: int
    holder_id: str
    receipt_id: str
    answer: bytes


class Holding:
    """Everything that a batch knows of one holder: the book, the standings, the members."""

    __slots__ = ("belongings", "book", "bucket", "holder_id", "members", "new", "standings", "statuses")

    def __init__(self, bucket: int, holder_id: str, *, new: bool = False) -> None:
        self.bucket = bucket
        self.holder_id = holder_id
        self.new = new
        self.book = Book(bucket, holder_id)
        self.standings: dict[str, Standing] = {}
        self.members: dict[str, Who] = {}
        self.statuses: dict[str, str] = {}
        self.belongings = Belongings()


class StoredSale(msgspec.Struct, frozen=True):
    """A receipt row: the sale, whose it is, and the request and answer that it was last decided by. `content` is
    the receipt encoded, where that has been done already.
    """

    sale: Sale
    bucket: int
    holder_id: str
    request_hash: bytes
    answer: bytes
    received_at: datetime
    returns: int = 0
    content: bytes = b""


class Loaded:
    """What `load` found, keyed for the desk."""

    def __init__(self) -> None:
        self.holdings: dict[str, Holding] = {}
        self.claims: dict[str, Claim] = {}
        self.sales: dict[str, StoredSale] = {}
        self.budgets: dict[tuple[str, str], Used] = {}
        self.shown: dict[str, Coupon] = {}


class NewMember(msgspec.Struct, frozen=True):
    """A member to write, with the person behind."""

    member_id: str
    bucket: int
    holder_id: str
    enrol: Enrol
    at: datetime


class NewReturn(msgspec.Struct, frozen=True):
    """A return to write."""

    stored: StoredSale
    command: Return
    txn: str
    outcome: Returned
    recorded_at: datetime


class Changes:
    """What a batch wrote down to be stored in one commit."""

    def __init__(self) -> None:
        self.sales: dict[str, StoredSale] = {}
        self.returns: list[NewReturn] = []
        self.strays: list[tuple[Return, datetime]] = []
        self.claims: list[Claim] = []
        self.events: list[tuple[str, int, datetime, Event]] = []
        self.members: list[NewMember] = []
        self.budgets: list[tuple[str, int, str, str, CapUse, int]] = []
        self.touched: dict[str, Holding] = {}
        self.coupons: dict[str, Coupon] = {}
        self.new_codes: set[str] = set()
        self.moved_codes: set[str] = set()
        self.moved: dict[str, tuple[int, str]] = {}
        """Receipts that belong to somebody else from now on: whose they were, as stored."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        writes = self.sales or self.claims or self.members or self.strays or self.touched or self.coupons
        return not writes


class Wanted(msgspec.Struct, frozen=True):
    """What a batch needs: holders by (bucket, id), receipts and claims by key, purchases of levels from a day on
    (None: none), budgets by (programme, rule), uses of members' caps unless no rule has any, birthdays and attributes,
    perks, own coupons, and the lines of purchases from the day `past` on.
    """

    holders: Iterable[tuple[int, str]]
    receipts: Sequence[str] = ()
    keys: Sequence[str] = ()
    since: date | None = None
    budgets: Sequence[tuple[str, str]] = ()
    caps: bool = True
    persons: bool = False
    perks: bool = False
    coupons: bool = False
    past: date | None = None


class BatchStore(Protocol):
    """One transaction over a batch."""

    def find(
        self, refs: Sequence[Ref], receipts: Sequence[str], keys: Sequence[str]
    ) -> tuple[dict[Ref, Found], dict[str, Claim], int]:
        """Members by what names them, keys already claimed, and the version of the catalogue."""
        ...

    def load(self, wanted: "Wanted", *, lock: bool) -> Loaded:
        """Lock the holders in key order (where asked) and load what they own, sales and claims. A holder that is a
        guest receipt is locked by its row and not among what is loaded.
        """
        ...

    def lots(self, wanted: Sequence[tuple[int, str, str, int]]) -> dict[tuple[str, str, int], Lot]:
        """Lots by (bucket, holder, kind, lot), open or not."""
        ...

    def coupons(self, codes: Sequence[str]) -> dict[str, Coupon]:
        """Coupons by code; locked in key order where the holders are."""
        ...

    def owners(self, codes: Sequence[str]) -> set[tuple[int, str]]:
        """Bucket and holder of the coupons that belong to somebody."""
        ...

    def write(self, changes: Changes, recorded_at: datetime) -> None:
        """Write everything and commit. KeyRaceError where a claimed key is not free any more."""
        ...


class LedgerStore(Protocol):
    """Where batches are opened."""

    def batch(self) -> AbstractContextManager[BatchStore]:
        """A transaction that is undone unless `write` ended it."""
        ...


class CatalogueStore(Protocol):
    """Reference data that seldom changes."""

    def shops(self) -> dict[str, Shop]:
        """All shops by id."""
        ...

    def versions(self) -> list[tuple[str, int, datetime, str]]:
        """All programme versions: programme, number, valid from, text."""
        ...

    def products(self, skus: Sequence[str]) -> dict[str, "Product"]:
        """Products by sku."""
        ...


VOLUME_MAX_ML = 1_000_000


class Product(msgspec.Struct, frozen=True):
    """A product of the catalogue; `floor_minor` is for one piece, `alcohol` the kind of drink that the law's least
    prices go by; `prices` are those of one piece by price list.
    """

    sku: str
    title: str = ""
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    product_class: str = ""
    vat: str = ""
    floor_minor: int = 0
    alcohol: str = ""
    volume_ml: int = 0
    prices: dict[str, int] = {}
