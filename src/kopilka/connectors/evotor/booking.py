"""Receipts of terminals become sales and returns; those of buyers who are no members yet wait for them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from kopilka.connectors.evotor.manifest import STORES, ZONE
from kopilka.connectors.evotor.mapping import (
    PAYBACK,
    SELL,
    Item,
    Slip,
    goods_of,
    receipt_of,
    slip_of,
    stated_of,
)
from kopilka.connectors.kit.facts import GoodsBack, book_return, book_sale, wish_of
from kopilka.connectors.kit.fields import Fields
from kopilka.connectors.kit.parking import attach_parked, find_member, park
from kopilka.connectors.kit.places import shop_at
from kopilka.connectors.kit.services import Services, receipt_id_of
from kopilka.core.receipt import Shop
from kopilka.core.settlement.sale import CLOSED, HELD
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import PARKED, ForeignDocument, Search
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import MemberView

RECEIPT, BOOKED, GUEST = "receipt", "booked", "guest"
SHIFT, LOST, FOUND = "shift", "lost", "found"
"""Sales of a shift, and returns of it whose sale is not known (yet), are kept by till and shift."""
KNOWN = "known_already"
"""The till's own application has told of this sale before."""
SEEN_MAX = 1_000


class NotYetError(Exception):
    """Something has to happen first: the delivery is tried again later."""


def zone_of(connection: Connection) -> ZoneInfo:
    """The zone of moments without one."""
    try:
        return ZoneInfo(connection.setting(ZONE.name, ZONE.usual))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(ZONE.usual)


async def book(row: Fields, connection: Connection, services: Services) -> str:
    """Book a receipt; the code of what was not as usual."""
    slip = slip_of(row, zone_of(connection), services.clock())
    if slip.no_sale:
        return "info_check"
    if slip.kind not in {SELL, PAYBACK}:
        return "other_type"
    work = Work(slip, connection, services)
    return await (work.sale(row) if slip.kind == SELL else work.goods_back())


class Work:
    """One receipt at work."""

    def __init__(self, slip: Slip, connection: Connection, services: Services) -> None:
        self.slip = slip
        self.connection = connection
        self.services = services
        self.receipt_id = receipt_id_of(connection, slip.id)

    # -- sales --------------------------------------------------------------------------------------------------

    async def sale(self, row: Fields) -> str:
        """A sale of a member, of a guest, or of somebody who may join yet."""
        services, slip = self.services, self.slip
        member = await find_member(services, slip.refs)
        if member is None and slip.refs:
            return await self._park(row)
        note = await self.book_for(member)
        if member is not None:
            await attach_parked(services, self.connection, slip.refs, self._attach, member.member_id)
        return note

    async def book_for(self, member: MemberView | None) -> str:
        """Book the sale for a member, or for nobody."""
        services, slip = self.services, self.slip
        shop, currency = await self._place()
        who = None
        if member is not None and (member.status, member.found_by) == ("active", "active"):
            who = Ref("member", member.member_id)
        receipt = receipt_of(slip, self.receipt_id, shop, currency)
        close = Close(receipt, who, stated_of(slip), sold=True)
        view = await services.run(services.views.receipt, self.receipt_id)
        if view is not None and view.stored.sale.state == HELD:
            # The till's own application has reserved points for it, and has not told that it is sold.
            held = view.stored.sale
            if held.lapses_at is not None and held.lapses_at > services.clock():
                raise NotYetError(self.receipt_id)
            owner = Ref("member", held.member_id) if held.member_id else None
            close = Close(held.receipt, owner, sold=True)
        sold = await book_sale(services, close)
        if isinstance(sold.outcome, Refused) and sold.outcome.code != "receipt_exists":
            raise NotYetError(sold.outcome.code)
        await self._note_sale("" if who is None else who.value)
        if isinstance(sold.outcome, Refused):
            return KNOWN
        return sold.note or ("" if who is not None or member is None else "member_blocked")

    async def _park(self, row: Fields) -> str:
        if await self.services.run(self.services.views.receipt, self.receipt_id) is not None:
            return KNOWN
        known = await self._document(RECEIPT, self.slip.id)
        document = ForeignDocument(
            self.connection.connection_id, RECEIPT, self.slip.id, dict(row.content), self.slip.at,
            revision=0 if known is None else known.revision,
        )  # fmt: skip
        if not await park(self.services, document, self.slip.refs):
            raise NotYetError(self.slip.id)
        return PARKED

    async def _attach(self, document: ForeignDocument, member_id: str) -> None:
        await attach(document, member_id, self.connection, self.services)

    # -- returns ------------------------------------------------------------------------------------------------

    async def goods_back(self) -> str:
        """Goods came back: from the sale that is named, else from the only one that it can be, else from none."""
        slip, services = self.slip, self.services
        base = receipt_id_of(self.connection, slip.base) if slip.base else await self._likely()
        shop, _ = await self._place()
        back = GoodsBack(
            self.connection.connection_id, self.receipt_id, base, goods_of(slip), slip.at, shop.id
        )
        outcome = await book_return(services, back)
        if isinstance(outcome, Done):
            return ""
        if not base and slip.shift:
            await self._keep_lost()
        return outcome.code

    async def _likely(self) -> str:
        """The sale that these goods came from where the receipt does not name it: the newest one of the same member, else
        the only one of the till's shift. Empty where there is none, or more than one.
        """
        services, slip = self.services, self.slip
        member = await find_member(services, slip.refs)
        if member is not None:
            rows = await services.run(services.views.receipts, (member.bucket, member.holder_id))
            for row in rows:
                if row.state == CLOSED and await self._fits(row.receipt_id):
                    return row.receipt_id
            return ""
        if slip.refs:
            # It is somebody's, and nobody's that we know.
            return ""
        fitting = [id_ for id_ in await self._of_shift() if await self._fits(id_)]
        return fitting[0] if len(fitting) == 1 else ""

    async def _fits(self, receipt_id: str) -> bool:
        """Whether a sale has all these goods, not returned yet, at these prices."""
        view = await self.services.run(self.services.views.receipt, receipt_id)
        if view is None or view.stored.sale.state != CLOSED:
            return False
        sale = view.stored.sale
        paid = {line.id: part for line, part in zip(sale.lines(), sale.paid_parts(), strict=True)}
        goods = goods_of(self.slip)
        same_price = all(
            any(
                line.sku == good.sku
                and abs(paid[line.id] * good.quantity - good.sum_minor * line.quantity) <= line.quantity
                for line in sale.lines()
            )
            for good in goods
        )
        return same_price and wish_of(sale, goods).amount_minor is None

    async def _of_shift(self) -> list[str]:
        if not self.slip.shift:
            return []
        search = Search(self.connection.connection_id, f"{SHIFT} {self.slip.shift}", BOOKED, limit=SEEN_MAX)
        documents = await self.services.run(self.services.foreign.documents, search)
        return [document.receipt_id for document in documents]

    # -- shifts -------------------------------------------------------------------------------------------------

    async def _note_sale(self, member_id: str) -> None:
        """Keep the sale among those of its shift; returns that were waiting for such a one are tried again."""
        slip = self.slip
        if not slip.shift:
            return
        document = ForeignDocument(
            self.connection.connection_id, f"{SHIFT} {slip.shift}", slip.id, {}, slip.at, member_id,
            self.receipt_id, BOOKED,
        )  # fmt: skip
        await self.services.run(self.services.foreign.put, document)
        search = Search(self.connection.connection_id, f"{LOST} {slip.shift}", LOST, limit=SEEN_MAX)
        for lost in await self.services.run(self.services.foreign.documents, search):
            content = lost.content
            goods = tuple(Item(*row) for row in content["goods"])
            refs = tuple(Ref(*row) for row in content["refs"])
            again = Slip(lost.id, PAYBACK, content["store"], lost.changed_at, goods, refs, shift=slip.shift)
            if await Work(again, self.connection, self.services).goods_back() == "":
                done = msgspec.structs.replace(lost, state=FOUND, content={})
                await self.services.run(self.services.foreign.put, done)

    async def _keep_lost(self) -> None:
        slip = self.slip
        kind = f"{LOST} {slip.shift}"
        if await self._document(kind, slip.id) is not None:
            return
        content = {
            "goods": [msgspec.structs.astuple(item) for item in slip.items], "store": slip.store,
            "refs": [[ref.kind, ref.value] for ref in slip.refs],
        }  # fmt: skip
        document = ForeignDocument(self.connection.connection_id, kind, slip.id, content, slip.at, state=LOST)
        await self.services.run(self.services.foreign.put, document)

    # -- both ---------------------------------------------------------------------------------------------------

    async def _place(self) -> tuple[Shop, str]:
        shop = await shop_at(self.services, self.connection, STORES.name, self.slip.store)
        if shop is None:
            raise NotYetError("unknown_shop")
        known = await self.services.catalogue(shop.id)
        rules = known.ruleset(shop.programme, self.services.clock())
        if rules is None:
            raise NotYetError("unknown_programme")
        return shop, rules.programme.currency

    async def _document(self, kind: str, id_: str) -> ForeignDocument | None:
        return await self.services.run(
            self.services.foreign.document, self.connection.connection_id, kind, id_
        )


async def attach(
    document: ForeignDocument, member_id: str, connection: Connection, services: Services
) -> None:
    """Book a receipt that waited: for the member who has joined, or (an empty id) as a guest's. What it said is erased."""
    slip = slip_of(Fields(document.content), zone_of(connection), document.changed_at)
    member = await services.run(services.views.member, Ref("member", member_id)) if member_id else None
    work = Work(slip, connection, services)
    await work.book_for(member)
    done = msgspec.structs.replace(
        document,
        content={},
        state=BOOKED if member else GUEST,
        member_id=member_id,
        receipt_id=work.receipt_id,
    )
    await services.run(services.foreign.put, done)
