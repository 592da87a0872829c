"""Operations as they are told: a stored receipt, or a return of one, with people, places and numbers."""

from collections.abc import Callable, Mapping

import msgspec

from kopilka.connectors.uds.ask import Ask, cashier_shops
from kopilka.connectors.uds.mapping import Told, reversal_out, reward_out, sale_out
from kopilka.connectors.uds.wire import UdsError
from kopilka.core.settlement.sale import CLOSED, VOIDED, Sale
from kopilka.usecases.commands import Ref
from kopilka.usecases.feed import Operation, Sort, Spot
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.views import PAGE_MAX, ReceiptView, ReturnFacts, StatementLine
from kopilka.values.ids import CONNECTION

OPERATION = "operation"
"""The kind of numbers of operations, and of the documents that keep what UDS said of one."""
SALE, RETURN, REWARD = "rcp", "ret", "rwd"
STATEMENT_PAGES = 50


class Meant(msgspec.Struct, frozen=True):
    """What an operation's number means: `part` is the number of a return, or the transaction of a reward."""

    kind: str
    id: str
    part: str = ""


def sale_id(receipt_id: str) -> str:
    """How a sale is called among operations."""
    return f"{SALE}:{receipt_id}"


def return_id(receipt_id: str, number: int) -> str:
    """How a return is called among operations."""
    return f"{RETURN}:{number}:{receipt_id}"


def reward_id(member_id: str, txn: str) -> str:
    """How points that moved without a purchase are called among operations."""
    return f"{REWARD}:{txn}:{member_id}"


async def meant(ask: Ask, number: str) -> Meant:
    """What a number of an operation means."""
    found = await ask.run(ask.services.foreign.id_of, OPERATION, number)
    if found is None:
        raise UdsError("notFound", "id", number)
    kind, _, rest = found.partition(":")
    if kind == SALE:
        return Meant(kind, rest)
    part, _, id_ = rest.partition(":")
    return Meant(kind, id_, part)


async def receipt(ask: Ask, receipt_id: str) -> ReceiptView | None:
    """A closed receipt of a shop that the connection sells in."""
    view = await ask.run(ask.services.views.receipt, receipt_id)
    if view is None or view.stored.sale.state not in {CLOSED, VOIDED}:
        return None
    shops = shops_of(ask)
    return view if not shops or view.stored.sale.receipt.shop in shops else None


def shops_of(ask: Ask) -> frozenset[str]:
    """The shops that a connection sells in; none where it is not limited."""
    if not ask.connection.shop:
        return frozenset()
    return frozenset({ask.connection.shop, *cashier_shops(ask.connection).values()})


async def purchase(ask: Ask, view: ReceiptView) -> dict[str, object]:
    """A purchase as it stands."""
    return await sale_told(ask, view.stored.sale)


async def sale_told(ask: Ask, sale: Sale) -> dict[str, object]:
    """A purchase from its sale."""
    number = await ask.run(ask.services.foreign.number, OPERATION, sale_id(sale.receipt.id))
    return sale_out(sale, await _told(ask, sale, number), ask.scores)


async def reversal(ask: Ask, view: ReceiptView, facts: ReturnFacts) -> dict[str, object]:
    """A return of a purchase."""
    sale = view.stored.sale
    names = [sale_id(sale.receipt.id), return_id(sale.receipt.id, facts.number)]
    numbers = await ask.run(ask.services.foreign.numbers, OPERATION, names)
    told = await _told(ask, sale, numbers[names[1]])
    return reversal_out(sale, facts, told, numbers[names[0]], ask.scores)


async def reward(ask: Ask, given: Operation) -> dict[str, object]:
    """Points that moved without a purchase."""
    name = reward_id(given.member_id, given.txn)
    number = await ask.run(ask.services.foreign.number, OPERATION, name)
    branch = await _branch(ask, given.shop) if given.shop else None
    told = Told(number, await ask.short(given.member_id), branch)
    return reward_out(given.spot.at, given.units, told, ask.scores)


async def reward_where(
    ask: Ask, member_id: str, fits: Callable[[StatementLine], bool]
) -> dict[str, object] | None:
    """Points that moved, found in the member's statement, of whoever was erased too; None where another shop moved them."""
    view = await ask.run(ask.services.views.member, Ref("member", member_id)) if member_id else None
    line = None if view is None else await ask.run(line_where, ask, (view.bucket, view.holder_id), fits)
    if view is None or line is None:
        return None
    shop, shops = await ask.run(_shop_of, ask, line.actor), shops_of(ask)
    if shop and shops and shop not in shops:
        return None
    spot = Spot(line.recorded_at, Sort.BY_HAND, view.holder_id, line.version)
    return await reward(ask, Operation(spot, line.txn, line.units, member_id, shop))


def _shop_of(ask: Ask, actor: str) -> str:
    """The shop of a connection, open or closed, that moved points; none where staff did."""
    connections = ask.services.connections
    found = connections.get(actor)
    if found is None and actor.startswith(CONNECTION):
        found = next((each for each in connections.all() if each.connection_id == actor), None)
    return "" if found is None else found.shop


def line_where(
    ask: Ask, holder: tuple[int, str], fits: Callable[[StatementLine], bool]
) -> StatementLine | None:
    """The newest line of a member's statement that fits."""
    after = None
    for _ in range(STATEMENT_PAGES):
        rows = ask.services.views.statement(holder, kind=ask.scores.kind, after=after, limit=PAGE_MAX)
        for row in rows:
            if fits(row):
                return row
        if len(rows) < PAGE_MAX:
            return None
        after = (rows[-1].recorded_at, rows[-1].kind, rows[-1].version)
    return None


async def _told(ask: Ask, sale: Sale, number: int) -> Told:
    said = await ask.run(said_of, ask, sale.receipt.id)
    cashier = sale.receipt.cashier
    shown: Mapping[str, object] | None = None
    if cashier:
        id_ = await ask.run(ask.services.foreign.number, "cashier", cashier)
        shown = {"id": id_, "displayName": said.get("cashier") or cashier}
    customer = await ask.short(sale.member_id, sale.decision.level)
    return Told(number, customer, await _branch(ask, sale.receipt.shop), shown, said.get("number", ""))


async def _branch(ask: Ask, shop_id: str) -> dict[str, object]:
    number = await ask.run(ask.services.foreign.number, "shop", shop_id)
    shop = ask.services.views.known.shops.get(shop_id)
    return {"id": number, "displayName": shop_id if shop is None else shop.title or shop_id}


def said_of(ask: Ask, receipt_id: str) -> dict[str, str]:
    """What UDS said of a receipt beside its sums: its number, and the cashier's name."""
    for document in ask.services.foreign.by_receipt(receipt_id):
        if document.kind == OPERATION:
            return {name: str(value) for name, value in document.content.items()}
    return {}


def remember(ask: Ask, receipt_id: str, member_id: str, said: Mapping[str, str]) -> None:
    """Keep it; what was said first stays."""
    if any(said.values()):
        document = ForeignDocument(
            ask.connection.connection_id, OPERATION, receipt_id, dict(said), ask.services.clock(), member_id, receipt_id
        )  # fmt: skip
        ask.services.foreign.put(document)
