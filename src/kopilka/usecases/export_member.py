"""Everything that is known of a member, for them to read: who they are, what they agreed to, bought, got and spent, what
other systems told of them, what was sent to them. Sums are decimal texts in major units.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

import msgspec

from kopilka.usecases.commands import Ref
from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.show import Views
from kopilka.usecases.views import ConsentFacts, IdentifierFacts, MemberView, PersonFacts
from kopilka.values.ids import make_id
from kopilka.values.money import decimal_text, exponent


class Programme(msgspec.Struct, frozen=True):
    """What a member has done in a programme."""

    programme: str
    title: Mapping[str, str]
    since: datetime
    level: str
    receipts: int
    spent: str
    currency: str


class Wallet(msgspec.Struct, frozen=True):
    """Points of one kind now."""

    kind: str
    total: str
    free: str
    pending: str


class Movement(msgspec.Struct, frozen=True):
    """Points that came (above zero) or went."""

    kind: str
    what: str
    points: str
    at: datetime
    receipt: str = ""
    note: str = ""


class Line(msgspec.Struct, frozen=True):
    """Goods of a receipt."""

    sku: str
    title: str
    quantity: str
    sum: str


class Receipt(msgspec.Struct, frozen=True):
    """A purchase of the member."""

    id: str
    at: datetime
    shop: str
    state: str
    currency: str
    goods: str
    paid: str
    lines: tuple[Line, ...]


class Coupon(msgspec.Struct, frozen=True):
    """A coupon of the member."""

    code: str
    series: str
    state: str
    last_on: date | None


class Told(msgspec.Struct, frozen=True):
    """What another system has told: a customer, an order, as it wrote them."""

    system: str
    kind: str
    id: str
    at: datetime
    content: Any


class Sent(msgspec.Struct, frozen=True):
    """A message to the member."""

    channel: str
    address: str
    text: str
    at: datetime


class MemberExport(msgspec.Struct, frozen=True):
    """Everything that is known of a member. `shared`: others use the same wallets, and what they did is left out."""

    made_at: datetime
    member_id: str
    status: str
    enrolled_at: datetime
    shop: str
    tags: tuple[str, ...]
    person: PersonFacts
    identifiers: tuple[IdentifierFacts, ...]
    consents: tuple[ConsentFacts, ...]
    shared: bool
    programmes: tuple[Programme, ...]
    wallets: tuple[Wallet, ...]
    movements: tuple[Movement, ...]
    receipts: tuple[Receipt, ...]
    coupons: tuple[Coupon, ...]
    documents: tuple[Told, ...]
    messages: tuple[Sent, ...]
    codes_sent: tuple[datetime, ...]


class MovementRow(msgspec.Struct, frozen=True):
    """A posting as it is stored."""

    kind: str
    verb: str
    units: int
    at: datetime
    receipt: str
    note: str


class SaleRow(msgspec.Struct, frozen=True):
    """A receipt as it is stored; `lines` are (sku, title, quantity in thousandths, minor units)."""

    receipt_id: str
    at: datetime
    shop: str
    state: str
    currency: str
    goods_minor: int
    paid_minor: int
    lines: tuple[tuple[str, str, int, int], ...]


class Stored(msgspec.Struct, frozen=True):
    """What only an export asks for."""

    consents: tuple[ConsentFacts, ...]
    shared: bool
    movements: tuple[MovementRow, ...]
    receipts: tuple[SaleRow, ...]
    coupons: tuple[Coupon, ...]
    documents: tuple[Told, ...]
    messages: tuple[Sent, ...]
    codes_sent: tuple[datetime, ...]


class ExportStore(Protocol):
    """Where everything stands."""

    def known_of(self, view: MemberView) -> Stored:
        """What is known of a member, read at one moment."""
        ...

    def note(self, act: Act) -> None:
        """Write a line of the log."""
        ...


class Exports:
    """The verb."""

    def __init__(
        self, store: ExportStore, views: Views, *, clock: Callable[[], datetime], chance: Callable[[int], int]
    ) -> None:
        self._store = store
        self._views = views
        self._clock = clock
        self._chance = chance

    def export(self, member_id: str, actor: str) -> MemberExport | Refused:
        """Gather everything; that it was asked for stands in the log."""
        view = self._views.member(Ref("member", member_id))
        if view is None:
            return Refused("unknown_member", Why.NOT_FOUND, "member")
        if view.status == "erased":
            return Refused("member_erased", Why.CONFLICT, "member")
        now = self._clock()
        stored = self._store.known_of(view)
        holder, kinds = (view.bucket, view.holder_id), self._views.kinds()
        digits = {kind: found.decimals for kind, found in kinds.items()}

        def points(units: int, kind: str) -> str:
            return decimal_text(units, digits.get(kind, 0))

        action = make_id(ACTION, int(now.timestamp() * 1000), self._chance(74))
        self._store.note(Act(action, actor, "member.exported", member_id, {}, now))
        return MemberExport(
            now, view.member_id, view.status, view.enrolled_at, view.shop, view.tags, view.person, view.identifiers,
            stored.consents, stored.shared, self._programmes(holder),
            tuple(
                Wallet(row.kind, points(row.total, row.kind), points(row.free, row.kind), points(row.pending, row.kind))
                for row in self._views.wallets(holder)
            ),
            tuple(
                Movement(row.kind, row.verb, points(row.units, row.kind), row.at, row.receipt, row.note)
                for row in stored.movements
            ),
            tuple(_receipt(row) for row in stored.receipts),
            stored.coupons, stored.documents, stored.messages, stored.codes_sent,
        )  # fmt: skip

    def _programmes(self, holder: tuple[int, str]) -> tuple[Programme, ...]:
        found = []
        for row in self._views.standings(holder):
            rules = self._views.ruleset(row.programme)
            title: Mapping[str, str] = {} if rules is None else rules.programme.title
            currency = "" if rules is None else rules.programme.currency
            spent = decimal_text(row.spend_minor, exponent(currency) if currency else 0)
            level = "" if row.level is None else row.level.outlook.level
            found.append(
                Programme(row.programme, title, row.enrolled_at, level, row.receipts, spent, currency)
            )
        return tuple(found)


def _receipt(row: SaleRow) -> Receipt:
    digits = exponent(row.currency)
    return Receipt(
        row.receipt_id, row.at, row.shop, row.state, row.currency, decimal_text(row.goods_minor, digits),
        decimal_text(row.paid_minor, digits),
        tuple(Line(sku, title, decimal_text(quantity, 3), decimal_text(minor, digits)) for sku, title, quantity, minor in row.lines),
    )  # fmt: skip
