"""Erase a person: everything that tells who a member is goes, the nameless ledger stays, an act says what was done.

Points burn and coupons end with the last person who used the wallets; whoever shares them keeps them. Open reserves of
the member are let go. One transaction under the holder's lock; done once, a repeat gets the same act.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from kopilka.core.event import COUPON_CANCELLED, MEMBER_ERASED, Event
from kopilka.core.ledger.lot import Days
from kopilka.core.member.coupon import ACTIVE, CANCELLED, HELD, NEW
from kopilka.usecases.batch import Batch
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Ref, Release
from kopilka.usecases.erasure_act import ACT, GROUNDS, PERSON, SHOP, ErasureAct, sealed
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.hold_receipt import release_receipt
from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.ports import BatchStore, Found, Holding, KeyRaceError, Wanted
from kopilka.usecases.reward import named
from kopilka.values.ids import make_id
from kopilka.values.points import Points

ERASURE = "erasure"
"""The account that points of erased persons go to, and that a deficit is written off from."""
TRIES = 5
Forget = Callable[[ForeignDocument], ForeignDocument | None]
"""What is left of a document when the person whom it names is erased; None: nothing."""


class ErasureWish(msgspec.Struct, frozen=True):
    """Whom to erase and why. `asked_at` is when they asked: now, where nobody says."""

    member_id: str
    actor: str
    ground: str = PERSON
    asked_at: datetime | None = None


class Erased(msgspec.Struct, frozen=True):
    """The act; `replayed` where the person had been erased before."""

    act: ErasureAct
    replayed: bool = False


class OpenRequest(msgspec.Struct, frozen=True):
    """A request to be erased that the act answers."""

    request_id: str
    connection_id: str
    asked_at: datetime


class Stakes(msgspec.Struct, frozen=True):
    """What an erasure would end: open receipts, coupons; `alone` where nobody else uses the wallets."""

    alone: bool
    held: int
    coupons: int


class Deletion(msgspec.Struct, frozen=True):
    """What is to be erased, and by what rule documents of each connector are."""

    member_id: str
    place: Found
    act_id: str
    actor: str
    at: datetime
    forgetting: Callable[[str], Forget | None]


class ErasingBatch(BatchStore, Protocol):
    """A batch that may also erase."""

    def trace(self, place: Found, at: datetime) -> None:
        """Look, before anything is locked, for what names the member without saying so."""
        ...

    def open_receipts(self, place: Found) -> list[str]:
        """Held receipts of the member."""
        ...

    def own_coupons(self, place: Found) -> list[str]:
        """Codes of the holder's coupons that may still be used, or wait."""
        ...

    def requests(self, member_id: str) -> list[OpenRequest]:
        """Open requests to erase the member."""
        ...

    def erase(self, deletion: Deletion) -> dict[str, int]:
        """Erase everything about a member; how many rows of each kind of data."""
        ...

    def next_number(self) -> int:
        """The number of the next act."""
        ...

    def keep(self, act: ErasureAct, log: Act) -> None:
        """Write the act down, with its line in the log of staff."""
        ...


class ErasureStore(Protocol):
    """Where persons are erased and acts are kept."""

    def batch(self) -> AbstractContextManager[ErasingBatch]:
        """A transaction that is undone unless `write` ended it."""
        ...

    def act_of(self, member_id: str) -> ErasureAct | None:
        """The act of a member's erasure."""
        ...

    def act(self, act_id: str) -> ErasureAct | None:
        """An act by its id."""
        ...

    def acts(self, limit: int) -> list[ErasureAct]:
        """The newest acts."""
        ...

    def stakes(self, place: Found) -> Stakes:
        """What an erasure would end now."""
        ...

    def place(self, member_id: str) -> Found | None:
        """Where a member stands."""
        ...

    def sweep(self, forgetting: Callable[[str], Forget | None], at: datetime) -> int:
        """Erase what was written about erased members by whoever was still at it; how many rows."""
        ...


class Erasures:
    """The verbs. `forgetting` tells by what rule a connector's documents are erased; None: they go as a whole."""

    def __init__(
        self,
        store: ErasureStore,
        catalogue: Callable[[], Catalogue],
        forgetting: Callable[[str], Forget | None],
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._forgetting = forgetting
        self._clock = clock
        self._chance = chance

    def erase(self, wish: ErasureWish) -> Erased | Refused:
        """Erase a person."""
        if wish.ground not in GROUNDS:
            return Refused("not_a_choice", Why.INVALID, "ground")
        for _ in range(TRIES):
            try:
                return self._erase(wish)
            except KeyRaceError:
                continue
        raise KeyRaceError

    def stakes(self, member_id: str) -> Stakes | Refused:
        """What an erasure would end."""
        place = self._store.place(member_id)
        if place is None:
            return Refused("unknown_member", Why.NOT_FOUND, "member")
        return self._store.stakes(place)

    def act(self, act_id: str) -> ErasureAct | None:
        """An act by its id."""
        return self._store.act(act_id)

    def act_of(self, member_id: str) -> ErasureAct | None:
        """The act of a member's erasure."""
        return self._store.act_of(member_id)

    def acts(self, limit: int = 50) -> list[ErasureAct]:
        """The newest acts."""
        return self._store.acts(limit)

    def sweep(self) -> int:
        """Erase once more: whoever was writing about a member while they were erased may have come later."""
        return self._store.sweep(self._forgetting, self._clock())

    def _erase(self, wish: ErasureWish) -> Erased | Refused:
        now, catalogue, ref = self._clock(), self._catalogue(), Ref("member", wish.member_id)
        if wish.asked_at is not None and wish.asked_at > now:
            return Refused("in_the_future", Why.INVALID, "asked_at")
        with self._store.batch() as store:
            found, _, version = store.find([ref], [], [])
            place = found.get(ref)
            if place is None:
                return Refused("unknown_member", Why.NOT_FOUND, "member")
            catalogue.refresh(version)
            store.trace(place, now)
            held = store.open_receipts(place)
            loaded = store.load(_wanted(place, held, catalogue, now), lock=True)
            holding = loaded.holdings[place.holder_id]
            if holding.statuses[wish.member_id] == "erased":
                act = self._store.act_of(wish.member_id)
                return Refused("member_erased", Why.CONFLICT, "member") if act is None else Erased(act, True)
            if store.open_receipts(place) != held:
                raise KeyRaceError  # a receipt was held between looking and locking
            batch = Batch(store, catalogue, loaded, found, self._chance)
            batch.at(now)
            act = self._act(wish, store, batch)
            for id_ in held:
                release_receipt(batch, Release(id_))
            others = [
                id_ for id_, state in holding.statuses.items() if state != "erased" and id_ != wish.member_id
            ]
            points: Mapping[str, int] = {}
            if not others:
                points = _burn(batch, holding, act)
                _end_coupons(batch, store.own_coupons(place), holding, wish.actor)
            counts = store.erase(
                Deletion(wish.member_id, place, act.act_id, wish.actor, now, self._forgetting)
            )
            counts |= {"reserves": len(held)} if held else {}
            act = sealed(msgspec.structs.replace(act, alone=not others, counts=counts, points=dict(points)))
            batch.emit([_told(act, holding)], holding.bucket)
            batch.emit_expired()
            store.keep(act, self._log(act))
            store.write(batch.changes, now)
            return Erased(act)

    @staticmethod
    def _act(wish: ErasureWish, store: ErasingBatch, batch: Batch) -> ErasureAct:
        """The act as far as it is known beforehand: who asked, and when."""
        requests = store.requests(wish.member_id)
        shops = [row.connection_id for row in requests if row.connection_id]
        asked = [row.asked_at for row in requests]
        asked += [] if wish.asked_at is None else [wish.asked_at]
        return ErasureAct(
            batch.new_id(ACT), store.next_number(), wish.member_id, wish.ground, min(asked, default=batch.now),
            wish.actor, batch.now, alone=False, counts={}, requests=tuple(row.request_id for row in requests),
            connection_id=shops[0] if shops and wish.ground == SHOP else "",
        )  # fmt: skip

    def _log(self, act: ErasureAct) -> Act:
        action_id = make_id(ACTION, int(act.erased_at.timestamp() * 1000), self._chance(74))
        detail: dict[str, object] = {"act": act.act_id, "sha256": act.sha256.hex()}
        return Act(action_id, act.actor, "member.erased", act.member_id, detail, act.erased_at)


def _wanted(place: Found, held: Sequence[str], catalogue: Catalogue, now: datetime) -> Wanted:
    return Wanted(
        {(place.bucket, place.holder_id)},
        held,
        (),
        catalogue.since(now),
        catalogue.budgets(),
        catalogue.caps(),
    )


def _burn(batch: Batch, holding: Holding, act: ErasureAct) -> dict[str, int]:
    """Take everything out of the wallets; a deficit is written off. Units by kind."""
    book = holding.book
    cause = batch.cause("erase", batch.now, note=act.act_id, actor=act.actor)
    book.bring_to(batch.now, cause)
    burnt: dict[str, int] = {}
    for kind, wallet in sorted(book.wallets.items()):
        units = sum([lot.rest - lot.held for lot in wallet.lots])
        if units:
            # Pending points go as well: nobody will be there when they become active.
            book.debit(kind, units, cause, ERASURE, overdraw=True)
        deficit = wallet.deficit
        if deficit:
            book.credit(Points(deficit, kind), cause, ERASURE, Days(batch.now, None))
        if units - deficit:
            burnt[kind] = units - deficit
    batch.touch(holding)
    return burnt


def _end_coupons(batch: Batch, codes: Sequence[str], holding: Holding, actor: str) -> None:
    for coupon in batch.coupons(codes).values():
        if coupon.state in {NEW, ACTIVE, HELD}:
            batch.put_coupons([msgspec.structs.replace(coupon, state=CANCELLED, receipt="", lapses_at=None)])
            data = {**named(coupon), "reason": "erased", "actor": actor}
            event = Event(COUPON_CANCELLED, holding.holder_id, batch.now, data=data)
            batch.emit([event], holding.bucket)


def _told(act: ErasureAct, holding: Holding) -> Event:
    data: dict[str, object] = {"member": act.member_id, "points": act.points}
    return Event(MEMBER_ERASED, holding.holder_id, act.erased_at, data=data)
