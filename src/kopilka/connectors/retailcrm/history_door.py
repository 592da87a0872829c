"""What happened to orders and customers since somebody last asked: each change by itself, oldest first."""

from collections.abc import Mapping, Sequence
from typing import Any

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_history import change_told
from kopilka.connectors.retailcrm.orders import (
    ORDER,
    Known,
    base_receipt,
    id_by_number,
    known_of,
    number_text,
)
from kopilka.connectors.retailcrm.people import (
    CUSTOMER,
    customer_by_number,
    customer_key,
    customer_of_document,
    customer_whole,
)
from kopilka.connectors.retailcrm.wire import Route, id_text, listed, moment, read_moment, wrong_input
from kopilka.usecases.foreign import Change, ChangeSearch

LAST = 10**18
"""No number is as large."""


async def orders(ask: Ask) -> Mapping[str, Any]:
    """Changes of orders; a new order is told with all that is known of it."""
    ids: set[str] | None = None
    number = id_text(ask.filters.get("orderId"), "filter.orderId")
    if number:
        ids = {await id_by_number(ask, number) or ""}
    named = listed(ask.filters.get("orderExternalId"))
    if named:
        keys = {f"{site}:{name}" for name in named for site in await ask.shops()}
        ids = keys if ids is None else ids & keys
    zone, total, changes = await _changes(ask, ORDER, ids)
    known = await _known(ask, changes)
    rows = []
    for change in changes:
        about = known.get(change.id)
        number_ = await ask.number("receipt", base_receipt(ask, change.id)) if about is None else about.number
        told = _order_brief(change, number_)
        if about is not None and change.facts.get("created"):
            told = {**_order_whole(about, zone), **told}
        rows.append(change_told(change, zone, {"order": told}))
    return _answer(ask, zone, total, rows)


async def customers(ask: Ask) -> Mapping[str, Any]:
    """Changes of customers; a new one is told with all that is known of them."""
    ids: set[str] | None = None
    number = id_text(ask.filters.get("customerId"), "filter.customerId")
    if number:
        customer = await customer_by_number(ask, number)
        ids = {"" if customer is None else customer.key}
    named = listed(ask.filters.get("customerExternalId"))
    if named:
        keys = {customer_key(site, name) for name in named for site in await ask.shops()}
        ids = keys if ids is None else ids & keys
    zone, total, changes = await _changes(ask, CUSTOMER, ids)
    foreign, wholes = ask.services.foreign, {each.id: customer_whole(ask, each.id) for each in changes}
    numbers = await ask.run(foreign.numbers, CUSTOMER, list(wholes.values()))
    created = [each.id for each in changes if each.facts.get("created")]
    documents = await ask.run(foreign.several, ask.connection.connection_id, CUSTOMER, created)
    rows = []
    for change in changes:
        number_, site, external_id = numbers[wholes[change.id]], *change.id.split(":", 1)
        told: dict[str, Any] = {"id": number_, "site": site}
        told |= {} if external_id.startswith("#") else {"externalId": external_id}
        document = documents.get(change.id)
        if document is not None and change.facts.get("created"):
            told = {**customer_of_document(number_, document).content, **told}
        row = change_told(change, zone, {"customer": told})
        rows.append({**row, "newValue": number_} if change.field == "id" else row)
    return _answer(ask, zone, total, rows)


async def _changes(ask: Ask, kind: str, ids: set[str] | None) -> tuple[str, int, list[Change]]:
    """The programme's zone, how many changes there are, and those of the page."""
    filters, page, zone = ask.filters, ask.page, (await ask.rules()).programme.zone
    since = id_text(filters.get("sinceId"), "filter.sinceId")
    if since and not (since.isascii() and since.isdigit()):
        raise wrong_input("filter.sinceId", "This value is not valid.")
    first, last = filters.get("startDate"), filters.get("endDate")
    search = ChangeSearch(
        ask.connection.connection_id, kind, min(int(since or 0), LAST),
        read_moment(first, zone, "filter.startDate") if first else None,
        read_moment(last, zone, "filter.endDate", end=True) if last else None,
        None if ids is None else tuple(sorted(ids)), tuple(sorted(await ask.shops())), page.first, page.limit,
    )  # fmt: skip
    return zone, *(await ask.run(ask.services.foreign.changes, search))


async def _known(ask: Ask, changes: Sequence[Change]) -> dict[str, Known]:
    """The orders that changes are about, with their numbers."""
    ids = list(dict.fromkeys(each.id for each in changes))
    documents = await ask.run(ask.services.foreign.several, ask.connection.connection_id, ORDER, ids)
    await ask.run(ask.services.foreign.numbers, "receipt", [base_receipt(ask, id_) for id_ in ids])
    return {id_: await known_of(ask, document) for id_, document in documents.items()}


def _order_brief(change: Change, number: int) -> dict[str, Any]:
    site, _, name = change.id.partition(":")
    told: dict[str, Any] = {"id": number} if name.startswith("#") else {"id": number, "externalId": name}
    return {**told, "site": site, "status": change.facts["status"]}


def _order_whole(known: Known, zone: str) -> dict[str, Any]:
    """An order as the site told of it."""
    items = [{name: each for name, each in row.items() if name != "n"} for row in known.items()]
    payments = {str(row["id"]): row for row in known.order.payments.values()}
    return {
        **known.order.facts, "number": number_text(known), "createdAt": moment(known.order.at, zone),
        "privilegeType": known.order.privilege, "items": items, "payments": payments or [],
    }  # fmt: skip


def _answer(ask: Ask, zone: str, total: int, rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {
        "generatedAt": moment(ask.now, zone), "pagination": ask.page.pagination(total), "history": rows,
    }  # fmt: skip


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v5/orders/history", orders),
    ("GET", "/api/v5/customers/history", customers),
)
