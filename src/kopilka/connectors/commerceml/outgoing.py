"""Handing out: receipts and members since the last `success`, and the catalogue in pages.

Within one exchange a repeated `query` tells exactly the same stretch again, and `success` ends the exchange's right to
tell more: a `success` that comes late or twice can only confirm what was told before it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from kopilka.connectors.commerceml.context import Exchange
from kopilka.connectors.commerceml.mapping_out import (
    About,
    Frame,
    Numbered,
    Told,
    add_catalogue,
    add_parties,
    add_return,
    add_sale,
    level_title,
    member_told,
    root,
    written,
)
from kopilka.connectors.commerceml.session import BASIC, Session, Sessions, State
from kopilka.core.settlement.sale import CLOSED, VOIDED
from kopilka.usecases.commands import Ref
from kopilka.usecases.feed import Place, ReceiptChange, window_after
from kopilka.usecases.views import MemberView, ReceiptView
from kopilka.values.money import decimal_text

RECEIPTS_AT_ONCE, MEMBERS_AT_ONCE, GOODS_AT_ONCE = 500, 500, 2_000
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
CLOSED_EVENT, RETURNED_EVENT, VOIDED_EVENT = "receipt.closed", "receipt.returned", "receipt.voided"


class Outgoing:
    """What one exchange hands out."""

    def __init__(self, exchange: Exchange, session: str) -> None:
        self._exchange = exchange
        self._services = exchange.services
        self._session = session
        self._sessions = Sessions(exchange.services)
        self._told: dict[str, Told] = {}

    # -- receipts and members -----------------------------------------------------------------------------------

    async def query(self) -> bytes:
        """Everything since the last success, or the same stretch again."""
        state = await self._sessions.state(self._exchange.connection)
        session = state.sessions.get(self._session) or Session(self._services.clock())
        exchange = self._exchange
        tree = root(self._services.clock(), exchange.shop.zone)
        if session.told and self._session != BASIC:
            return written(tree, exchange.connection.setting("encoding", "windows-1251"))
        changes: Sequence[ReceiptChange] = []
        members: Sequence[tuple[Place, str]] = []
        if exchange.yes("receipts_out", "yes"):
            changes = await self._changes(state, session)
        if exchange.yes("members_out", "no"):
            members = await self._members(state, session)
        # Nothing to tell is a stretch too: what happens after it belongs to the next exchange.
        until = max([row.at for row in changes], default=state.receipts)
        last = max([place for place, _ in members], default=state.members)

        def told(state: State, session: Session) -> tuple[State, Session]:
            return state, msgspec.structs.replace(
                session, until=session.until or until, members=session.members or last
            )

        after = await self._sessions.change_session(exchange.connection, self._session, told)
        pinned = after.sessions[self._session]
        changes = [row for row in changes if pinned.until is not None and row.at <= pinned.until]
        await self._add_receipts(tree, changes)
        await self._add_members(
            tree, [id_ for place, id_ in members if pinned.members and place <= pinned.members]
        )
        return written(tree, exchange.connection.setting("encoding", "windows-1251"))

    async def success(self) -> None:
        """1C has taken what this exchange was told: it is not told again."""

        def confirmed(state: State, session: Session) -> tuple[State, Session]:
            state = msgspec.structs.replace(
                state,
                receipts=max(state.receipts, session.until or Place()),
                members=max(state.members, session.members or Place()),
            )
            return state, Session(session.begun, session.version, told=True)

        await self._sessions.change_session(self._exchange.connection, self._session, confirmed)

    async def _changes(self, state: State, session: Session) -> Sequence[ReceiptChange]:
        connection = self._exchange.connection
        bound = await self._services.run(self._services.feed.bound)
        window = window_after(state.receipts, bound, connection.created_at, connection.shop, RECEIPTS_AT_ONCE)
        rows = await self._services.run(self._services.feed.receipts, window)
        return [row for row in rows if session.until is None or row.at <= session.until]

    async def _members(self, state: State, session: Session) -> Sequence[tuple[Place, str]]:
        connection = self._exchange.connection
        bound = await self._services.run(self._services.feed.bound)
        window = window_after(state.members, bound, ALWAYS, connection.shop, MEMBERS_AT_ONCE)
        rows = await self._services.run(self._services.feed.members, window)
        return [
            (row.at, row.member_id) for row in rows if session.members is None or row.at <= session.members
        ]

    async def _add_receipts(self, tree: object, changes: Sequence[ReceiptChange]) -> None:
        names: dict[str, list[ReceiptChange]] = {}
        for change in changes:
            names.setdefault(change.receipt_id, []).append(change)
        own = self._exchange.yes("own_out", "no")
        for receipt_id, rows in names.items():
            if not own and await self._is_own(receipt_id):
                continue
            view = await self._services.run(self._services.views.receipt, receipt_id)
            if view is not None:
                await self._add_receipt(tree, view, rows)

    async def _add_receipt(self, tree: object, view: ReceiptView, rows: Sequence[ReceiptChange]) -> None:
        sale, frame = view.stored.sale, self._frame(view)
        if frame is None or sale.state not in {CLOSED, VOIDED}:
            return
        told = await self._member(sale.member_id)
        names = await self._names(sale.receipt.id)
        if any(row.name in {CLOSED_EVENT, VOIDED_EVENT} for row in rows):
            add_sale(tree, sale, About(names, told, frame))
        moments = {row.recorded_at for row in rows if row.name == RETURNED_EVENT}
        for back in view.returns:
            if back.recorded_at in moments:
                number = await self._number("return", back.return_id)
                add_return(tree, sale, back, About(Numbered(back.return_id, number, names.id), told, frame))

    def _frame(self, view: ReceiptView) -> Frame | None:
        exchange, decision = self._exchange, view.stored.sale.decision
        known = self._services.views.known
        rules = known.numbered(decision.programme, decision.version) or exchange.rules
        shop = known.shops.get(view.stored.sale.receipt.shop, exchange.shop)
        operation = exchange.connection.setting("operation_out", "Заказ товара")
        return Frame(shop.zone, operation, rules.programme, self._prefix)

    @property
    def _prefix(self) -> str:
        return self._exchange.connection.setting("number_prefix", "K")

    async def _is_own(self, receipt_id: str) -> bool:
        """Whether 1C itself brought it."""
        mine = self._exchange.connection.connection_id
        if receipt_id.startswith(f"{mine}:"):
            return True
        rows = await self._services.run(self._services.foreign.by_receipt, receipt_id)
        return any(row.connection_id == mine and row.kind == "order" for row in rows)

    async def _names(self, receipt_id: str) -> Numbered:
        rows = await self._services.run(self._services.foreign.by_receipt, receipt_id)
        mine = [
            row
            for row in rows
            if row.connection_id == self._exchange.connection.connection_id and row.kind == "order"
        ]
        if mine:
            paper = mine[0].content.get("paper") or {}
            return Numbered(mine[0].id, str(paper.get("number") or mine[0].id))
        return Numbered(receipt_id, await self._number("receipt", receipt_id))

    async def _number(self, kind: str, id_: str) -> str:
        return f"{self._prefix}{await self._services.run(self._services.foreign.number, kind, id_)}"

    # -- members ------------------------------------------------------------------------------------------------

    async def _add_members(self, tree: object, ids: Sequence[str]) -> None:
        found = [told for id_ in ids if (told := await self._member(id_)) is not None]
        if found:
            add_parties(tree, found)

    async def _member(self, member_id: str) -> Told | None:
        if not member_id:
            return None
        if member_id not in self._told:
            view = await self._services.run(self._services.views.member, Ref("member", member_id))
            if view is None or view.status == "erased":
                return None
            self._told[member_id] = await self._services.run(self._tell, view)
        return self._told[member_id]

    def _tell(self, view: MemberView) -> Told:
        views, programme = self._services.views, self._exchange.rules.programme
        holder = (view.bucket, view.holder_id)
        kind = programme.spend_kind()
        balance = next((row.free for row in views.wallets(holder) if row.kind == kind), 0)
        text = decimal_text(balance, programme.points[kind].decimals) if kind else ""
        level = ""
        for standing in views.standings(holder):
            if standing.programme == programme.programme and standing.level is not None:
                level = level_title(programme, standing.level.outlook.level)
        mine = f"{self._exchange.connection.connection_id}:"
        ids = [row.value for row in view.identifiers if row.kind == "external" and row.status == "active"]
        external = next((id_.removeprefix(mine) for id_ in ids if id_.startswith(mine)), "")
        return member_told(view, external or next(iter(ids), ""), level, text)

    # -- goods --------------------------------------------------------------------------------------------------

    async def goods(self) -> tuple[bytes, int]:
        """The next page of the catalogue, and how many products it has; no page where all have been handed out."""
        exchange = self._exchange
        state = await self._sessions.state(exchange.connection)
        session = state.sessions.get(self._session)
        after = "" if session is None else session.goods
        products = await self._services.run(self._services.goods.list_products, after, GOODS_AT_ONCE)
        last = products[-1].sku if products else ""

        def moved(state: State, session: Session) -> tuple[State, Session]:
            return state, msgspec.structs.replace(session, goods=last)

        await self._sessions.change_session(exchange.connection, self._session, moved)
        if not products:
            return b"", 0
        tree = root(self._services.clock(), exchange.shop.zone)
        add_catalogue(tree, products, exchange.currency)
        return written(tree, exchange.connection.setting("encoding", "windows-1251")), len(products)
