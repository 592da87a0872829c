"""Reserve the points of a receipt, and let a reservation go."""

from datetime import timedelta

import msgspec

from kopilka.core.event import RECEIPT_RELEASED, Event
from kopilka.core.settlement.account import Deal
from kopilka.core.settlement.purchase import Terms, draw_caps, hold
from kopilka.core.settlement.rewards import shown_coupons, use_coupons
from kopilka.core.settlement.sale import HELD, RELEASED
from kopilka.usecases.batch import Batch, Buyer, answer_bytes, client_key, content_hash, encoded, owner_of
from kopilka.usecases.commands import Hold, Release
from kopilka.usecases.decide import decide
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim, StoredSale


def hold_receipt(batch: Batch, command: Hold) -> Outcome:
    """Place a hold. The same content again gets the stored answer; other content, or another buyer, is a new revision."""
    receipt = batch.catalogue.filled(command.receipt)
    asked = ("hold", command.who) if command.minutes is None else ("hold", command.who, command.minutes)
    hashed = content_hash(*asked, encoded=encoded(command.receipt))
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if isinstance(known, Refused):
        return known
    if known is not None:
        return batch.replay(known, "hold")
    stored = batch.loaded.sales.get(receipt.id)
    answered = _answered(batch, stored, hashed)
    if answered is not None:
        return answered
    place = batch.booked(receipt)
    if isinstance(place, Refused):
        return place
    buyer = _buyer(batch, command, stored)
    if isinstance(buyer, Refused):
        return buyer
    owner = owner_of(buyer, receipt.id)
    rules = place[1]
    decision = decide(batch, receipt, place, buyer)
    if isinstance(decision, Refused):
        return decision
    if stored is not None and (stored.bucket, stored.holder_id) != owner:
        batch.pass_on(stored, owner)
    elif stored is not None and stored.sale.state == HELD:
        batch.release_hold(stored, batch.cause("hold", receipt.at, receipt.id))
    cause = batch.cause("hold", receipt.at, receipt.id)
    if buyer is not None:
        buyer.holding.book.bring_to(batch.now, cause)
        draw_caps(batch.standing(buyer.holding, rules.programme.programme), decision, 1)
        batch.touch(buyer.holding)
    lapses_at = batch.now + timedelta(minutes=command.minutes or rules.programme.hold_minutes)
    terms = Terms(lapses_at, 1 if stored is None else stored.sale.revision + 1)
    book = None if buyer is None else buyer.holding.book
    sale, events = hold(rules.programme, Deal(receipt, decision), book, cause, terms)
    sale = msgspec.structs.replace(
        sale, holder_id=owner[1], member_id="" if buyer is None else buyer.who.member_id
    )
    batch.draw_budgets(owner, cause.txn, rules.programme.programme, decision.caps, 1)
    used = use_coupons(decision, receipt.id, batch.coupons(shown_coupons(decision)), until=lapses_at)
    batch.put_coupons(used)
    done = Done("hold", owner[1], sale.member_id, sale, balances=batch.balances(buyer), recorded_at=batch.now)
    answer = answer_bytes(done)
    batch.save(StoredSale(sale, owner[0], owner[1], hashed, answer, batch.now))
    if stored is None:
        batch.claim(Claim(f"rcp:{receipt.id}", hashed, "hold", *owner, receipt.id, answer))
    if key:
        batch.claim(Claim(key, hashed, "hold", *owner, receipt.id, answer))
    batch.emit(events, *owner)
    return done


def _buyer(batch: Batch, command: Hold, stored: StoredSale | None) -> Buyer | Refused | None:
    """Who buys. What is held for a guest, or was let go, may be taken on by anybody; what is held for a member may not."""
    buyer = batch.buyer(command.who)
    if isinstance(buyer, Refused) or stored is None or stored.sale.state != HELD or not stored.sale.member_id:
        return buyer
    same = stored.holder_id == owner_of(buyer, command.receipt.id)[1]
    return buyer if same else Refused("other_member", Why.CONFLICT, "member")


def _answered(batch: Batch, stored: StoredSale | None, hashed: bytes) -> Outcome | None:
    """What a known receipt answers to a hold: a conflict where it is closed, the stored answer to a repeat."""
    if stored is None or stored.sale.state == RELEASED:
        return None
    if stored.sale.state != HELD:
        return Refused("receipt_exists", Why.CONFLICT, "id", {"state": stored.sale.state})
    alive = stored.sale.lapses_at is not None and stored.sale.lapses_at > batch.now
    return batch.replay(stored, "hold") if alive and stored.request_hash == hashed else None


def release_receipt(batch: Batch, command: Release) -> Outcome:
    """End a hold. Releasing what is released already is no error."""
    hashed = content_hash("release", command.receipt_id)
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if known is not None:
        return known if isinstance(known, Refused) else batch.replay(known, "release")
    stored = batch.loaded.sales.get(command.receipt_id)
    if stored is None:
        return Refused("unknown_receipt", Why.NOT_FOUND, "id", {"receipt": command.receipt_id})
    if stored.sale.state == RELEASED:
        return batch.replay(stored, "release")
    if stored.sale.state != HELD:
        return Refused("not_held", Why.CONFLICT, "id", {"state": stored.sale.state})
    cause = batch.cause("release", stored.sale.receipt.at, command.receipt_id)
    batch.release_hold(stored, cause)
    sale = msgspec.structs.replace(stored.sale, state=RELEASED, lapses_at=None)
    done = Done("release", stored.holder_id, sale.member_id, sale, recorded_at=batch.now)
    answer = answer_bytes(done)
    if key:
        owner = (stored.bucket, stored.holder_id)
        batch.claim(Claim(key, hashed, "release", *owner, command.receipt_id, answer))
    batch.save(
        StoredSale(sale, stored.bucket, stored.holder_id, hashed, answer, stored.received_at, stored.returns)
    )
    event = Event(RECEIPT_RELEASED, stored.holder_id, sale.receipt.at, command.receipt_id)
    batch.emit([event], stored.bucket)
    return done
