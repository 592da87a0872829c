"""The book of one holder: the only place where points move. A working copy: a batch loads it, changes it and
writes what it collected; the back-test keeps it in memory. Same lines of code for both.
"""

from bisect import insort
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from kopilka.core.ledger.lot import FAR, HELD, LAPSED, POSTED, RELEASED, Balance, Days, Hold, Lot
from kopilka.core.ledger.posting import EXPIRY, WALLET, Cause, Draw, Posting, chain_hash
from kopilka.core.programme.document import Deficit
from kopilka.values.errors import KopilkaError
from kopilka.values.points import Points

GENESIS = bytes(32)


class OverdraftError(KopilkaError):
    """More points were asked of a wallet than are free; callers refuse before it comes to this."""


class Wallet:
    """Working copy of one holder's points of one kind; `head` is the hash of the last posting."""

    __slots__ = (
        "balance",
        "changed",
        "deficit",
        "head",
        "kind",
        "lots",
        "soonest",
        "stored_version",
        "version",
    )

    def __init__(
        self, kind: str, *, balance: int = 0, deficit: int = 0, version: int = 0, head: bytes = GENESIS
    ) -> None:
        self.kind = kind
        self.balance = balance
        self.deficit = deficit
        self.version = version
        self.stored_version = version
        self.head = head
        self.lots: list[Lot] = []
        self.changed: dict[int, Lot] = {}
        self.soonest = FAR

    def add(self, lot: Lot) -> None:
        """Put a lot in its place."""
        insort(self.lots, lot, key=Lot.order)
        if lot.expires_at is not None and lot.expires_at < self.soonest:
            self.soonest = lot.expires_at

    def find(self, lot_id: int) -> Lot | None:
        """The open lot of an id."""
        return next((lot for lot in self.lots if lot.id == lot_id), None)


class Move(NamedTuple):
    """A positive amount from one account to another."""

    debit: str
    credit: str
    units: int


class Book:
    """All wallets and holds of one holder, with what this batch has written so far."""

    __slots__ = (
        "bucket",
        "chained",
        "draws",
        "expired",
        "holder_id",
        "holds",
        "holds_changed",
        "postings",
        "wallets",
    )

    def __init__(self, bucket: int, holder_id: str, *, chained: bool = True) -> None:
        self.bucket = bucket
        self.holder_id = holder_id
        self.chained = chained
        self.wallets: dict[str, Wallet] = {}
        self.holds: dict[str, Hold] = {}
        self.postings: list[Posting] = []
        self.draws: list[Draw] = []
        self.holds_changed: dict[tuple[str, int], Hold] = {}
        self.expired: dict[str, int] = {}

    def wallet(self, kind: str) -> Wallet:
        """The wallet of a kind; a new one is empty."""
        found = self.wallets.get(kind)
        if found is None:
            found = self.wallets[kind] = Wallet(kind)
        return found

    def bring_to(self, at: datetime, cause: Cause, *, late: bool = False) -> None:
        """Let everything happen that is due at an instant, in its order: holds lapse, lots expire, each at its moment —
        or, `late`, at `at` itself, for units that came back into a lot after its end.
        """
        due = [hold for hold in self.holds.values() if hold.lapses_at <= at]
        for hold in sorted(due, key=lambda hold: (hold.lapses_at, hold.receipt)):
            self._expire_all(hold.lapses_at, cause, late=False)
            self._end_hold(hold, LAPSED)
            self._expire_all(hold.lapses_at, cause, late=True)
        self._expire_all(at, cause, late=late)

    def _expire_all(self, at: datetime, cause: Cause, *, late: bool) -> None:
        for wallet in self.wallets.values():
            if wallet.soonest <= at:
                self._expire(wallet, at, cause, late=late)

    def _expire(self, wallet: Wallet, at: datetime, cause: Cause, *, late: bool) -> None:
        wallet.soonest = FAR
        for lot in list(wallet.lots):
            if lot.expires_at is None:
                break
            if lot.expires_at > at:
                wallet.soonest = lot.expires_at
                break
            units = lot.rest - lot.held
            if units:
                moment = Cause(cause.txn, "expire", at if late else lot.expires_at, cause.recorded_at)
                self._burn(wallet, moment, lot, units)
        if any(lot.held for lot in wallet.lots) and wallet.lots[0].expires_at is not None:
            wallet.soonest = min(wallet.soonest, wallet.lots[0].expires_at)

    def _burn(self, wallet: Wallet, moment: Cause, lot: Lot, units: int) -> None:
        """Expire units of a lot; a deficit (there may be one beside a held lot) is paid with them first."""
        self._post(wallet, moment, Move(WALLET, EXPIRY, units), [(lot, units)])
        fill = min(wallet.deficit, units)
        if fill:
            wallet.deficit -= fill
            self._post(wallet, moment, Move(EXPIRY, WALLET, fill), [])
        self.expired[wallet.kind] = self.expired.get(wallet.kind, 0) + units - fill

    def free(self, kind: str, at: datetime) -> int:
        """Units of a kind that can be spent at an instant."""
        wallet = self.wallets.get(kind)
        return 0 if wallet is None else balance_at(wallet, self.holds.values(), at).free

    def credit(self, points: Points, cause: Cause, account: str, days: Days) -> int:
        """Issue points into a new lot; a deficit is filled first. Returns the lot's id."""
        wallet, units = self.wallet(points.kind), points.units
        lot = Lot(
            wallet.version + 1, units, days.active_from, days.expires_at,
            earned_at=cause.effective_at, receipt=cause.receipt, source=account,
        )  # fmt: skip
        fill = min(wallet.deficit, units)
        wallet.deficit -= fill
        wallet.add(lot)
        self._post(wallet, cause, Move(account, WALLET, units), [(lot, fill)] if fill else [], made=lot)
        return lot.id

    def debit(
        self, kind: str, units: int, cause: Cause, account: str, *, overdraw: bool = False
    ) -> tuple[tuple[int, int], ...]:
        """Draw free active units in lot order; returns (lot, units) drawn. `overdraw` is for sales that are facts
        already: pending lots are drawn then, and what is not there at all becomes a deficit.
        """
        wallet = self.wallet(kind)
        free = self.free(kind, cause.recorded_at)
        if units > free and not overdraw:
            raise OverdraftError(f"{units} of {kind} asked, {free} free")
        draws, missing = _pick(wallet.lots, units, cause.recorded_at)
        if missing:
            pending = [lot for lot in wallet.lots if lot.active_from > cause.recorded_at]
            more, missing = _pick(pending, missing, FAR)
            draws += more
        wallet.deficit += missing
        self._post(wallet, cause, Move(WALLET, account, units), draws)
        return tuple([(lot.id, part) for lot, part in draws])

    def take_back(
        self, points: Points, cause: Cause, account: str, lots: Iterable[int], policy: Deficit
    ) -> int:
        """Take points from the named lots first, then as far as the policy goes: only what is still pending there,
        the rest of the balance, or a deficit. Returns what was really taken.
        """
        wallet, units = self.wallet(points.kind), points.units
        named = set(lots)
        own = [lot for lot in wallet.lots if lot.id in named]
        rest = [lot for lot in wallet.lots if lot.id not in named]
        if policy is Deficit.PENDING:
            own, rest = [lot for lot in own if lot.active_from > cause.recorded_at], []
        most = units
        if policy is not Deficit.ALLOW:
            there = sum([lot.rest - lot.held for lot in wallet.lots])
            most = max(0, min(units, there - wallet.deficit))
        draws, missing = _pick([*own, *rest], most, FAR)
        if policy is Deficit.ALLOW:
            wallet.deficit += missing
            missing = 0
        if most - missing:
            self._post(wallet, cause, Move(WALLET, account, most - missing), draws)
        return most - missing

    def give_back(self, kind: str, parts: Iterable[tuple[Lot, int]], cause: Cause, account: str) -> None:
        """Put spent units back into their own lots (closed ones come along as given); a deficit is filled first."""
        wallet = self.wallet(kind)
        back: list[tuple[Lot, int]] = []
        total = 0
        for lot, units in parts:
            known = wallet.find(lot.id)
            if known is None:
                wallet.add(lot)
                known = lot
            fill = min(wallet.deficit, units)
            wallet.deficit -= fill
            back.append((known, fill - units))
            total += units
        if total:
            self._post(wallet, cause, Move(account, WALLET, total), back)

    def hold(self, kind: str, units: int, hold: Hold, at: datetime) -> Hold:
        """Reserve free units of named lots for a receipt; a hold of nothing only keeps the Decision."""
        parts: tuple[tuple[int, int], ...] = ()
        if units:
            wallet, free = self.wallet(kind), self.free(kind, at)
            if units > free:
                raise OverdraftError(f"{units} of {kind} to hold, {free} free")
            picked, _ = _pick(wallet.lots, units, at)
            for lot, part in picked:
                lot.held += part
                wallet.changed[lot.id] = lot
            parts = tuple([(lot.id, part) for lot, part in picked])
        placed = Hold(
            hold.receipt, hold.revision, kind, units, parts, hold.placed_at, hold.lapses_at
        )  # fmt: skip
        self.holds[hold.receipt] = self.holds_changed[hold.receipt, hold.revision] = placed
        return placed

    def release(self, receipt: str, cause: Cause) -> None:
        """End a hold without spending, with the book brought to the moment: its lots are free again, and expire at
        once where they are late.
        """
        self.bring_to(cause.recorded_at, cause)
        hold = self.holds.get(receipt)
        if hold is not None:
            self._end_hold(hold, RELEASED)
            self.bring_to(cause.recorded_at, cause, late=True)

    def post_hold(self, receipt: str, cause: Cause, account: str) -> tuple[tuple[int, int], ...]:
        """Spend exactly what a hold reserved."""
        hold = self.holds[receipt]
        self._end_hold(hold, POSTED)
        if hold.units:
            wallet = self.wallet(hold.kind)
            lots = {lot.id: lot for lot in wallet.lots}
            draws = [(lots[id_], part) for id_, part in hold.parts]
            self._post(wallet, cause, Move(WALLET, account, hold.units), draws)
        return hold.parts

    def _end_hold(self, hold: Hold, state: str) -> None:
        if hold.parts:
            wallet = self.wallet(hold.kind)
            lots = {lot.id: lot for lot in wallet.lots}
            for lot_id, part in hold.parts:
                lot = lots[lot_id]
                lot.held -= part
                wallet.changed[lot_id] = lot
                if lot.expires_at is not None and lot.expires_at < wallet.soonest:
                    wallet.soonest = lot.expires_at
        ended = Hold(
            hold.receipt, hold.revision, hold.kind, hold.units, hold.parts, hold.placed_at, hold.lapses_at, state
        )  # fmt: skip
        self.holds.pop(hold.receipt, None)
        self.holds_changed[hold.receipt, hold.revision] = ended

    def _post(
        self, wallet: Wallet, cause: Cause, move: Move, draws: list[tuple[Lot, int]], made: Lot | None = None
    ) -> None:
        before, (debit, credit, units) = wallet.balance, move
        wallet.balance = before + units if credit == WALLET else before - units
        wallet.version += 1
        rows = [Draw(wallet.kind, wallet.version, lot.id, part) for lot, part in draws]
        for lot, part in draws:
            lot.rest -= part
            wallet.changed[lot.id] = lot
            if lot.rest == 0 and lot is not made:
                wallet.lots.remove(lot)
        if made is not None:
            wallet.changed[made.id] = made
            if made.rest == 0:
                wallet.lots.remove(made)
        posting = Posting(
            wallet.kind, wallet.version, cause.txn, cause.verb, debit, credit, units, before, wallet.balance,
            cause.effective_at, cause.recorded_at, cause.receipt, cause.note, cause.actor,
            0 if made is None else made.id, None if made is None else made.active_from,
            None if made is None else made.expires_at, wallet.head, b"",
        )  # fmt: skip
        if self.chained:
            wallet.head = chain_hash(self.holder_id, posting, rows)
            posting = msgspec.structs.replace(posting, hash=wallet.head)
        self.postings.append(posting)
        self.draws += rows


def _pick(lots: Iterable[Lot], units: int, at: datetime) -> tuple[list[tuple[Lot, int]], int]:
    """What is not held of the lots that are active at an instant, in their order; and what is missing."""
    draws: list[tuple[Lot, int]] = []
    missing = units
    for lot in lots:
        if missing == 0:
            break
        part = min(missing, lot.rest - lot.held) if lot.active_from <= at else 0
        if part:
            draws.append((lot, part))
            missing -= part
    return draws, missing


def balance_at(wallet: Wallet, holds: Iterable[Hold], at: datetime) -> Balance:
    """A wallet's views at an instant, right whether or not anything due has been written yet. Changes nothing."""
    lapsed: dict[int, int] = {}
    for hold in holds:
        if hold.state == HELD and hold.kind == wallet.kind and hold.lapses_at <= at:
            for lot_id, part in hold.parts:
                lapsed[lot_id] = lapsed.get(lot_id, 0) + part
    active = pending = held = burnt = 0
    for lot in wallet.lots:
        reserved = lot.held - lapsed.get(lot.id, 0)
        alive = lot.expires_at is None or lot.expires_at > at
        units = lot.rest if alive else reserved
        held += reserved
        burnt += lot.rest - units
        if lot.active_from <= at:
            active += units
        else:
            pending += units
    deficit = max(0, wallet.deficit - burnt)
    free = max(0, min(active - held, active + pending - held - deficit))
    return Balance(active + pending - deficit, active, pending, held, deficit, free)
