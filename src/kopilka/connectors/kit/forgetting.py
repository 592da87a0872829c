"""What is left of documents when the person whom they name is erased: of orders of web shops what their refunds need,
of customers nothing. Rules of other connectors stand in their folders.
"""

import msgspec

from kopilka.connectors.kit.parking import WAITING
from kopilka.connectors.kit.webshop import CUSTOMER, ORDER, content_of, known_of
from kopilka.connectors.kit.webshop_orders import BOOKED, ERASED
from kopilka.usecases.foreign import ForeignDocument


def unlinked(document: ForeignDocument) -> ForeignDocument:
    """The same document, of nobody."""
    return msgspec.structs.replace(document, member_id="")


def forget_webshop(document: ForeignDocument) -> ForeignDocument | None:
    """An order that is booked can still be returned; one that is not will never be."""
    if document.kind in {CUSTOMER, WAITING}:
        return None
    if document.kind != ORDER:
        return unlinked(document)
    known = msgspec.structs.replace(known_of(document), who=None, erased=True)
    state = BOOKED if document.state == BOOKED else ERASED
    return msgspec.structs.replace(document, content=content_of(known), member_id="", state=state)
