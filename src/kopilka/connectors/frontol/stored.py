"""Where a till's sales and waiting refunds stand in the house."""

from kopilka.connectors.frontol.till import Till
from kopilka.core.settlement.sale import CLOSED, VOIDED
from kopilka.usecases.foreign import PARKED, ForeignDocument
from kopilka.usecases.views import ReceiptView

WAITING = "frontol_refund"
"""The kind of a refund that waits for its sale."""
DONE = "done"


def ended(seen: ReceiptView) -> bool:
    """Whether a sale is booked."""
    return seen.stored.sale.state in {CLOSED, VOIDED}


async def keep_waiting(till: Till, uid: str, sale_id: str, content: dict[str, object]) -> None:
    """Keep a refund until its sale comes; one that is kept already stays as it is."""
    services, connection = till.services, till.connection.connection_id
    note = ForeignDocument(
        connection, WAITING, uid, content, services.clock(), receipt_id=sale_id, state=PARKED
    )
    await services.run(services.foreign.put, note)


async def waiting_for(till: Till, sale_id: str) -> list[ForeignDocument]:
    """Refunds that wait for a sale."""
    found = await till.services.run(till.services.foreign.by_receipt, sale_id)
    return [row for row in found if row.kind == WAITING and row.state == PARKED]


async def waited(till: Till, note: ForeignDocument) -> None:
    """A refund has followed its sale."""
    services = till.services
    done = ForeignDocument(
        note.connection_id, note.kind, note.id, note.content, services.clock(), receipt_id=note.receipt_id,
        state=DONE, revision=note.revision,
    )  # fmt: skip
    await services.run(services.foreign.put, done)
