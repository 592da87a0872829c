"""What is written and never changed: postings and lot draws, chained by hash on the wallet's side."""

from datetime import datetime
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


def _stamp(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


def chain_hash(holder_id: str, posting: Posting, draws: list[Draw]) -> bytes:
    """The hash of a posting whose `hash` is still empty."""
    drawn = ",".join([f"{draw.lot}:{draw.units}" for draw in draws])
    text = (
        f"{holder_id}|{posting.kind}|{posting.version}|{posting.txn}|{posting.verb}|{posting.debit}|{posting.credit}|"
        f"{posting.units}|{posting.before}|{posting.after}|{posting.effective_at.isoformat()}|"
        f"{posting.recorded_at.isoformat()}|{posting.receipt}|{posting.note}|{posting.actor}|{posting.lot}|"
        f"{_stamp(posting.active_from)}|{_stamp(posting.expires_at)}|{drawn}|"
    )
    return sha256(text.encode() + posting.previous).digest()
