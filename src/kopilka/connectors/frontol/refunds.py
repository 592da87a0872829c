"""/document: goods come back. The refund document's own id makes a repeat harmless.

A refund whose sale is not known (yet) is recorded for people to look at, and kept: where the sale comes late, it follows.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from kopilka.connectors.frontol import words
from kopilka.connectors.frontol.documents import Document
from kopilka.connectors.frontol.mapping import Paid, Row, document_id, paid_of, rows_of
from kopilka.connectors.frontol.mapping_refund import stray_wish, wish_of
from kopilka.connectors.frontol.stored import ended, keep_waiting, waited, waiting_for
from kopilka.connectors.frontol.till import Till, at_of
from kopilka.connectors.kit.call import Answer
from kopilka.core.settlement.refund import ReturnWish
from kopilka.core.settlement.sale import CLOSED
from kopilka.usecases.commands import Return
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import ReceiptView
from kopilka.values.money import exponent

TRIES = 3
NO_SALE = "unknown"
"""What a refund refers to that names no sale."""


class Refund(msgspec.Struct, frozen=True):
    """A refund as it was read: its id, its sale, what came back, when and where."""

    uid: str
    sale: str
    rows: Sequence[Row]
    paid: Paid
    at: datetime
    shop: str


class Effect(msgspec.Struct, frozen=True):
    """What a refund did: points by kind."""

    back: dict[str, int] = {}
    taken: dict[str, int] = {}


async def refund(till: Till, document: Document) -> Answer:
    """Take goods back that a till has taken back already."""
    read = refund_of(till, document)
    sale = await till.services.run(till.services.views.receipt, read.sale)
    if sale is None or not ended(sale):
        await _wait(till, read, document, known=sale is not None)
        sale = await till.services.run(till.services.views.receipt, read.sale)
    if sale is None or not ended(sale):
        return till.yes(cashier=[{"text": till.say(words.SALE_UNKNOWN)}], outcome="unknown_receipt")
    if sale.stored.sale.state != CLOSED:
        return till.yes(cashier=[{"text": till.say(words.VOIDED)}], outcome="voided")
    effect = await _give_back(till, read)
    if effect is None:
        return till.yes(cashier=[{"text": till.say(words.NOTHING_LEFT)}], outcome="nothing_left")
    return till.yes(slip=till.speech.returned(effect.back, effect.taken, till.slips))


def refund_of(till: Till, document: Document) -> Refund:
    """A refund as its document says."""
    digits = exponent(till.rules.programme.currency)
    connection = till.connection
    sale = (
        document_id(connection, document.reference_uid, "referenceUid") if document.reference_uid else NO_SALE
    )
    return Refund(
        document_id(connection, document.uid), sale, rows_of(document, digits), paid_of(document, digits),
        at_of(till, document), till.shop.id,
    )  # fmt: skip


async def give_parked_back(till: Till, uid: str) -> None:
    """Refunds that came before their sale follow it. One that cannot be done stays recorded for people."""
    for note in await waiting_for(till, uid):
        document = msgspec.convert(note.content["document"], Document, strict=False)
        read = msgspec.structs.replace(refund_of(till, document), uid=note.id, sale=uid)
        await _give_back(till, msgspec.structs.replace(read, shop=str(note.content["shop"])))
        await waited(till, note)


async def _wait(till: Till, read: Refund, document: Document, *, known: bool) -> None:
    """Record a refund without its sale, and keep what is needed to do it later: nothing about people."""
    if not known:
        await till.services.counter.carry_out(_return(till, read, read.sale, stray_wish(read.rows)))
    if read.sale == NO_SALE:
        return
    bare = msgspec.structs.replace(document, client=None, cashier=None)
    content = {"document": msgspec.to_builtins(bare), "shop": read.shop}
    await keep_waiting(till, read.uid, read.sale, content)


async def _give_back(till: Till, read: Refund) -> Effect | None:
    """Return what the sale still has of it; None where that is nothing. A repeat finds what the first did."""
    refused = Refused("return_exists")
    for _ in range(TRIES):
        seen = await till.services.run(till.services.views.receipt, read.sale)
        if seen is None:
            return None
        done = _done_before(seen, read.uid)
        if done is not None:
            return done
        sale = seen.stored.sale
        wish = wish_of(sale, read.rows, read.paid)
        if wish is None:
            return None
        outcome = await till.services.counter.carry_out(_return(till, read, sale.receipt.id, wish))
        if isinstance(outcome, Done) and outcome.returned is not None:
            return Effect(outcome.returned.points_back, outcome.returned.points_taken)
        refused = outcome if isinstance(outcome, Refused) else refused
        # Somebody has returned goods of this sale meanwhile: look again.
    raise till.refused(refused)


def _done_before(seen: ReceiptView, uid: str) -> Effect | None:
    found = next((row for row in seen.returns if row.return_id == uid), None)
    return None if found is None else Effect(found.points_back, found.points_taken)


def _return(till: Till, read: Refund, sale: str, wish: ReturnWish) -> Return:
    return Return(sale, read.uid, wish, read.at, read.shop, till.connection.connection_id)
