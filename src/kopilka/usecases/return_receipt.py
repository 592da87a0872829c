"""Goods come back, or a whole receipt is undone on its day: the mirror of the stored Decision."""

import msgspec

from kopilka.core.ledger.lot import Lot
from kopilka.core.rules.reason import Reason
from kopilka.core.settlement.account import Account
from kopilka.core.settlement.refund import Returned, ReturnWish, advance, give_back
from kopilka.core.settlement.sale import CLOSED, VOIDED, rest_of
from kopilka.usecases.batch import SKEW, Batch, answer_bytes, client_key, content_hash
from kopilka.usecases.commands import Return, Void
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim, Holding, NewReturn, StoredSale
from kopilka.usecases.reward import unreward
from kopilka.values.period import local_day


def return_receipt(batch: Batch, command: Return) -> Outcome:
    """Take goods back. A return of an unknown sale is recorded and reported, never guessed."""
    hashed = content_hash("return", command.receipt_id, command.wish, command.shop)
    key = f"ret:{command.return_id}"
    known = batch.known(key, hashed)
    if isinstance(known, Refused):
        return msgspec.structs.replace(known, field="return_id", code="return_exists")
    if known is not None:
        return batch.replay(known, "return")
    stored = batch.loaded.sales.get(command.receipt_id)
    if stored is None:
        batch.changes.strays.append((command, batch.now))
        return Refused("unknown_receipt", Why.NOT_FOUND, "id", {"receipt": command.receipt_id})
    if stored.sale.state != CLOSED:
        return Refused("not_closed", Why.CONFLICT, "id", {"state": stored.sale.state})
    if command.at > batch.now + SKEW:
        return Refused("in_the_future", Why.INVALID, "at")
    progress = advance(stored.sale, command.wish)
    if isinstance(progress, Reason):
        return refusal(progress)
    return _book(batch, stored, command, progress, (hashed, [key]))


def quote_return(batch: Batch, command: Return) -> Returned | Refused:
    """What a return would do; nothing is written."""
    stored = batch.loaded.sales.get(command.receipt_id)
    if stored is None:
        return Refused("unknown_receipt", Why.NOT_FOUND, "id", {"receipt": command.receipt_id})
    if stored.sale.state != CLOSED:
        return Refused("not_closed", Why.CONFLICT, "id", {"state": stored.sale.state})
    progress = advance(stored.sale, command.wish)
    if isinstance(progress, Reason):
        return refusal(progress)
    outcome = _book(batch, stored, command, progress, (b"", []))
    return (
        outcome.returned
        if isinstance(outcome, Done) and outcome.returned
        else refusal(Reason("nothing_left"))
    )


def void_receipt(batch: Batch, command: Void) -> Outcome:
    """Undo a closed receipt as a whole, on its own day; voiding it twice is no error."""
    hashed = content_hash("void", command.receipt_id)
    keys = [f"void:{command.receipt_id}"]
    keys += [client_key(command.client, command.key)] if command.key else []
    for key in reversed(keys):
        known = batch.known(key, hashed)
        if known is not None:
            return known if isinstance(known, Refused) else batch.replay(known, "void")
    stored = batch.loaded.sales.get(command.receipt_id)
    if stored is None:
        return Refused("unknown_receipt", Why.NOT_FOUND, "id", {"receipt": command.receipt_id})
    sale = stored.sale
    if sale.state != CLOSED:
        return Refused("not_closed", Why.CONFLICT, "id", {"state": sale.state})
    rules = batch.catalogue.numbered(sale.decision.programme, sale.decision.version)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "id")
    if local_day(batch.now, rules.programme.zone) != local_day(sale.recorded_at, rules.programme.zone):
        return Refused("not_same_day", Why.NOT_ALLOWED, "id", {"day": sale.day.isoformat()})
    if any(sale.progress):
        return Refused("returned_already", Why.CONFLICT, "id")
    voided = msgspec.structs.replace(stored, sale=msgspec.structs.replace(sale, state=VOIDED))
    wish = Return(command.receipt_id, "", ReturnWish(), command.at, client=command.client)
    return _book(batch, voided, wish, sale.wholes(), (hashed, keys))


def refusal(reason: Reason) -> Refused:
    """A return that cannot be, as an answer that names the field."""
    fields = {"more_than_paid": "amount", "nothing_left": "id"}
    why = Why.CONFLICT if reason.code == "nothing_left" else Why.NOT_ALLOWED
    return Refused(reason.code, why, fields.get(reason.code, "lines"), dict(reason.params))


def _book(
    batch: Batch, stored: StoredSale, command: Return, progress: list[int], claims: tuple[bytes, list[str]]
) -> Outcome:
    sale = stored.sale
    rules = batch.catalogue.numbered(sale.decision.programme, sale.decision.version)
    if rules is None:
        return Refused("unknown_programme", Why.NOT_FOUND, "id")
    voids = sale.state == VOIDED
    verb = "void" if voids else "return"
    cause = batch.cause(verb, command.at, sale.receipt.id)
    holding = batch.loaded.holdings.get(stored.holder_id)
    account = None
    if holding is not None:
        holding.book.bring_to(batch.now, cause)
        standing = batch.standing(holding, sale.decision.programme)
        account = Account(holding.book, standing, _closed_lots(batch, stored, holding))
        batch.touch(holding)
    complete_before = rest_of(sale, sale.done()).complete
    changed, outcome, events = give_back(rules.programme, sale, progress, account, cause)
    owner = (stored.bucket, stored.holder_id)
    completes = outcome.complete and not complete_before
    if completes:
        batch.draw_budgets(owner, cause.txn, sale.decision.programme, sale.decision.caps, -1)
    unreward(batch, changed, holding, complete=completes)
    balances = {}
    if holding is not None and sale.member_id:
        balances = batch.holder_balances(holding)
    done = Done(
        verb,
        stored.holder_id,
        sale.member_id,
        changed,
        outcome,
        txn=cause.txn,
        balances=balances,
        recorded_at=batch.now,
    )
    answer = answer_bytes(done)
    after = msgspec.structs.replace(stored, sale=changed)
    if not voids:
        after = msgspec.structs.replace(after, returns=stored.returns + 1)
        batch.changes.returns.append(NewReturn(after, command, cause.txn, outcome, batch.now))
    batch.save(after)
    for key in claims[1]:
        batch.claim(Claim(key, claims[0], verb, *owner, sale.receipt.id, answer))
    batch.emit(events, *owner)
    return done


def _closed_lots(batch: Batch, stored: StoredSale, holding: Holding) -> dict[tuple[str, int], Lot]:
    """Lots that the sale's points came from and that are not open any more."""
    sale, book = stored.sale, holding.book
    drawn = [] if sale.decision.spent is None else [(sale.decision.spent.kind, sale.spend_lots)]
    drawn += [
        (charge.kind, lots) for charge, lots in zip(sale.decision.charges, sale.charge_lots, strict=False)
    ]
    fresh: dict[tuple[str, int], Lot] = {}
    wanted: list[tuple[int, str, str, int]] = []
    for kind, lots in drawn:
        wallet = book.wallet(kind)
        for id_, _ in lots:
            if wallet.find(id_) is None and id_ in wallet.changed:
                fresh[kind, id_] = wallet.changed[id_]
            elif wallet.find(id_) is None:
                wanted.append((stored.bucket, stored.holder_id, kind, id_))
    found = batch.store.lots(wanted) if wanted else {}
    return fresh | {(kind, id_): found[(stored.holder_id, kind, id_)] for _, _, kind, id_ in wanted}
