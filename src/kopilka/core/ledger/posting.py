"""What is written and never changed: postings and lot draws, chained by hash on the wallet's side."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

WALLET = "wallet"
ISSUANCE, SPENDING, EXPIRY, RETURNED, ADJUSTMENT, GIFTS = (
    "issuance",
    "spending",
    "expiry",
    "returned",
    "adjustment",
    "gifts",
)
PAYOUT = "payout"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Cause(msgspec.Struct, frozen=True):
    """Why a transaction happens: its id, verb, receipt and two clocks; `note` is a staff reason or a gift."""

    txn: str
    verb: str
    effective_at: datetime
    recorded_at: datetime
    receipt: str = ""
    note: str = ""
    actor: str = ""


class Posting(msgspec.Struct, frozen=True, gc=False):
    """A positive amount from a debit to a credit account; one of the two is the wallet.

    `version` numbers the postings of one wallet without gaps; `lot` is the lot that a credit makes or fills,
    with the days it is good for; `hash` covers everything here, its draws and the posting before.
    """

    kind: str
    version: int
    txn: str
    verb: str
    debit: str
    credit: str
    units: int
    before: int
    after: int
    effective_at: datetime
    recorded_at: datetime
    receipt: str
    note: str
    actor: str
    lot: int
    active_from: datetime | None
    expires_at: datetime | None
    previous: bytes
    hash: bytes


class Draw(msgspec.Struct, frozen=True, gc=False):
    """Units that a posting takes from a lot; negative where it puts them back."""

    kind: str
    version: int
    lot: int
    units: int


def _stamp(at: datetime | None) -> int | str:
    """Microseconds since 1970, which SQL writes the same way."""
    return "" if at is None else (at - EPOCH) // MICROSECOND


def chain_hash(holder_id: str, posting: Posting, draws: Iterable[Draw]) -> bytes:
    """The hash of a posting, whatever its `hash` says now. Draws go in by lot and instants in UTC, so that rows read
    back give the same; texts go in with their lengths, so that no two postings give the same text.
    """
    drawn = ",".join([f"{lot}:{units}" for lot, units in sorted([(draw.lot, draw.units) for draw in draws])])
    p = posting
    text = (
        f"{len(holder_id)} {len(p.kind)} {len(p.txn)} {len(p.verb)} {len(p.debit)} {len(p.credit)} {len(p.receipt)} "
        f"{len(p.note)} {len(p.actor)}|{holder_id}|{p.kind}|{p.version}|{p.txn}|{p.verb}|{p.debit}|{p.credit}|"
        f"{p.units}|{p.before}|{p.after}|{_stamp(p.effective_at)}|{_stamp(p.recorded_at)}|{p.receipt}|{p.note}|"
        f"{p.actor}|{p.lot}|{_stamp(p.active_from)}|{_stamp(p.expires_at)}|{drawn}|"
    )
    return sha256(text.encode() + p.previous).digest()
