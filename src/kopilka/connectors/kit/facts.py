"""Sales and returns that have happened already: booked as they were, whenever and however often they are told.

A return may come before its sale: then it is reported as one without a sale, kept, and booked when the sale comes.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from kopilka.connectors.kit.services import Services
from kopilka.core.receipt import Receipt
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Close, Return
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Done, Outcome, Refused, Why
from kopilka.usecases.views import ReceiptView
from kopilka.values.share import cumulative

RETURN, EARLY, BOOKED = "return", "early", "booked"
NOBODY = frozenset({"unknown_member", "member_blocked", "card_blocked"})
"""Why nobody can be given anything: the sale itself is a fact all the same."""
TRIES_MAX = 5


class Good(msgspec.Struct, frozen=True):
    """Goods that come back, as the other system names them: thousandths, and what was paid back for them."""

    sku: str
    quantity: int
    sum_minor: int


class GoodsBack(msgspec.Struct, frozen=True):
    """A return as another system tells it; `receipt_id` is empty where it names no sale."""

    connection_id: str
    return_id: str
    receipt_id: str
    goods: tuple[Good, ...]
    at: datetime
    shop: str = ""


class Sold(msgspec.Struct, frozen=True):
    """What became of a sale; `note` is the code of what was not as told."""

    outcome: Outcome
    note: str = ""


async def book_sale(services: Services, close: Close) -> Sold:
    """Book a sale. A moment ahead of ours becomes now, a buyer who can be given nothing a guest; one that is booked
    already with the same goods is done. Returns that came before are booked after it.
    """
    note = ""
    outcome = await services.counter.carry_out(close)
    if isinstance(outcome, Refused) and outcome.code == "in_the_future":
        note = outcome.code
        now = services.clock()
        close = msgspec.structs.replace(close, receipt=msgspec.structs.replace(close.receipt, at=now))
        outcome = await services.counter.carry_out(close)
    if isinstance(outcome, Refused) and outcome.code in NOBODY and close.who is not None:
        note = outcome.code
        outcome = await services.counter.carry_out(msgspec.structs.replace(close, who=None))
    if isinstance(outcome, Refused) and outcome.code == "receipt_exists":
        view = await services.run(services.views.receipt, close.receipt.id)
        if view is not None and _goods(view.stored.sale.receipt) == _goods(close.receipt):
            outcome = _done("close", view)
    if isinstance(outcome, Done):
        await book_early(services, close.receipt.id)
    return Sold(outcome, note)


async def book_return(services: Services, back: GoodsBack) -> Outcome:
    """Book a return; a repeat changes nothing. Without its sale it is reported, and kept until the sale comes."""
    outcome: Outcome = Refused("unknown_receipt", Why.NOT_FOUND, "id")
    for _ in range(TRIES_MAX):
        view = await services.run(services.views.receipt, back.receipt_id) if back.receipt_id else None
        if view is not None and any(row.return_id == back.return_id for row in view.returns):
            return _done("return", view)
        wish = _named(back.goods) if view is None else wish_of(view.stored.sale, back.goods)
        outcome = await services.counter.carry_out(
            Return(back.receipt_id, back.return_id, wish, back.at, back.shop, back.connection_id)
        )
        if isinstance(outcome, Done) or outcome.code == "unknown_receipt":
            break
        # The sale, or another return of it, came between: what is left of it has changed.
    if isinstance(outcome, Refused) and outcome.code == "unknown_receipt" and back.receipt_id:
        await _keep(services, back)
        if await services.run(services.views.receipt, back.receipt_id) is not None:
            await book_early(services, back.receipt_id)
    return outcome


async def book_early(services: Services, receipt_id: str) -> None:
    """Book the returns that came before their sale, oldest first."""
    documents = await services.run(services.foreign.by_receipt, receipt_id)
    early = [each for each in documents if (each.kind, each.state) == (RETURN, EARLY)]
    for document in sorted(early, key=lambda each: (each.changed_at, each.id)):
        goods = tuple(Good(*row) for row in document.content["goods"])
        back = GoodsBack(
            document.connection_id,
            document.id,
            receipt_id,
            goods,
            document.changed_at,
            document.content["shop"],
        )
        outcome = await book_return(services, back)
        state = BOOKED if isinstance(outcome, Done) else outcome.code
        await services.run(services.foreign.put, msgspec.structs.replace(document, state=state))


async def _keep(services: Services, back: GoodsBack) -> None:
    known = await services.run(services.foreign.document, back.connection_id, RETURN, back.return_id)
    if known is None:
        content = {"goods": [[row.sku, row.quantity, row.sum_minor] for row in back.goods], "shop": back.shop}
        document = ForeignDocument(
            back.connection_id,
            RETURN,
            back.return_id,
            content,
            back.at,
            receipt_id=back.receipt_id,
            state=EARLY,
        )
        await services.run(services.foreign.put, document)


def wish_of(sale: Sale, goods: Sequence[Good]) -> ReturnWish:
    """Goods as lines of a sale, of equal ones first those of the same price. Where they are not those of the sale, what
    was paid back for them, spread over what is left.
    """
    paid, done, wholes = sale.paid_parts(), sale.done(), sale.wholes()
    lines = sale.lines()
    each = [max(1, part) for part in paid]
    left = [(of - had) // unit for of, had, unit in zip(wholes, done, each, strict=True)]
    taken = [0] * len(lines)
    missing = False
    for good in goods:
        need = good.quantity
        same = [i for i, line in enumerate(lines) if line.sku == good.sku]
        same.sort(key=lambda i: (abs(paid[i] * good.quantity - good.sum_minor * lines[i].quantity), i))
        for i in same:
            part = min(need, left[i] - taken[i])
            taken[i] += part
            need -= part
        missing = missing or need > 0
    if missing:
        room = sum(
            [part - cumulative(part, had, of) for part, had, of in zip(paid, done, wholes, strict=True)]
        )
        return ReturnWish(amount_minor=min(room, sum(good.sum_minor for good in goods)))
    rows = [ReturnedLine(line.id, part) for line, part in zip(lines, taken, strict=True) if part]
    return ReturnWish(tuple(rows))


def _named(goods: Sequence[Good]) -> ReturnWish:
    """Goods of an unknown sale, for whoever reads of it. No sale has such lines: one that is booked at this moment is not
    taken for what it is not.
    """
    return ReturnWish(tuple(ReturnedLine(f"sku:{good.sku}", good.quantity) for good in goods))


def _goods(receipt: Receipt) -> list[tuple[str, int, int]]:
    return sorted((line.sku, line.quantity, line.sum_minor) for line in receipt.all_lines())


def _done(verb: str, view: ReceiptView) -> Done:
    sale = view.stored.sale
    return Done(verb, view.stored.holder_id, sale.member_id, sale, replayed=True)
