"""/document, what is a fact already: a receipt is confirmed, perhaps hours later or again; goods have come back.

A till that has printed a receipt cannot take it back, so whatever can be booked is booked, and a repeat is answered as the
first time.
"""

from collections.abc import Sequence

import msgspec

from kopilka.connectors.frontol import words
from kopilka.connectors.frontol.documents import Document
from kopilka.connectors.frontol.mapping import (
    Paid,
    Row,
    Terms,
    document_id,
    paid_of,
    receipt_of,
    rows_of,
    units_of,
    wish_to_spend,
)
from kopilka.connectors.frontol.mapping_sums import (
    charged,
    discounted,
    gross_sums,
    guesses,
    same_goods,
    sums_of,
    undiscounted,
)
from kopilka.connectors.frontol.receipts import place_of, quoted_for
from kopilka.connectors.frontol.refunds import give_parked_back
from kopilka.connectors.frontol.stored import ended
from kopilka.connectors.frontol.till import Buyer, Till
from kopilka.connectors.kit.call import Answer
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.sale import VOIDED, Sale
from kopilka.usecases.batch import Answer as StoredAnswer
from kopilka.usecases.commands import Close, Ref, Release, Stated
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import ReceiptView

TRIES = 3
RACES = ("receipt_exists", "unknown_member", "card_blocked")
"""Refusals after which a second look finds another state."""
_answers = msgspec.json.Decoder(StoredAnswer)


class Sold(msgspec.Struct, frozen=True):
    """A sale as it is to be booked."""

    receipt: Receipt
    who: Ref | None
    stated: Stated


async def confirm(till: Till, document: Document) -> Answer:
    """The receipt is printed: book it as it was, once."""
    uid = document_id(till.connection, document.uid)
    refused = Refused("receipt_exists")
    for _ in range(TRIES):
        seen = await till.services.run(till.services.views.receipt, uid)
        if seen is not None and ended(seen):
            return _again(till, document, seen)
        what = await _sold(till, document, uid, seen)
        outcome = await till.services.counter.carry_out(_close(what))
        if isinstance(outcome, Done) and outcome.sale is not None:
            await give_parked_back(till, uid)
            return _answer(till, outcome.sale, outcome.balances)
        if isinstance(outcome, Refused):
            refused = outcome
            if outcome.code not in RACES:
                break
    raise till.refused(refused)


def _close(what: Sold) -> Close:
    return Close(what.receipt, what.who, what.stated, sold=True)


# -- what was sold ----------------------------------------------------------------------------------------------


async def _sold(till: Till, document: Document, uid: str, stored: ReceiptView | None) -> Sold:
    """What a confirmed receipt was: its lines as they were reserved or calculated, and what was really taken."""
    place = place_of(till, document, uid)
    rows = rows_of(document, place.digits)
    if not rows:
        raise till.no(words.NO_POSITIONS, "no_lines")
    paid = paid_of(document, place.digits)
    buyer = await till.buyer(document.client)
    sale = None if stored is None else stored.stored.sale
    if sale is not None and sale.member_id and (buyer.view is None or buyer.view.member_id == sale.member_id):
        # Points were reserved for this member: whatever has become of the card since, the sale is theirs.
        buyer = msgspec.structs.replace(buyer, ref=Ref("member", sale.member_id))
    held = sale is not None and sale.lapses_at is not None and sale.lapses_at > till.services.clock()
    if sale is None or not same_goods(rows, sale.receipt):
        bonus = paid.bonus_minor or 0
        paid = msgspec.structs.replace(paid, bonus_minor=bonus if buyer.ref is not None else 0)
        receipt, decision = await _decided(till, document, rows, (buyer, paid, uid))
        units = units_for(till, paid)
        return Sold(receipt, buyer.ref, Stated(charged(rows, receipt, decision, paid), units))
    reserved = sale.decision.spent
    minor, units = (0, 0) if reserved is None or not held else (reserved.minor, reserved.units)
    if paid.bonus_minor is None:
        paid = msgspec.structs.replace(paid, bonus_minor=minor)
    sums = sums_of(sale.receipt)
    if held and paid.bonus_minor == minor:
        receipt = receipt_of(document, rows, place, Terms(sums, sale.receipt.spend, paid))
        return Sold(receipt, buyer.ref, Stated(charged(rows, receipt, sale.decision, paid), units))
    if held:
        # Another amount was paid with bonuses than is reserved: what is reserved is free again, the sale is decided anew.
        await till.services.counter.carry_out(Release(uid))
    wish = wish_to_spend(paid.bonus_minor or 0, till.rules.programme)
    receipt = receipt_of(document, rows, place, Terms(sums, wish, paid))
    quoted, _ = await quoted_for(till, receipt, buyer)
    return Sold(
        receipt, buyer.ref, Stated(charged(rows, receipt, quoted.decision, paid), units_for(till, paid))
    )


def units_for(till: Till, paid: Paid) -> int:
    """Points that a till says were spent."""
    programme = till.rules.programme
    return units_of(paid.bonus_minor, programme) if paid.bonus_minor and programme.spend_kind() else 0


async def _decided(
    till: Till, document: Document, rows: Sequence[Row], what: tuple[Buyer, Paid, str]
) -> tuple[Receipt, Decision]:
    """The receipt as it was calculated, found again from its totals: prices × quantities, unless the till has given
    discounts of its own.
    """
    buyer, paid, uid = what
    place = place_of(till, document, uid)
    wish = wish_to_spend(paid.bonus_minor or 0, till.rules.programme)
    receipt = receipt_of(document, rows, place, Terms(gross_sums(rows), wish, paid))
    first, _ = await quoted_for(till, receipt, buyer)
    if undiscounted(rows) or discounted(rows, first.decision, paid):
        return receipt, first.decision
    decision = first.decision
    for sums in guesses(rows, receipt, first.decision, paid):
        receipt = receipt_of(document, rows, place, Terms(sums, wish, paid))
        decision = (await quoted_for(till, receipt, buyer))[0].decision
        if discounted(rows, decision, paid):
            break
    return receipt, decision


# -- answers ----------------------------------------------------------------------------------------------------


def _answer(till: Till, sale: Sale, balances: dict[str, tuple[int, int]]) -> Answer:
    return till.yes(slip=till.speech.closed(sale, balances, till.slips))


def _again(till: Till, document: Document, seen: ReceiptView) -> Answer:
    """A receipt that is booked already is answered as the first time."""
    sale = seen.stored.sale
    if sale.state == VOIDED:
        return till.yes(cashier=[{"text": till.say(words.VOIDED)}], outcome="voided")
    place = place_of(till, document, sale.receipt.id)
    if not same_goods(rows_of(document, place.digits), sale.receipt):
        return till.yes(cashier=[{"text": till.say(words.OTHER_CONTENT)}], outcome="receipt_exists")
    return _answer(till, sale, _answers.decode(seen.stored.answer).balances if seen.stored.answer else {})
