"""What is left of Evotor's documents when a person is erased: which sales a shift had, and nothing of whose they were."""

from kopilka.connectors.evotor.booking import SHIFT
from kopilka.connectors.kit.forgetting import unlinked
from kopilka.usecases.foreign import ForeignDocument


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """A receipt that waited for its buyer waits no more; one that is booked is known by its receipt."""
    return unlinked(document) if document.kind.startswith(f"{SHIFT} ") else None
