"""What is left of UDS documents when a person is erased: numbers of receipts, and whether a reward is a repeat."""

from typing import Any

import msgspec

from kopilka.connectors.uds.rewards_door import REWARD
from kopilka.usecases.foreign import ForeignDocument


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """A reward keeps its turn and loses its comment, which somebody wrote; an operation keeps its number and cashier."""
    content: Any = document.content
    if document.kind == REWARD:
        content = {name: value for name, value in content.items() if name != "comment"}
    return msgspec.structs.replace(document, content=content, member_id="")
