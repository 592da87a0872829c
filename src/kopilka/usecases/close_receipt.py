"""The sale is done: load → decide → settle → write, for one receipt of a batch."""

import msgspec

from kopilka.core.receipt import Receipt, Shop, ranks
from kopilka.core.rules.decision import Decision, Spent
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.account import Account, Deal
from kopilka.core.settlement.purchase import close, release
from kopilka.core.settlement.sale import CLOSED, HELD, RELEASED
from kopilka.usecases.batch import Batch, Buyer, answer_bytes, client_key, content_hash, encoded, owner_of
from kopilka.usecases.commands import Close, Stated
from kopilka.usecases.decide import decide
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.ports import Claim, StoredSale
from kopilka.usecases.reward import reward
from kopilka.values.share import allocate


class _Request(msgspec.Struct, frozen=True, gc=False):
    """The receipt encoded, the hash of the whole request, and the client's key."""

    content: bytes
    hashed: bytes
    key: str


def _sorted(stated: Stated | None) -> object:
    return None if stated is None else (sorted(stated.lines.items()), stated.points_units)


def close_receipt(batch: Batch, command: Close) -> Outcome:
    """Close a receipt. A repeat gets the stored answer; the same id with other content is a conflict."""
    content = encoded(command.receipt)
    hashed = content_hash("close", command.who, _sorted(command.stated), command.sold, encoded=content)
    receipt = batch.catalogue.filled(command.receipt)
    if receipt is not command.receipt:
        content, command = encoded(receipt), msgspec.structs.replace(command, receipt=receipt)
    key = client_key(command.client, command.key) if command.key else ""
    known = batch.known(key, hashed) if key else None
    if isinstance(known, Refused):
        return known
    if known is not None:
        return batch.replay(known, "close")
    stored = batch.loaded.sales.get(receipt.id)
    if stored is not None and stored.sale.state not in {HELD, RELEASED}:
        if stored.request_hash == hashed:
            return batch.replay(stored, "close")
        return Refused("receipt_exists", Why.CONFLICT, "id", {"state": stored.sale.state})
    place = batch.booked(receipt)
    if isinstance(place, Refused):
        return place
    held = batch.held(receipt.id)
    buyer = batch.buyer(
        command.who, promised=held.sale.member_id if held is not None and command.sold else ""
    )
    if isinstance(buyer, Refused):
        return buyer
    owner = owner_of(buyer, receipt.id)
    others = held if held is not None and (held.bucket, held.holder_id) != owner else None
    refused = _stated_wrong(command) if others is None or command.sold else _held_for(others)
    if refused is not None:
        return refused
    if others is not None:
        held = None  # a fact: what was held for somebody else is let go
    if held is not None and _same_goods(receipt, held.sale.receipt):
        # The lines as they were held: what a till says of the same goods in another order or words changes nothing.
        same = held.sale.receipt
        receipt = msgspec.structs.replace(receipt, lines=same.lines, delivery=same.delivery)
        content, command = encoded(receipt), msgspec.structs.replace(command, receipt=receipt)
    decided = _decision(batch, command, place, buyer, held)
    if isinstance(decided, Refused):
        return decided
    return _book(batch, command, buyer, decided, _Request(content, hashed, key))


def _held_for(held: StoredSale) -> Refused:
    """Why a receipt cannot be closed for another buyer while it is held: that one saw other sums."""
    code = "other_member" if held.sale.member_id else "hold_changed"
    return Refused(code, Why.CONFLICT, "member")


class _Decided(msgspec.Struct, frozen=True):
    """What is to be posted: by which programme, where the till took other sums, and whether it is what was held."""

    rules: Ruleset
    decision: Decision
    variance: dict[str, int]
    as_held: bool = False


def _decision(
    batch: Batch, command: Close, place: tuple[Shop, Ruleset], buyer: Buyer | None, held: StoredSale | None
) -> _Decided | Refused:
    rules = place[1]
    lapses_at = None if held is None else held.sale.lapses_at
    alive = lapses_at is not None and lapses_at > batch.now
    decision: Decision | Refused
    as_held = False
    if held is not None and alive and _same_goods(command.receipt, held.sale.receipt):
        decision, as_held = held.sale.decision, True
        rules = batch.catalogue.numbered(decision.programme, decision.version) or rules
    elif held is not None and not command.sold:
        return Refused("hold_changed" if alive else "hold_lapsed", Why.CONFLICT, "lines" if alive else "id")
    else:
        decision = decide(batch, command.receipt, place, buyer, sold=command.sold)
    if isinstance(decision, Refused) or command.stated is None:
        return decision if isinstance(decision, Refused) else _Decided(rules, decision, {}, as_held)
    variance = _variance(command, decision)
    if variance and not command.sold:
        return Refused("differs_from_decision", Why.CONFLICT, "stated", {**variance})
    if variance:
        decision = _charged(command, decision, rules, buyer)
    return _Decided(rules, decision, variance, as_held)


def _same_goods(one: Receipt, other: Receipt) -> bool:
    """Whether two receipts sell the same, in any order: what was given outside counts, wishes and words do not."""
    return one.given_minor == other.given_minor and _sold(one) == _sold(other)


def _sold(receipt: Receipt) -> set[tuple[str, str, int, int, int]]:
    return {
        (line.id, line.sku, line.quantity, line.sum_minor, line.given_minor) for line in receipt.all_lines()
    }


def _stated_wrong(command: Close) -> Refused | None:
    """A till that names a line which is not there, or takes less than nothing, is not understood."""
    stated = command.stated
    if stated is None:
        return None
    strange = stated.lines.keys() - {line.id for line in command.receipt.all_lines()}
    if strange:
        return Refused("unknown_line", Why.INVALID, "stated.lines", {"line": min(strange)})
    if min(stated.lines.values(), default=0) < 0 or (stated.points_units or 0) < 0:
        return Refused("bad_amount", Why.INVALID, "stated")
    return None


def _variance(command: Close, decision: Decision) -> dict[str, int]:
    """Line sums and points that the till took, where they differ from the Decision (taken minus decided)."""
    stated = command.stated
    if stated is None:
        return {}
    spent = decision.spent.parts if decision.spent is not None else (0,) * len(decision.left)
    variance: dict[str, int] = {}
    for line, left, part in zip(command.receipt.all_lines(), decision.left, spent, strict=True):
        difference = stated.lines.get(line.id, left - part) - (left - part)
        if difference:
            variance[line.id] = difference
    units = 0 if decision.spent is None else decision.spent.units
    if stated.points_units is not None and stated.points_units != units:
        variance["points"] = stated.points_units - units
    return variance


def _charged(command: Close, decision: Decision, rules: Ruleset, buyer: Buyer | None) -> Decision:
    """The Decision as it was really charged: stated sums, and points shared over the lines again."""
    stated = command.stated
    if stated is None:
        return decision
    before = decision.spent
    units = (
        stated.points_units if stated.points_units is not None else (0 if before is None else before.units)
    )
    kind_id = rules.programme.spend_kind()
    spent: Spent | None = None
    parts = [0] * len(decision.left)
    if units and kind_id and buyer is not None:
        kind = rules.programme.points[kind_id]
        minor = units * kind.worth // kind.scale
        order = ranks(tuple(command.receipt.all_lines()))
        parts = allocate(minor, [max(0, left) for left in decision.left], order)
        spent = Spent(kind_id, units, minor, tuple(parts))
    old = before.parts if before is not None else (0,) * len(decision.left)
    left = [
        stated.lines.get(line.id, row - was) + part
        for line, row, was, part in zip(command.receipt.all_lines(), decision.left, old, parts, strict=True)
    ]
    due = max(0, sum(left))
    paid = max(0, due - (spent.minor if spent else 0))
    return msgspec.structs.replace(decision, left=tuple(left), due_minor=due, spent=spent, paid_minor=paid)


def _book(batch: Batch, command: Close, buyer: Buyer | None, decided: _Decided, request: _Request) -> Outcome:
    receipt, programme, decision = command.receipt, decided.rules.programme, decided.decision
    before, held = batch.loaded.sales.get(receipt.id), batch.held(receipt.id)
    cause = batch.cause("close", receipt.at, receipt.id)
    owner = owner_of(buyer, receipt.id)
    if before is not None and (before.bucket, before.holder_id) != owner:
        batch.pass_on(before, owner)
    elif held is not None and not decided.as_held:
        batch.release_hold(held, batch.cause("close", receipt.at, receipt.id))
    account = None
    if buyer is not None:
        holding = buyer.holding
        account = Account(
            holding.book, batch.standing(holding, programme.programme), belongings=holding.belongings
        )
        if decided.variance:
            release(holding.book, receipt.id, cause)
        holding.book.bring_to(batch.now, cause)
        batch.touch(holding)
    deal = Deal(receipt, decision, command.sold, as_held=decided.as_held)
    sale, events = close(programme, deal, account, cause)
    sale = msgspec.structs.replace(
        sale,
        state=CLOSED,
        holder_id=owner[1],
        member_id="" if buyer is None else buyer.who.member_id,
        variance=decided.variance,
        revision=1 if before is None else before.sale.revision,
    )
    if not decided.as_held:
        batch.draw_budgets(owner, cause.txn, programme.programme, decision.caps, 1)
    sale, more = reward(batch, programme, sale, buyer)
    events += more
    done = Done(
        "close", owner[1], sale.member_id, sale, txn=cause.txn,
        balances=batch.balances(buyer), recorded_at=batch.now,
    )  # fmt: skip
    answer = answer_bytes(done)
    batch.save(
        StoredSale(sale, owner[0], owner[1], request.hashed, answer, batch.now, content=request.content)
    )
    if before is None:
        batch.claim(Claim(f"rcp:{receipt.id}", request.hashed, "close", *owner, receipt.id, b"{}"))
    if request.key:
        batch.claim(Claim(request.key, request.hashed, "close", *owner, receipt.id, answer))
    batch.emit(events, *owner)
    return done
