"""Points paid out in money: kinds that say `payout: yes`, only what is free, with the reference of the payment."""

from datetime import datetime

from kopilka.core.event import POINTS_PAID_OUT, Event
from kopilka.core.ledger.posting import PAYOUT
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.deed import Deed
from kopilka.usecases.batch import Batch, client_key, content_hash
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import PayOut
from kopilka.usecases.deeds import Told, finish, known_member, repeated
from kopilka.usecases.outcomes import Outcome, Refused, Why


def pay_out(batch: Batch, command: PayOut) -> Outcome:
    """Pay points out. Points of other kinds are no money and cannot be had as such."""
    hashed = content_hash("payout", command.who, command.kind, command.units, command.reference)
    key = client_key(command.client, command.key)
    known = repeated(batch, key, hashed, "payout")
    if known is not None:
        return known
    if command.units <= 0:
        return Refused("nothing_to_adjust", Why.INVALID, "points")
    if not command.reference.strip():
        return Refused("required", Why.INVALID, "reference")
    if batch.catalogue.zone_of(command.kind) is None:
        return Refused("unknown_points", Why.NOT_FOUND, "kind", {"kind": command.kind})
    rules = paying(batch.catalogue, command.kind, batch.now)
    if rules is None:
        return Refused("no_payout", Why.NOT_ALLOWED, "kind", {"kind": command.kind})
    programme = rules.programme
    buyer = known_member(batch.buyer(command.who))
    if isinstance(buyer, Refused):
        return buyer
    holding = buyer.holding
    free = holding.book.free(command.kind, batch.now)
    if command.units > free:
        params: dict[str, int | str] = {"free": free, "asked": command.units, "kind": command.kind}
        return Refused("not_enough_points", Why.NOT_ALLOWED, "points", params)
    cause = batch.cause("payout", batch.now, note=command.reference, actor=command.actor)
    holding.book.bring_to(batch.now, cause)
    lots = holding.book.debit(command.kind, command.units, cause, PAYOUT)
    deed = Deed(
        programme.programme, rules.version, "payout", kind=command.kind, units=command.units, lots=lots
    )
    data: dict[str, object] = {
        "kind": command.kind, "units": command.units, "currency": programme.currency,
        "amount_minor": programme.points[command.kind].rate.minor_for(command.units), "reference": command.reference,
    }  # fmt: skip
    event = Event(POINTS_PAID_OUT, holding.holder_id, batch.now, data=data)
    told = Told("payout", cause.txn, command.units, deed, event)
    return finish(batch, holding, buyer.who.member_id, told, [(key, hashed)])


def paying(catalogue: Catalogue, kind: str, at: datetime) -> Ruleset | None:
    """The first programme in force in which a kind may be paid out."""
    for id_ in catalogue.programmes():
        rules = catalogue.ruleset(id_, at)
        found = None if rules is None else rules.programme.points.get(kind)
        if rules is not None and found is not None and found.payout:
            return rules
    return None
