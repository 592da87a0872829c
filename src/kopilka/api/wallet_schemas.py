"""Shapes of wallets on the wire: balances, lots, statements, levels, and the wishes about points."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.numbers import DecimalOut, Points, SignedPoints
from kopilka.api.receipt_out import BalanceOut
from kopilka.api.texts import Id, Note


class LotOut(msgspec.Struct, omit_defaults=True):
    """Points that came together and go together."""

    points: DecimalOut
    rest: DecimalOut
    held: DecimalOut
    state: str
    earned_at: datetime
    active_from: datetime
    expires_at: datetime | None = None
    receipt: str = ""
    source: str = ""


class WalletOut(msgspec.Struct, omit_defaults=True):
    """A wallet at a moment: total = active + pending − deficit; `free` can be spent."""

    kind: str
    total: DecimalOut
    free: DecimalOut
    active: DecimalOut
    pending: DecimalOut
    held: DecimalOut
    deficit: DecimalOut
    words: str = ""
    lots: list[LotOut] = []


class WalletsOut(msgspec.Struct):
    """All wallets of a member's holder at a moment."""

    at: datetime
    wallets: list[WalletOut]


class BurnOut(msgspec.Struct):
    """Points that can be spent through a day and not after it."""

    kind: str
    last_on: date
    points: DecimalOut


class BurningOut(msgspec.Struct):
    """What will expire, day by day."""

    burning: list[BurnOut]


class StatementLineOut(msgspec.Struct, omit_defaults=True):
    """A posting: points above zero came, below zero went."""

    kind: str
    verb: str
    points: DecimalOut
    before: DecimalOut
    after: DecimalOut
    account: str
    effective_at: datetime
    recorded_at: datetime
    txn: str = ""
    receipt: str = ""
    note: str = ""
    actor: str = ""
    active_from: datetime | None = None
    expires_at: datetime | None = None


class StatementOut(msgspec.Struct, omit_defaults=True):
    """A page of postings, newest first."""

    lines: list[StatementLineOut]
    next: str = ""


class ReceiptRowOut(msgspec.Struct, omit_defaults=True):
    """A receipt in a list."""

    id: str
    state: str
    shop: str
    at: datetime
    recorded_at: datetime
    currency: str
    goods: DecimalOut
    discount: DecimalOut
    paid: DecimalOut
    spent: DecimalOut
    earned: dict[str, DecimalOut]
    returned: bool = False


class ReceiptsOut(msgspec.Struct, omit_defaults=True):
    """A page of receipts, newest recorded first."""

    receipts: list[ReceiptRowOut]
    next: str = ""


class LevelOut(msgspec.Struct, omit_defaults=True):
    """Where the member stands on a ladder; `by` says what `total`, `next_start`, `missing` and `keep_missing` count
    (tenure: whole months; a lifetime value is missing purchases). `next_on`: when time alone brings the next level.
    `falls_on` is the first day on `falls_to` if nothing more is bought; `keep_missing` more, by `keep_by`, keeps this
    level. `manual`: set by hand, through `manual_until` (without it, for ever).
    """

    programme: str
    level: str
    title: str
    by: str
    total: DecimalOut
    since: datetime | None = None
    next_level: str = ""
    next_title: str = ""
    next_start: DecimalOut = ""
    missing: DecimalOut = ""
    next_on: date | None = None
    falls_on: date | None = None
    falls_to: str = ""
    keep_missing: DecimalOut = ""
    keep_by: date | None = None
    manual: bool = False
    manual_until: date | None = None


class LevelsOut(msgspec.Struct):
    """Levels in every programme that has a ladder."""

    levels: list[LevelOut]


class AdjustIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points by hand; `reason` is for the audit and the statement. `last_on`: the last day of added points."""

    kind: Id
    points: SignedPoints
    reason: Note
    last_on: date | None = None


class LevelIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A level by hand: the member stands no lower through `last_on` (without it, for ever). An empty `level` ends what
    was set before.
    """

    programme: Id
    level: Annotated[str, Meta(max_length=64)]
    reason: Note
    last_on: date | None = None


class ExchangeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points for a gift: `points` each, as often as the balance allows but at most `times`."""

    kind: Id
    points: Points
    gift: Id
    times: Annotated[int, Meta(ge=1, le=10_000)] = 1


class MovedOut(msgspec.Struct, omit_defaults=True):
    """What moved, and the balances after it."""

    txn: str
    points: DecimalOut
    balances: dict[str, BalanceOut]
