"""Returns: what came back of an order is given back, once, whichever comes first, the order or the return."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.commerceml.mapping import Party
from kopilka.connectors.commerceml.mapping_papers import Paper, back_of, came_back, everything, wish_of
from kopilka.connectors.commerceml.shelf import ORDERS, RETURNS, TRIES, Kept, Shelf, kept_of
from kopilka.core.settlement.sale import CLOSED
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Refused

ChangeOrder = Callable[[str, Callable[[Kept], Kept], datetime | None], Awaitable[None]]


class Returns:
    """The returns of one exchange."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def take(self, paper: Paper, changed_at: datetime, orders: ChangeOrder) -> None:
        """What a return says; `orders` notes it with its order."""
        if not paper.base:
            self._shelf.note(paper, "no_base")
            # Recorded for people to look at, never guessed.
            await self._shelf.services.counter.carry_out(
                self._shelf.returning(
                    self._shelf.receipt_id(paper.id, 1),
                    f"{self._shelf.owner}:ret:{paper.id}",
                    everything(),
                    paper.at,
                )
            )
            return
        found = await self._shelf.document(RETURNS, paper.id)
        if found is not None and found.changed_at > changed_at:
            self._shelf.note(paper, "older")
            return
        content: Any = msgspec.to_builtins(msgspec.structs.replace(paper, party=Party()))
        document = found or ForeignDocument(self._shelf.owner, RETURNS, paper.id, {}, changed_at)
        document = msgspec.structs.replace(document, content=content, changed_at=changed_at, state="waits")
        await self._shelf.services.run(self._shelf.services.foreign.put, document)
        order_id = await self._shelf.order_id(paper.base)

        def named(kept: Kept) -> Kept:
            rows = kept.returns if paper.id in kept.returns else (*kept.returns, paper.id)
            return msgspec.structs.replace(kept, returns=rows)

        await orders(order_id, named, None)
        order = await self._shelf.document(ORDERS, order_id)
        if order is not None and kept_of(order).paper is None:
            await self.settle(order_id)

    async def settle(self, order_id: str) -> None:
        """Make true what returns of an order say, against the receipt that stands for it now."""
        order = await self._shelf.document(ORDERS, order_id)
        if order is None:
            return
        kept = kept_of(order)
        receipt_id = kept.elsewhere or (
            self._shelf.receipt_id(order_id, kept.receipts) if kept.receipts else ""
        )
        if not receipt_id and kept.paper is None:
            receipt_id = await self._shelf.elsewhere(order_id)
        for id_ in kept.returns:
            document = await self._shelf.document(RETURNS, id_)
            if document is not None:
                paper = msgspec.convert(document.content, Paper)
                state = await self._give_back(paper, receipt_id, kept.receipts)
                if state != document.state:
                    done = msgspec.structs.replace(
                        document, state=state, receipt_id=receipt_id, member_id=order.member_id
                    )
                    await self._shelf.services.run(self._shelf.services.foreign.put, done)

    async def _give_back(self, paper: Paper, receipt_id: str, number: int) -> str:
        for _ in range(TRIES):
            view = await self._shelf.view(receipt_id) if receipt_id else None
            if view is None or view.stored.sale.state != CLOSED:
                self._shelf.note(paper, "waits_for_base")
                return "waits"
            sale = view.stored.sale
            if sale.receipt.shop != self._shelf.exchange.shop.id:
                self._shelf.note(paper, "other_shop")
                return "other_shop"
            head = f"{self._shelf.owner}:ret:{paper.id}" + (f"~{number}" if number > 1 else "")
            mine = [
                row for row in view.returns if row.return_id == head or row.return_id.startswith(head + "#")
            ]
            done: dict[str, int] = {}
            for row in mine:
                for sku, quantity in came_back(sale, row.before, row.after).items():
                    done[sku] = done.get(sku, 0) + quantity
            withdrawn = paper.cancelled or paper.posted is False
            missing = _missing({} if withdrawn else back_of(paper), done)
            if not missing:
                if withdrawn and done:
                    self._shelf.note(paper, "return_withdrawn")
                return "withdrawn" if withdrawn else "closed"
            wish, whole = wish_of(sale, missing)
            if not whole:
                self._shelf.note(paper, "more_than_bought")
            if not wish.lines:
                return "closed"
            return_id = head + (f"#{len(mine) + 1}" if mine else "")
            outcome = await self._shelf.services.counter.carry_out(
                self._shelf.returning(receipt_id, return_id, wish, paper.at)
            )
            if not isinstance(outcome, Refused):
                return "closed"
            if outcome.code not in {"return_exists", "nothing_left", "more_than_bought"}:
                self._shelf.note(paper, outcome.code)
                return outcome.code
        return "waits"


def _missing(wanted: Mapping[str, int], done: Mapping[str, int]) -> dict[str, int]:
    rows = {sku: quantity - done.get(sku, 0) for sku, quantity in wanted.items()}
    return {sku: quantity for sku, quantity in rows.items() if quantity > 0}
