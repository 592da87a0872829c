"""Documents: what each order, sale and return says is made true in the ledger, whatever has been booked before.

For every order one document is kept: what was said last, and how many receipts have stood for it. The ledger itself is
asked what is booked, so that a repeat, a crash in between or another order of files ends in the same place.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.commerceml.context import Exchange
from kopilka.connectors.commerceml.mapping import Party, named_by
from kopilka.connectors.commerceml.mapping_papers import (
    OTHER,
    PAYMENT,
    RETURN,
    SALE,
    SHIPMENT,
    Paper,
    everything,
    gone,
    points_units,
    receipt_of,
    same_sale,
    stated_of,
)
from kopilka.connectors.commerceml.people import enrol, member_of
from kopilka.connectors.commerceml.returns import Returns
from kopilka.connectors.commerceml.shelf import LONG_AGO, ORDERS, TRIES, Kept, Shelf, kept_of
from kopilka.connectors.kit.parking import park, refs_of
from kopilka.core.settlement.sale import CLOSED, Sale
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ReceiptView


class Buyer(msgspec.Struct, frozen=True):
    """For whom a paper is booked; `wait` where the buyer may yet join."""

    member_id: str = ""
    wait: bool = False
    note: str = ""


class Papers:
    """The documents of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._shelf = Shelf(exchange)
        self._returns = Returns(self._shelf)

    async def take(self, paper: Paper, changed_at: datetime) -> None:
        """What a document says, said at a moment."""
        if paper.kind == OTHER:
            self._shelf.note(paper, "not_a_sale")
        elif paper.kind == RETURN:
            await self._returns.take(paper, changed_at, self._settle)
        elif paper.base and paper.kind in {SHIPMENT, PAYMENT}:
            mark = "shipped" if paper.kind == SHIPMENT else "paid"
            if paper.posted is not False and not paper.cancelled:
                await self._mark(await self._shelf.order_id(paper.base), mark)
        elif paper.kind != PAYMENT:
            await self._take_order(paper, changed_at)

    async def attach(self, document: ForeignDocument, member_id: str) -> None:
        """A buyer has joined for whom an order waited; an empty id: nobody came."""

        def found(kept: Kept) -> Kept:
            return msgspec.structs.replace(kept, member=member_id, guest=not member_id)

        await self._settle(document.id, found, document.changed_at)

    # -- orders and sales ---------------------------------------------------------------------------------------

    async def _take_order(self, paper: Paper, changed_at: datetime) -> None:
        found = await self._shelf.document(ORDERS, paper.id)
        was = None if found is None else kept_of(found).paper
        if found is not None and was is not None and found.changed_at > changed_at:
            self._shelf.note(paper, "older")
            return
        if paper.number and paper.number != paper.id and (was is None or was.number != paper.number):
            await self._shelf.keep_number(paper)

        def said(kept: Kept) -> Kept:
            return msgspec.structs.replace(kept, paper=paper)

        await self._settle(paper.id, said, changed_at, found)

    async def _mark(self, order_id: str, mark: str) -> None:
        def marked(kept: Kept) -> Kept:
            return kept if mark in kept.marks else msgspec.structs.replace(kept, marks=(*kept.marks, mark))

        await self._settle(order_id, marked, None)

    async def _settle(
        self, id_: str, change: Callable[[Kept], Kept], changed_at: datetime | None,
        found: ForeignDocument | None = None,
    ) -> None:  # fmt: skip
        """Change what is kept of an order and make it true; again where somebody else wrote it meanwhile. `found` is what
        was read already.
        """
        for _ in range(TRIES):
            document = found or await self._shelf.document(ORDERS, id_)
            found = None
            if document is None:
                document = ForeignDocument(self._shelf.owner, ORDERS, id_, {}, LONG_AGO)
            moment = document.changed_at if changed_at is None else max(changed_at, document.changed_at)
            document = msgspec.structs.replace(document, changed_at=moment)
            kept = change(kept_of(document))
            if kept.paper is None:
                if await self._shelf.put(document, kept, document.state or "named"):
                    return
            elif await self._make_true(document, kept):
                if kept.returns:
                    await self._returns.settle(id_)
                return
        raise RuntimeError("an order changes all the time")

    async def _make_true(self, document: ForeignDocument, kept: Kept) -> bool:
        """Book, take back or leave; False where the document was written meanwhile."""
        paper = kept.paper
        assert paper is not None  # noqa: S101 - its caller has looked
        if kept.receipts == 0 and not kept.elsewhere:
            kept = msgspec.structs.replace(kept, elsewhere=await self._shelf.elsewhere(paper.id))
        if kept.elsewhere:
            return await self._elsewhere_true(document, kept, paper)
        view = (
            await self._shelf.view(self._shelf.receipt_id(paper.id, kept.receipts)) if kept.receipts else None
        )
        if not self._is_sold(paper, kept):
            if view is not None and view.stored.sale.state == CLOSED and not gone(view.stored.sale):
                refused = await self._take_back(view.stored.sale, "cancelled", paper.at)
                return await self._shelf.put(document, kept, refused or "cancelled")
            return await self._shelf.put(document, kept, "cancelled" if paper.cancelled else "open")
        if paper.at is None:
            self._shelf.note(paper, "no_date")
            return await self._shelf.put(document, kept, "no_date")
        buyer = await self._buyer(paper, kept)
        if buyer.note:
            self._shelf.note(paper, buyer.note)
        if buyer.wait and view is None:
            return await self._park(document, kept, paper)
        return await self._book(document, kept, view, buyer)

    async def _book(
        self, document: ForeignDocument, kept: Kept, view: ReceiptView | None, buyer: Buyer
    ) -> bool:
        paper = kept.paper
        assert paper is not None and paper.at is not None  # noqa: PT018, S101 - its caller has looked
        money = self._shelf.exchange.money()
        spent = points_units(paper, money) if buyer.member_id else 0
        number = kept.receipts
        if view is not None:
            sale = view.stored.sale
            wanted = receipt_of(paper, sale.receipt.id, self._shelf.exchange.shop.id, paper.at, spent)
            other = bool(buyer.member_id) and buyer.member_id != sale.member_id
            ours = self._taken_back_by_us(view)
            # What came back by returns is still what was sold: only another sale is booked anew.
            if not ours and same_sale(sale, wanted, spent) and not other:
                bare = msgspec.structs.replace(
                    kept,
                    member=sale.member_id or kept.member,
                    paper=msgspec.structs.replace(paper, party=Party()),
                )
                return await self._shelf.put(document, bare, "closed", sale.member_id)
            if not gone(sale):
                refused = await self._take_back(sale, "replaced", paper.at)
                if refused:
                    return await self._shelf.put(document, kept, refused)
            number += 1
        number = max(1, number)
        receipt_id = self._shelf.receipt_id(paper.id, number)
        booking = msgspec.structs.replace(
            document, receipt_id=receipt_id, member_id=buyer.member_id or document.member_id
        )
        # Whose it is is known by now: who they are stands with the member alone.
        kept = msgspec.structs.replace(
            kept, receipts=number, member=buyer.member_id or kept.member,
            paper=msgspec.structs.replace(paper, party=Party()),
        )  # fmt: skip
        # Written before it is booked: a receipt of ours is always known to be ours.
        if not await self._shelf.put(booking, kept, "booking"):
            return False
        receipt = receipt_of(paper, receipt_id, self._shelf.exchange.shop.id, paper.at, spent)
        who = Ref("member", buyer.member_id) if buyer.member_id else None
        outcome = await self._shelf.services.counter.carry_out(
            Close(receipt, who, stated_of(paper, receipt, spent, money), sold=True, client=self._shelf.owner)
        )
        if isinstance(outcome, Refused) and outcome.code == "receipt_exists":
            return False
        state = "closed"
        if isinstance(outcome, Refused):
            self._shelf.note(paper, outcome.code)
            state = outcome.code
        booked = msgspec.structs.replace(booking, revision=booking.revision + 1)
        return await self._shelf.put(booked, kept, state)

    async def _take_back(self, sale: Sale, why: str, at: datetime | None) -> str:
        """Give back all that is left of a receipt; the code of why not."""
        outcome = await self._shelf.services.counter.carry_out(
            self._shelf.returning(sale.receipt.id, f"{sale.receipt.id}:{why}", everything(), at)
        )
        done = not isinstance(outcome, Refused) or outcome.code in {"nothing_left", "return_exists"}
        return "" if done else outcome.code if isinstance(outcome, Refused) else ""

    def _taken_back_by_us(self, view: ReceiptView) -> bool:
        mine = {f"{view.stored.sale.receipt.id}:{why}" for why in ("cancelled", "replaced")}
        return any(row.return_id in mine for row in view.returns)

    def _is_sold(self, paper: Paper, kept: Kept) -> bool:
        if paper.cancelled or paper.posted is False:
            return False
        if paper.kind in {SALE, SHIPMENT}:
            return True
        paid, shipped = paper.paid or "paid" in kept.marks, paper.shipped or "shipped" in kept.marks
        match self._shelf.exchange.connection.setting("sold", "paid_or_shipped"):
            case "paid":
                sold = paid
            case "shipped":
                sold = shipped
            case "posted":
                sold = paper.posted is True or paid or shipped
            case _:
                sold = paid or shipped
        return sold or paper.final or self._is_final(paper.status)

    def _is_final(self, status: str) -> bool:
        """Bitrix writes a status as `[F] Выполнен`, others its name alone."""
        names = self._shelf.exchange.connection.setting(
            "final_statuses", "F,Выполнен,Доставлен,Закрыт"
        ).split(",")
        said = {status.lower(), status.partition("]")[2].strip().lower()}
        said |= {status[1:].partition("]")[0].lower()} if status.startswith("[") else set()
        return any(name.strip().lower() in said for name in names if name.strip())

    # -- who, and whose -----------------------------------------------------------------------------------------

    async def _buyer(self, paper: Paper, kept: Kept) -> Buyer:
        if kept.guest:
            return Buyer()
        found = await member_of(self._shelf.exchange, paper.party, paper.card)
        if found is None and kept.member:
            return Buyer(kept.member)
        if found is None:
            party = msgspec.structs.replace(paper.party, card=paper.card or paper.party.card)
            if not party.reachable() or party.company:
                return Buyer()
            if self._shelf.exchange.yes("enrol", "no"):
                found = await enrol(self._shelf.exchange, party)
            if found is None:
                return Buyer(wait=True)
        if found.status != "active":
            return Buyer(note="member_blocked")
        return Buyer(note="card_blocked") if found.found_by != "active" else Buyer(found.member_id)

    async def _park(self, document: ForeignDocument, kept: Kept, paper: Paper) -> bool:
        refs = refs_of(*named_by(self._shelf.exchange.connection, paper.party, paper.card))
        self._shelf.note(paper, "parked")
        content: Any = msgspec.to_builtins(kept)
        return await park(self._shelf.services, msgspec.structs.replace(document, content=content), refs)

    async def _elsewhere_true(self, document: ForeignDocument, kept: Kept, paper: Paper) -> bool:
        """Another door booked it: 1C may only cancel it, where it is this shop's."""
        view = await self._shelf.view(kept.elsewhere)
        state = "elsewhere"
        if view is not None and (paper.cancelled or paper.posted is False):
            sale = view.stored.sale
            if sale.receipt.shop != self._shelf.exchange.shop.id:
                self._shelf.note(paper, "other_shop")
            elif sale.state == CLOSED and not gone(sale):
                state = await self._take_back(sale, "cancelled", paper.at) or "cancelled"
        return await self._shelf.put(document, kept, state)
