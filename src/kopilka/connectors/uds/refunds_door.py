"""Refunds. UDS gives them no key of their own, while its clients repeat calls: see `_return_id`."""

from datetime import timedelta

from kopilka.connectors.uds import telling, words
from kopilka.connectors.uds.ask import Ask
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.manifest import REPEAT_SECONDS
from kopilka.connectors.uds.mapping import left_of, wish_of
from kopilka.connectors.uds.wire import UdsError, bad, body_of
from kopilka.core.settlement.sale import CLOSED, rest_of
from kopilka.usecases.commands import Return
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ReceiptView, ReturnFacts

FULL, PARTIAL = "full", "part"
REPEAT_MOST = 3600


async def refund(ask: Ask) -> object:
    """Give a purchase back, in full or in part. The same full refund again answers the same reversal."""
    await ask.open()
    body = body_of(ask.call)
    amount = body.money("partialAmount", ask.scores.digits)
    if amount is not None and amount <= 0:
        raise bad("partialAmount", words.POSITIVE)
    number = ask.call.args["id"]
    meant = await telling.meant(ask, number)
    if meant.kind != telling.SALE:
        raise bad("id", words.NOT_REFUNDABLE, number)
    view = await telling.receipt(ask, meant.id)
    if view is None:
        raise UdsError("notFound", "id", number)
    id_ = _return_id(ask, view, amount)
    known = _facts(view, id_)
    return await telling.reversal(ask, view, known) if known else await _give_back(ask, view, id_, amount)


async def _give_back(ask: Ask, view: ReceiptView, id_: str, amount: int | None) -> object:
    sale = view.stored.sale
    if sale.state != CLOSED or rest_of(sale, sale.done()).complete:
        raise bad("id" if amount is None else "partialAmount", words.NOTHING_LEFT)
    if amount is not None and amount > left_of(sale).total:
        raise bad("partialAmount", words.MORE_THAN_LEFT)
    command = Return(
        sale.receipt.id,
        id_,
        wish_of(sale, amount),
        ask.services.clock(),
        ask.shop.id,
        client=ask.connection.connection_id,
    )
    outcome = await ask.services.counter.carry_out(command)
    after = await ask.run(ask.services.views.receipt, sale.receipt.id)
    facts = None if after is None else _facts(after, id_)
    if after is not None and facts is not None:
        # Done now, or by the same call that was quicker.
        return await telling.reversal(ask, after, facts)
    code = outcome.code if isinstance(outcome, Refused) else ""
    said = words.NOTHING_LEFT if code in {"nothing_left", "not_closed"} else words.MORE_THAN_LEFT
    raise bad("id" if amount is None else "partialAmount", said)


def _return_id(ask: Ask, view: ReceiptView, amount: int | None) -> str:
    """The return that this call means. A full refund is one for ever. Partial refunds of one purchase and amount are
    counted, and the last one is meant again while it is not older than the setting says: a client that has lost our
    answer repeats within seconds, and nobody gives the same sum back twice within a minute.
    """
    stem = f"uds:{view.stored.sale.receipt.id}"
    if amount is None:
        return f"{stem}:{FULL}"
    stem = f"{stem}:{PARTIAL}:{amount}:"
    mine = [row for row in view.returns if row.return_id.startswith(stem)]
    window = timedelta(seconds=ask.seconds(REPEAT_SECONDS.name, REPEAT_SECONDS.usual, REPEAT_MOST))
    again = bool(mine) and ask.services.clock() - mine[-1].recorded_at < window
    return f"{stem}{len(mine) - 1 if again else len(mine)}"


def _facts(view: ReceiptView, id_: str) -> ReturnFacts | None:
    return next((row for row in view.returns if row.return_id == id_), None)


ROUTES: Table = (("POST", "operations/{id}/refund", refund),)
