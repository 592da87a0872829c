"""What is left of RetailCRM's documents when a person is erased: of an order what was sold and for how much, so that it can
still be edited and given back; of customers, accounts and comments nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.kit.forgetting import unlinked
from kopilka.connectors.retailcrm.comments import COMMENT
from kopilka.connectors.retailcrm.joining import ATTACHING
from kopilka.connectors.retailcrm.orders import HELD, ORDER, PLACED
from kopilka.connectors.retailcrm.people import ACCOUNT, CUSTOMER
from kopilka.usecases.foreign import ForeignDocument

FACTS = frozenset(
    {
        "number", "externalId", "status", "createdAt", "currency", "site", "orderType", "orderMethod", "privilegeType",
        "discountManualAmount", "discountManualPercent",
    }
)  # fmt: skip
ITEM = frozenset(
    {
        "n", "initialPrice", "quantity", "discountManualAmount", "discountManualPercent", "vatRate", "offer",
        "productName", "priceType", "externalIds", "externalId", "status",
    }
)  # fmt: skip
PAYMENT = frozenset({"id", "externalId", "type", "status", "amount", "paidAt"})
DELIVERY = frozenset({"cost", "netCost", "code"})


def forget(document: ForeignDocument) -> ForeignDocument | None:
    """The document without the person."""
    if document.kind in {CUSTOMER, ACCOUNT, ATTACHING, COMMENT}:
        return None
    if document.kind != ORDER:
        return unlinked(document)
    said = document.content
    facts = _only(said.get("facts"), FACTS)
    facts["delivery"] = _only(dict(said.get("facts") or {}).get("delivery"), DELIVERY)
    payments = {key: _only(row, PAYMENT) for key, row in dict(said.get("payments") or {}).items()}
    content = {
        **said, "facts": facts, "items": [_only(row, ITEM) for row in said.get("items") or []], "payments": payments,
        "check_id": "",
    }  # fmt: skip
    state = PLACED if document.state == HELD else document.state
    return msgspec.structs.replace(document, content=content, member_id="", state=state)


def _only(said: Any, names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in names} if isinstance(said, Mapping) else {}
