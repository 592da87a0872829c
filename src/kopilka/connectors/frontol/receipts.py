"""/document: a receipt is calculated, paid with bonuses, released and confirmed; goods come back."""

import asyncio
from collections.abc import Sequence
from typing import Any

from kopilka.connectors.frontol import codes, words
from kopilka.connectors.frontol.documents import Document, text_of
from kopilka.connectors.frontol.mapping import (
    Paid,
    Place,
    Row,
    Terms,
    asked_minor,
    discounts,
    document_id,
    paid_parts,
    receipt_of,
    refs_of,
    rows_of,
    units_of,
    wish_to_spend,
)
from kopilka.connectors.frontol.mapping_sums import (
    discounted,
    gross_sums,
    undiscounted,
)
from kopilka.connectors.frontol.speech import Block, plain
from kopilka.connectors.frontol.till import Buyer, Till, at_of, receipts_to
from kopilka.connectors.kit.call import Answer
from kopilka.connectors.kit.numbers import fixed
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Decision
from kopilka.usecases.commands import Hold, Quote, Release
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.quote_receipt import Quoted

QUOTE = "quote"
UNKNOWN = ("unknown_member", "card_blocked", "member_blocked")


def place_of(till: Till, document: Document, receipt_id: str) -> Place:
    """Where a receipt belongs."""
    return Place(till.shop.id, till.rules.programme.currency, at_of(till, document), receipt_id)


# -- calculate --------------------------------------------------------------------------------------------------


async def calculate(till: Till, document: Document) -> Answer:
    """What this receipt gives; writes nothing (but a code that the connection asks for is sent)."""
    uid = document_id(till.connection, document.uid) if document.uid else QUOTE
    place = place_of(till, document, uid)
    rows = rows_of(document, place.digits)
    quoted, buyer = await _counted(till, document, receipt_of(document, rows, place))
    decision = quoted.decision
    more: dict[str, Any] = {"client": {}}
    room = decision.room.minor
    cashier: list[Block] = (
        [{"text": till.say(buyer.note), "weight": "bold"}] if buyer.note is not None else []
    )
    slip: list[Block] = []
    if buyer.ref is not None and buyer.view is not None:
        free = quoted.balances.get(till.speech.kind, (0, 0))[1]
        client = till.contacts(document.client, buyer.view)
        if room and codes.asked_for(till):
            client["validationCode"] = await codes.spending_code(till, buyer.view, uid)
        more = {"client": client | {"availableAmount": fixed(room, place.digits)}}
        contact = receipts_to(buyer.view)
        if contact:
            named = "email" if contact == "email" else "mobilePhone"
            more["electronicCheck"] = {"form": "electronicAndPrinted", "contact": named}
        cashier.append(till.speech.member(buyer.view, decision, free))
        slip = till.speech.quoted(decision, free, till.slips)
    if rows:
        more["document"] = {"positions": discounts(rows, quoted.command.receipt, decision, place.digits)}
        titles = await _titles(till, decision)
        cashier += till.speech.advice(decision, titles, hints=buyer.ref is not None)
    return till.yes(more, cashier=cashier, slip=slip, outcome="" if buyer.note is None else "no_member")


async def _counted(till: Till, document: Document, receipt: Receipt) -> tuple[Quoted, Buyer]:
    """A quote and its buyer, both asked for at once: a cashier waits, and the first name is nearly always the right one."""
    first = next(iter(refs_of(document.client)), None)
    asked = till.services.counter.quote(Quote(receipt, first))
    buyer, quoted = await asyncio.gather(till.buyer(document.client), asked)
    if buyer.ref == first and isinstance(quoted, Quoted):
        return quoted, buyer
    return await quoted_for(till, receipt, buyer)


async def _titles(till: Till, decision: Decision) -> dict[str, str]:
    """What goods are called that rules give away."""
    if not decision.gifts:
        return {}
    found = await till.services.run(
        till.services.goods.products, sorted({gift.sku for gift in decision.gifts})
    )
    return {sku: product.title for sku, product in found.items()}


async def quoted_for(till: Till, receipt: Receipt, buyer: Buyer) -> tuple[Quoted, Buyer]:
    """A quote; for a guest where the member has been blocked meanwhile."""
    quoted = await till.services.counter.quote(Quote(receipt, buyer.ref))
    if isinstance(quoted, Refused) and quoted.code in UNKNOWN and buyer.ref is not None:
        buyer = Buyer(note=words.UNKNOWN_CLIENT)
        quoted = await till.services.counter.quote(Quote(receipt, None))
    if isinstance(quoted, Refused):
        raise till.refused(quoted)
    return quoted, buyer


# -- bonuses ----------------------------------------------------------------------------------------------------


async def pay_by_bonus(till: Till, document: Document) -> Answer:
    """Reserve exactly what is asked; a repeat replaces what was reserved before."""
    uid = document_id(till.connection, document.uid)
    place = place_of(till, document, uid)
    rows = rows_of(document, place.digits)
    amount = asked_minor(document, place.digits)
    if not rows:
        raise till.no(words.NO_POSITIONS, "no_lines")
    buyer = await till.buyer(document.client)
    if buyer.ref is None or buyer.view is None:
        raise till.no(buyer.note or words.NO_CLIENT, "unknown_member")
    _exact(till, amount)
    if codes.asked_for(till):
        code = "" if document.client is None else text_of(document.client.validation_code)
        await codes.confirm_spending(till, buyer.view, uid, code)
    sums = await _sums(till, document, rows, place, buyer)
    wish = wish_to_spend(amount, till.rules.programme)
    outcome = await till.services.counter.carry_out(
        Hold(receipt_of(document, rows, place, Terms(sums, wish)), buyer.ref)
    )
    if isinstance(outcome, Refused) or outcome.sale is None:
        raise till.refused(outcome if isinstance(outcome, Refused) else Refused("no_spending"))
    sale = outcome.sale
    spent = 0 if sale.decision.spent is None else sale.decision.spent.units
    line = till.speech.pair(till.slips, words.PAYS, till.speech.points(spent))
    text = plain(f"{till.say(words.PAYS)}: {till.speech.points(spent)}")
    positions = paid_parts(sale.receipt, sale.decision, place.digits)
    return till.yes({"document": {"positions": positions}}, cashier=[{"text": text}], slip=[line])


def _exact(till: Till, amount: int) -> None:
    """Points must be worth exactly the amount: a till expects it to the kopeck."""
    programme = till.rules.programme
    if not programme.spend_kind():
        raise till.no(words.NO_SPENDING, "no_spending")
    rate = programme.points[programme.spend_kind()].rate
    units = units_of(amount, programme)
    if rate.minor_for(units) == amount:
        return
    near = rate.minor_for(max(0, units - 1))
    money = till.speech.teller.money
    raise till.no(words.STEP, "spend_step", asked=money(amount), near=money(near))


async def _sums(
    till: Till, document: Document, rows: Sequence[Row], place: Place, buyer: Buyer
) -> dict[int, int]:
    """What lines cost before our discounts: as calculated, or prices × quantities where the totals have them in."""
    if undiscounted(rows):
        return {}
    gross = gross_sums(rows)
    quoted, _ = await quoted_for(till, receipt_of(document, rows, place, Terms(gross)), buyer)
    return gross if discounted(rows, quoted.decision, Paid()) else {}


async def cancel_bonus_payment(till: Till, document: Document) -> Answer:
    """The bonuses are free again; nothing to cancel is no error."""
    uid = document_id(till.connection, document.uid)
    outcome = await till.services.counter.carry_out(Release(uid))
    if isinstance(outcome, Refused) and outcome.code != "unknown_receipt":
        raise till.no(words.ALREADY_CLOSED, outcome.code)
    return till.yes(cashier=[{"text": till.say(words.RELEASED)}])
