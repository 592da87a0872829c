"""What has been: purchases, returns of them, and points given or taken by hand."""

import msgspec

from kopilka.connectors.uds import telling
from kopilka.connectors.uds.ask import Ask
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.wire import UdsError, cursor_parts, cursor_text, page_of
from kopilka.usecases.feed import Operation, Recent, Sort, Spot
from kopilka.usecases.views import ReceiptView


async def listed(ask: Ask) -> object:
    """A page of operations, newest first."""
    page = page_of(ask.call)
    await ask.open()
    recent = Recent(
        tuple(sorted(telling.shops_of(ask))),
        ask.scores.kind,
        cursor_parts(page.cursor, Spot) if page.cursor else None,
        0 if page.cursor else page.offset,
        page.most + 1,
    )
    found = await ask.run(ask.services.feed.operations, recent)
    shown = found[: page.most]
    rows = [row for each in shown if (row := await _told(ask, each)) is not None]
    more = len(found) > page.most
    return {
        "rows": rows,
        "total": 0,
        "cursor": cursor_text(msgspec.to_builtins(shown[-1].spot)) if more else None,
    }


async def _told(ask: Ask, operation: Operation) -> dict[str, object] | None:
    spot = operation.spot
    if spot.sort is Sort.BY_HAND:
        return await telling.reward(ask, operation)
    view = await ask.run(ask.services.views.receipt, spot.id)
    if view is None:
        return None
    return await (
        telling.purchase(ask, view) if spot.sort is Sort.SALE else _reversal(ask, view, str(spot.number))
    )


async def _reversal(ask: Ask, view: ReceiptView, number: str) -> dict[str, object] | None:
    facts = next((row for row in view.returns if str(row.number) == number), None)
    return None if facts is None else await telling.reversal(ask, view, facts)


async def one(ask: Ask) -> object:
    """An operation: a sale, a return of one, or points that moved without one."""
    await ask.open()
    number = ask.call.args["id"]
    meant = await telling.meant(ask, number)
    if meant.kind == telling.REWARD:
        told = await telling.reward_where(ask, meant.id, lambda row: row.txn == meant.part)
    else:
        view = await telling.receipt(ask, meant.id)
        if view is None:
            raise UdsError("notFound", "id", number)
        is_sale = meant.kind == telling.SALE
        told = await (telling.purchase(ask, view) if is_sale else _reversal(ask, view, meant.part))
    if told is None:
        raise UdsError("notFound", "id", number)
    return told


ROUTES: Table = (("GET", "operations", listed), ("GET", "operations/{id}", one))
