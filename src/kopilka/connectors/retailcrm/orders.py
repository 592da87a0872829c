"""Orders as they are kept: a foreign document each, known by site and external id. What they do to the ledger stands in
`order_book.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.kit.services import receipt_id_of
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_orders import item_id
from kopilka.connectors.retailcrm.mapping_privileges import LEVEL
from kopilka.connectors.retailcrm.wire import id_text, not_found, read_moment, unwrapped, wrong_entity
from kopilka.core.receipt import Shop
from kopilka.usecases.foreign import ForeignDocument

ORDER, NUMBER = "order", "order_number"
"""Kinds of documents: orders, and which order bears a number that its site gave it."""
PLACED, HELD, CLOSED, REVERSED = "placed", "held", "closed", "reversed"
"""States of an order's document: no points are reserved, reserved, booked as sold, booked and wholly given back."""
COMPLETED, CANCELLED = "complete", "cancel-other,cancel"
TURN = "~"
NEW, OLDEST = "new", 2000


class Order(msgspec.Struct, frozen=True):
    """An order as it stands. `facts` are what was said of it, without its items and payments; `items` have a number `n`
    each. `bonuses` are those asked for, `confirmed` those that a code has confirmed, `check_id` the code's check. `rounds`
    asks for a whole total, `round_minor` is what makes it whole. `idle` says that its bonus operations were cancelled, `turn` how often it was booked anew, `made_of` by what it was made. `charged` and `credited` are what its
    bonuses did, as was last told.
    """

    at: datetime
    facts: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    payments: dict[str, dict[str, Any]] = {}
    last_item: int = 0
    bonuses: str = ""
    applied: bool = False
    rounds: bool = False
    round_minor: int = 0
    check_id: str = ""
    confirmed: str = ""
    idle: bool = False
    turn: int = 0
    made_of: str = ""
    charged: Decimal | None = None
    credited: Decimal | None = None

    @property
    def status(self) -> str:
        """The code of its status."""
        found = self.facts.get("status")
        return found if isinstance(found, str) and found else NEW

    @property
    def privilege(self) -> str:
        """The privilege that it was placed with; the level, where none was named."""
        found = self.facts.get("privilegeType")
        return found if isinstance(found, str) and found else LEVEL

    @property
    def customer(self) -> dict[str, Any]:
        """How it names its customer."""
        found = self.facts.get("customer")
        return found if isinstance(found, dict) else {}


class Known(msgspec.Struct, frozen=True):
    """An order with its document, its number and its shop."""

    document: ForeignDocument
    order: Order
    number: int
    shop: Shop

    @property
    def id(self) -> str:
        """Site and external id."""
        return self.document.id

    @property
    def external_id(self) -> str:
        """What the site calls it; empty where it has no name for it."""
        name = self.document.id.partition(":")[2]
        return "" if name.startswith("#") else name

    def items(self) -> list[dict[str, Any]]:
        """Items with their ids."""
        return [{**row, "id": item_id(self.number, row["n"])} for row in self.order.items]

    def with_order(self, order: Order) -> "Known":
        """The same with another content."""
        return msgspec.structs.replace(self, order=order)


def document_of(
    known: Known, *, member_id: str, receipt_id: str, state: str, now: datetime
) -> ForeignDocument:
    """The document to be written."""
    content: dict[str, Any] = msgspec.structs.asdict(known.order)
    content["at"] = known.order.at.isoformat()
    return msgspec.structs.replace(
        known.document, content=content, changed_at=now, member_id=member_id, receipt_id=receipt_id, state=state
    )  # fmt: skip


def turn_of(base: str, turn: int) -> str:
    """The receipt of an order's turn: an order that was given back as a whole and is applied again is a new sale."""
    return base if turn == 0 else f"{base}{TURN}{turn + 1}"


def base_receipt(ask: Ask, id_: str) -> str:
    """The first receipt of an order, whose number is the order's."""
    return receipt_id_of(ask.connection, id_)


async def number_of(ask: Ask, id_: str) -> int:
    """The id of an order."""
    return await ask.number("receipt", base_receipt(ask, id_))


async def id_by_number(ask: Ask, number: object) -> str | None:
    """The order of an id that we gave."""
    receipt_id = await ask.id_of("receipt", number)
    prefix = f"{ask.connection.connection_id}:"
    if receipt_id is None or not receipt_id.startswith(prefix):
        return None
    return receipt_id[len(prefix) :]


async def orders_of_receipts(ask: Ask, receipts: Sequence[str]) -> dict[str, str | None]:
    """The order that each receipt is a turn of; None where it is none of this connection's."""
    prefix, connection_id = f"{ask.connection.connection_id}:", ask.connection.connection_id
    asked = {each: _orders_perhaps(each.removeprefix(prefix)) for each in receipts if each.startswith(prefix)}
    ids = [id_ for each in asked.values() for id_ in each]
    there = await ask.run(ask.services.foreign.several, connection_id, ORDER, ids)
    return {each: next((id_ for id_ in asked.get(each, ()) if id_ in there), None) for each in receipts}


def _orders_perhaps(whole: str) -> list[str]:
    """The orders that a receipt may be a turn of: an order's name may look like one."""
    return [id_ for id_ in (whole, whole.rpartition(TURN)[0]) if id_]


async def known_of(ask: Ask, document: ForeignDocument) -> Known:
    """An order from its document."""
    order = msgspec.convert(document.content, Order, strict=False)
    shop = await ask.shop(document.id.partition(":")[0])
    return Known(document, order, await number_of(ask, document.id), shop)


async def order_by_id(ask: Ask, id_: str | None) -> Known:
    """An order; 404 where there is none."""
    found = None
    if id_:
        found = await ask.run(ask.services.foreign.document, ask.connection.connection_id, ORDER, id_)
    if found is None:
        raise not_found()
    return await known_of(ask, found)


async def id_named(ask: Ask, named: Mapping[str, Any]) -> str:
    """Which order `{id}`, `{externalId}` or `{number}` of an object names, with its site or the call's."""
    number = id_text(named.get("id"), "order.id")
    if number:
        found = await id_by_number(ask, number)
        if found is None:
            raise not_found()
        return found
    site = named.get("site")
    external_id = id_text(named.get("externalId"), "order.externalId")
    if external_id:
        shop = await ask.shop(site)
        return f"{shop.id}:{external_id}"
    number = id_text(named.get("number"), "order.number")
    if not number:
        raise wrong_entity("order", "The order has to be named by id, externalId or number.", "missing:order")
    shop = await ask.shop(site)
    return await _numbered(ask, shop, number)


async def _numbered(ask: Ask, shop: Shop, number: str) -> str:
    kept = await ask.run(
        ask.services.foreign.document, ask.connection.connection_id, NUMBER, f"{shop.id}:{number}"
    )
    found = str(kept.content.get("order", "")) if kept is not None else None
    if found is None and number.endswith("A"):
        found = await id_by_number(ask, number[:-1])
    if not found:
        raise not_found()
    return found


async def id_in_address(ask: Ask) -> str:
    """Which order the address names: by external id, or by ours with `by=id`."""
    named = ask.args["id"]
    if ask.text("by") == "id":
        found = await id_by_number(ask, named)
        if found is None:
            raise not_found()
        return found
    return f"{(await ask.shop()).id}:{named}"


async def note_number(ask: Ask, known: Known) -> None:
    """Remember whose number it is that a site has given to an order."""
    number = id_text(known.order.facts.get("number"), "order.number")
    if not number:
        return
    id_ = f"{known.shop.id}:{number}"
    there = await ask.run(ask.services.foreign.document, ask.connection.connection_id, NUMBER, id_)
    if there is None:
        content = {"order": known.id}
        await ask.run(
            ask.services.foreign.put,
            ForeignDocument(ask.connection.connection_id, NUMBER, id_, content, ask.now),
        )


def number_text(known: Known) -> str:
    """The number that people call an order by."""
    return id_text(known.order.facts.get("number"), "order.number") or f"{known.number}A"


def moment_of(ask: Ask, facts: Mapping[str, Any], zone: str) -> datetime:
    """When an order was placed. A site's clock may be ahead of ours: then it was now."""
    said = facts.get("createdAt")
    if said is None or said == "":
        return ask.now
    found = read_moment(said, zone, "order.createdAt")
    if found.year < OLDEST:
        raise wrong_entity("createdAt", "This value is not a valid datetime.")
    return min(found, ask.now)


def completed(ask: Ask, status: str) -> bool:
    """Whether a status means that the sale is done."""
    return status in listed_setting(ask, "completed_statuses", COMPLETED)


def cancelled(ask: Ask, status: str) -> bool:
    """Whether a status means that there is no sale."""
    return status in listed_setting(ask, "cancelled_statuses", CANCELLED)


def listed_setting(ask: Ask, name: str, usual: str) -> frozenset[str]:
    """A setting that is a list of codes."""
    return frozenset(part.strip() for part in ask.connection.setting(name, usual).split(",") if part.strip())


def site_of(named: Mapping[str, Any]) -> str:
    """The site that an object names."""
    site = named.get("site")
    return unwrapped(site) if isinstance(site, str) else ""
