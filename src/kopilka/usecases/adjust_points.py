"""Points by hand: staff add or take them with a reason; members exchange them for gifts."""

import msgspec

from kopilka.core.event import POINTS_ADJUSTED, POINTS_EXCHANGED, Event
from kopilka.core.ledger.lot import Days
from kopilka.core.ledger.posting import ADJUSTMENT, GIFTS
from kopilka.usecases.batch import SKEW, Batch, Buyer, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import Adjust, Exchange
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim
from kopilka.values.period import day_end, day_start
from kopilka.values.points import Points


def adjust_points(batch: Batch, command: Adjust) -> Outcome:
    """Add points (into a lot of their own) or take free ones. Never below what is free."""
    later = () if command.active_on is None else (command.active_on,)
    hashed = content_hash(
        "adjust", command.who, command.kind, command.units, command.reason, command.last_on, *later
    )
    key = client_key(command.client, command.key)
    known = batch.known(key, hashed)
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "adjust")
    if command.units == 0:
        return Refused("nothing_to_adjust", Why.INVALID, "points")
    buyer = batch.buyer(command.who)
    if buyer is None or isinstance(buyer, Refused):
        return buyer or Refused("unknown_member", Why.NOT_FOUND, "member")
    zone = batch.catalogue.zone_of(command.kind)
    if zone is None:
        return Refused("unknown_points", Why.NOT_FOUND, "kind", {"kind": command.kind})
    book = buyer.holding.book
    expires_at = None if command.last_on is None else day_end(command.last_on, zone)
    active_from = (
        batch.now if command.active_on is None else max(batch.now, day_start(command.active_on, zone))
    )
    if command.units > 0 and expires_at is not None and expires_at <= active_from:
        return Refused("in_the_past", Why.INVALID, "last_on")
    free = book.free(command.kind, batch.now)
    if free < -command.units:
        params: dict[str, int | str] = {"free": free, "asked": -command.units}
        return Refused("not_enough_points", Why.NOT_ALLOWED, "points", params)
    cause = batch.cause("adjust", batch.now, note=command.reason, actor=command.actor)
    book.bring_to(batch.now, cause)
    if command.units > 0:
        book.credit(Points(command.units, command.kind), cause, ADJUSTMENT, Days(active_from, expires_at))
    else:
        book.debit(command.kind, -command.units, cause, ADJUSTMENT)
    event = Event(
        POINTS_ADJUSTED, book.holder_id, batch.now,
        data={"kind": command.kind, "units": command.units, "reason": command.reason},
    )  # fmt: skip
    return _done(batch, buyer, _Moved("adjust", cause.txn, command.units, event), (key, hashed))


def exchange_points(batch: Batch, command: Exchange) -> Outcome:
    """Points for gifts, as many times as asked and as free points allow; none at all is a refusal."""
    hashed = content_hash("exchange", command.who, command.kind, command.units, command.gift, command.times)
    key = client_key(command.client, command.key)
    known = batch.known(key, hashed)
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "exchange")
    buyer = batch.buyer(command.who)
    if buyer is None or isinstance(buyer, Refused):
        return buyer or Refused("unknown_member", Why.NOT_FOUND, "member")
    if command.units <= 0 or command.times <= 0:
        return Refused("nothing_to_adjust", Why.INVALID, "points")
    if command.at is not None and command.at > batch.now + SKEW:
        return Refused("in_the_future", Why.INVALID, "at")
    book = buyer.holding.book
    free = book.free(command.kind, batch.now)
    units = min(command.times, free // command.units) * command.units
    if units == 0:
        return Refused("not_enough_points", Why.NOT_ALLOWED, "points", {"free": free, "asked": command.units})
    cause = batch.cause("exchange", command.at or batch.now, note=command.gift)
    book.bring_to(batch.now, cause)
    book.debit(command.kind, units, cause, f"{GIFTS}:{command.gift}")
    event = Event(
        POINTS_EXCHANGED,
        book.holder_id,
        batch.now,
        data={"kind": command.kind, "units": units, "gift": command.gift},
    )
    return _done(batch, buyer, _Moved("exchange", cause.txn, units, event), (key, hashed))


class _Moved(msgspec.Struct, frozen=True):
    """What was done: the verb, its transaction, the units (taken ones below zero) and the event that tells it."""

    verb: str
    txn: str
    units: int
    event: Event


def _done(batch: Batch, buyer: Buyer, moved: _Moved, claim: tuple[str, bytes]) -> Done:
    holding = buyer.holding
    batch.touch(holding)
    done = Done(
        moved.verb, holding.holder_id, buyer.who.member_id, units=moved.units, txn=moved.txn,
        balances=batch.balances(buyer), recorded_at=batch.now,
    )  # fmt: skip
    batch.claim(
        Claim(claim[0], claim[1], moved.verb, *(holding.bucket, holding.holder_id), "", answer_bytes(done))
    )
    batch.emit([moved.event], holding.bucket)
    return done
