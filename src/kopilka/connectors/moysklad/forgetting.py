"""What is left of MoySklad's documents when a person is erased: names of sales, which returns go by."""

from kopilka.connectors.kit.forgetting import unlinked
from kopilka.connectors.moysklad.counterparties import COUNTERPARTY
from kopilka.usecases.foreign import ForeignDocument


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """What MoySklad calls the buyer goes."""
    return None if document.kind == COUNTERPARTY else unlinked(document)
