"""What is kept of documents between files, and what every step asks of the ledger about them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from kopilka.connectors.commerceml.context import Exchange
from kopilka.connectors.commerceml.mapping_papers import Paper
from kopilka.connectors.kit.services import receipt_id_of
from kopilka.core.settlement.refund import ReturnWish
from kopilka.usecases.commands import Return
from kopilka.usecases.foreign import PARKED, ForeignDocument
from kopilka.usecases.views import ReceiptView

ORDERS, RETURNS, NUMBERS = "order", "return", "number"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
TRIES = 8


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept of an order: its paper, what other documents say of it, how many receipts have stood for it, returns
    that name it, the member whom it was found for (`guest`: nobody came for it), and the receipt of another door that
    it is.
    """

    paper: Paper | None = None
    marks: tuple[str, ...] = ()
    receipts: int = 0
    returns: tuple[str, ...] = ()
    member: str = ""
    guest: bool = False
    elsewhere: str = ""


class Shelf:
    """Reads and writes what is kept, for one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.services = exchange.services
        self.owner = exchange.connection.connection_id

    def note(self, paper: Paper, code: str) -> None:
        """Tell the person in front of 1C something about a document."""
        self.exchange.note("paper", paper.number or paper.id, code)

    def returning(self, receipt_id: str, return_id: str, wish: ReturnWish, at: datetime | None) -> Return:
        shop = self.exchange.shop.id
        return Return(receipt_id, return_id, wish, at or self.services.clock(), shop, self.owner)

    async def elsewhere(self, id_: str) -> str:
        """The receipt of another door that a paper is: 1C sends our own documents back, too."""
        for each in dict.fromkeys((id_, self.receipt_id(id_, 1))):
            view = await self.view(each)
            if view is not None:
                return each
        return ""

    def receipt_id(self, id_: str, number: int) -> str:
        first = receipt_id_of(self.exchange.connection, id_)
        return first if number <= 1 else f"{first}~{number}"

    async def order_id(self, base: str) -> str:
        """The order that a text names: by its id, by its number, or by the number that we gave it."""
        if await self.document(ORDERS, base) is not None:
            return base
        alias = await self.document(NUMBERS, base)
        if alias is not None:
            return str(alias.content["id"])
        prefix = self.exchange.connection.setting("number_prefix", "K")
        digits = base.removeprefix(prefix) if prefix else base
        ours = await self.services.run(self.services.foreign.id_of, "receipt", digits)
        return ours if ours is not None and base.startswith(prefix) else base

    async def keep_number(self, paper: Paper) -> None:
        found = await self.document(NUMBERS, paper.number)
        if found is None:
            document = ForeignDocument(self.owner, NUMBERS, paper.number, {"id": paper.id}, LONG_AGO)
            await self.services.run(self.services.foreign.put, document)

    async def document(self, kind: str, id_: str) -> ForeignDocument | None:
        return await self.services.run(self.services.foreign.document, self.owner, kind, id_)

    async def view(self, receipt_id: str) -> ReceiptView | None:
        return await self.services.run(self.services.views.receipt, receipt_id)

    async def put(self, document: ForeignDocument, kept: Kept, state: str, member_id: str = "") -> bool:
        content: Any = msgspec.to_builtins(kept)
        after = msgspec.structs.replace(
            document, content=content, state="" if state == PARKED else state,
            member_id=member_id or document.member_id,
        )  # fmt: skip
        return await self.services.run(self.services.foreign.put, after)


def kept_of(document: ForeignDocument) -> Kept:
    """What a document keeps."""
    return msgspec.convert(document.content, Kept)
