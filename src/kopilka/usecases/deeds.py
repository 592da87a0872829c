"""Steps that verbs without a receipt share: keys that are taken once for ever, what is kept of a deed, and its undoing."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from kopilka.core.event import Event
from kopilka.core.ledger.lot import Lot
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.deed import Deed
from kopilka.usecases.batch import SKEW, Batch, Buyer
from kopilka.usecases.outcomes import Done, Refused, Why
from kopilka.usecases.ports import Claim, Holding, KeyRaceError

_encode = msgspec.json.Encoder().encode


class Stored(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored of an answer: that of `batch.Answer`, and the deed."""

    holder_id: str = ""
    member_id: str = ""
    txn: str = ""
    units: int = 0
    balances: dict[str, tuple[int, int]] = {}
    recorded_at: datetime | None = None
    deed: Deed | None = None


_stored = msgspec.json.Decoder(Stored)


class Told(msgspec.Struct, frozen=True):
    """How a deed is told: the verb, its transaction, the units that moved, and the event (None where nothing did)."""

    verb: str
    txn: str
    units: int
    deed: Deed
    event: Event | None = None


def stored_in(claim: Claim) -> Stored:
    """What a key keeps."""
    return _stored.decode(claim.answer)


def replayed(claim: Claim, verb: str) -> Done:
    """The stored answer."""
    kept = stored_in(claim)
    return Done(
        verb, kept.holder_id, kept.member_id, units=kept.units, txn=kept.txn, balances=kept.balances,
        recorded_at=kept.recorded_at, replayed=True, deed=kept.deed,
    )  # fmt: skip


def repeated(batch: Batch, key: str, hashed: bytes, verb: str) -> Done | Refused | None:
    """The answer that a client's key has had already: None where it is free, a refusal where it named other content."""
    known = batch.known(key, hashed) if key else None
    return replayed(known, verb) if isinstance(known, Claim) else known


def finish(
    batch: Batch, holding: Holding, member_id: str, told: Told, claims: Sequence[tuple[str, bytes]]
) -> Done:
    """Keep the answer under its keys, and tell the outside world."""
    batch.touch(holding)
    done = Done(
        told.verb, holding.holder_id, member_id, units=told.units, txn=told.txn,
        balances=batch.holder_balances(holding), recorded_at=batch.now, deed=told.deed,
    )  # fmt: skip
    answer = _encode(
        Stored(done.holder_id, member_id, done.txn, done.units, done.balances, done.recorded_at, done.deed)
    )
    for key, hashed in claims:
        if key:
            batch.claim(Claim(key, hashed, told.verb, holding.bucket, holding.holder_id, "", answer))
    if told.event is not None:
        batch.emit([told.event], holding.bucket)
    return done


def rules_at(batch: Batch, programme: str, at: datetime) -> Ruleset | Refused:
    """The version that decides at a moment."""
    if at > batch.now + SKEW:
        return Refused("in_the_future", Why.INVALID, "at")
    rules = batch.catalogue.ruleset(programme, at)
    return rules or Refused("unknown_programme", Why.NOT_FOUND, "programme", {"programme": programme})


def empty_receipt(programme: Programme, at: datetime) -> tuple[Receipt, Shop]:
    """A receipt of nothing, which tells only the moment; and a shop of none in particular."""
    return Receipt("", "", at, programme.currency, ()), Shop("", programme.zone, programme.programme)


def holding_of(batch: Batch, claim: Claim) -> Holding:
    """The holder of a deed; one that came between looking up and locking is not locked, so all begins anew."""
    found = batch.loaded.holdings.get(claim.holder_id)
    if found is None:
        raise KeyRaceError
    return found


def closed_lots(batch: Batch, holding: Holding, deed: Deed) -> dict[int, Lot]:
    """The lots of a deed that are not open any more."""
    wallet = holding.book.wallet(deed.kind)
    gone = [id_ for id_, _ in deed.lots if wallet.find(id_) is None]
    found = {id_: wallet.changed[id_] for id_ in gone if id_ in wallet.changed}
    wanted = [(holding.bucket, holding.holder_id, deed.kind, id_) for id_ in gone if id_ not in found]
    rows = batch.store.lots(wanted) if wanted else {}
    return found | {lot: row for (_, _, lot), row in rows.items()}


def known_member(buyer: Buyer | Refused | None) -> Buyer | Refused:
    """Somebody there must be."""
    return buyer or Refused("unknown_member", Why.NOT_FOUND, "member")
