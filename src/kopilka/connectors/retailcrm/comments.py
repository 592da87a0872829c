"""What a shop writes of bonuses that it gives or takes by hand. It may name people, so it stands among the documents, which
can be erased, and not in the ledger, which cannot.
"""

from collections.abc import Sequence

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.ports import StoreUnavailableError

COMMENT = "comment"
"""The kind of documents; each is known by its transaction in the ledger."""


async def keep_comment(ask: Ask, txn: str, comment: str, member_id: str) -> None:
    """Keep a comment. The bonuses are booked already, so a database that goes away now is no refusal."""
    document = ForeignDocument(
        ask.connection.connection_id, COMMENT, txn, {"comment": comment}, ask.now, member_id
    )
    try:
        await ask.run(ask.services.foreign.put, document)
    except StoreUnavailableError:
        return


async def comments_of(ask: Ask, transactions: Sequence[str]) -> dict[str, str]:
    """The comments of transactions, as far as there are any of this connection's."""
    foreign, connection_id = ask.services.foreign, ask.connection.connection_id
    found = await ask.run(foreign.several, connection_id, COMMENT, transactions)
    return {id_: str(each.content.get("comment") or "") for id_, each in found.items()}
