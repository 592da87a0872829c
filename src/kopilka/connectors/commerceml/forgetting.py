"""What is left of 1C's documents when a person is erased: what was sold, as a guest's."""

from typing import Any

import msgspec

from kopilka.connectors.commerceml.mapping import Party
from kopilka.connectors.commerceml.shelf import ORDERS, kept_of
from kopilka.connectors.kit.forgetting import unlinked
from kopilka.connectors.kit.parking import WAITING
from kopilka.usecases.foreign import PARKED, ForeignDocument


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """An order stays with what was booked of it; one that waited for its buyer is a guest's when it is told again."""
    if document.kind == WAITING:
        return None
    if document.kind != ORDERS:
        return unlinked(document)
    kept = kept_of(document)
    paper = None if kept.paper is None else msgspec.structs.replace(kept.paper, party=Party(), card="")
    content: Any = msgspec.to_builtins(msgspec.structs.replace(kept, paper=paper, member="", guest=True))
    state = "open" if document.state == PARKED else document.state
    return msgspec.structs.replace(document, content=content, member_id="", state=state)
