"""What is left of Frontol's documents when a person is erased: refunds that wait for their sale, which name nobody."""

from kopilka.connectors.frontol.codes import KIND
from kopilka.connectors.kit.forgetting import unlinked
from kopilka.usecases.foreign import ForeignDocument


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """Codes that were sent go."""
    return None if document.kind == KIND else unlinked(document)
