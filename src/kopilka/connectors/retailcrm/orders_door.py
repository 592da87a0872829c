"""Orders: placed, read, changed. An order is a fact: whatever its loyalty says, it is kept."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from kopilka.connectors.retailcrm import payments_door, spending_door
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_orders import cart_of, merged, objects
from kopilka.connectors.retailcrm.mapping_privileges import NONE, PRIVILEGES
from kopilka.connectors.retailcrm.order_book import (
    change,
    loader,
    ruleset_of,
    scene_of,
    settle,
    skus_of,
)
from kopilka.connectors.retailcrm.order_view import whole
from kopilka.connectors.retailcrm.orders import (
    NEW,
    ORDER,
    Known,
    Order,
    base_receipt,
    cancelled,
    completed,
    id_by_number,
    id_in_address,
    known_of,
    moment_of,
    note_number,
    number_of,
    order_by_id,
)
from kopilka.connectors.retailcrm.payments_door import with_payment
from kopilka.connectors.retailcrm.wire import (
    Made,
    Route,
    WrongCallError,
    id_text,
    listed,
    not_found,
    wrong_entity,
)
from kopilka.core.receipt import Shop
from kopilka.usecases.foreign import Fact, Find, ForeignDocument
from kopilka.values.ids import RECEIPT
from kopilka.values.money import exponent

APART = frozenset({"items", "payments", "id"})
CODE_MAX = 100
_encode = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


async def create(ask: Ask) -> Mapping[str, Any] | Made:
    """Place an order. The same one again is answered as it was; another under its external id is refused."""
    said = ask.entity("order")
    shop = await ask.shop(said.get("site"))
    external_id = id_text(said.get("externalId"), "order.externalId")
    id_ = f"{shop.id}:{external_id or '#' + ask.services.new_id(RECEIPT)}"
    made_of = sha256(_encode(said)).hexdigest()
    fresh = await _fresh(ask, shop, id_, said, made_of)
    already: list[Known] = []

    async def load() -> Known:
        found = await ask.run(ask.services.foreign.document, ask.connection.connection_id, ORDER, id_)
        if found is not None:
            already.append(await known_of(ask, found))
            raise WrongCallError(
                "Order already exists.", errors={"externalId": _taken(ask)}, outcome="order_exists"
            )
        return fresh

    async def edit(known: Known) -> Known:
        return known

    try:
        scene = await change(ask, load, edit)
    except WrongCallError:
        if not already:
            raise
        if already[0].order.made_of != made_of:
            # Two under one name at once: what this one has reserved meanwhile must not stand for the other.
            await settle(ask, loader(ask, id_))
            raise
        scene = await scene_of(ask, already[0])
    await note_number(ask, scene.known)
    return Made({"id": scene.known.number, "order": await whole(ask, scene)})


def _taken(ask: Ask) -> str:
    return ask.say("Заказ с таким externalId уже есть", "An order with this externalId exists already")


async def _fresh(ask: Ask, shop: Shop, id_: str, said: Mapping[str, Any], made_of: str) -> Known:
    items, last = merged([], objects(said.get("items"), "items"), 0)
    facts = _facts({}, said)
    rules = await ruleset_of(ask, shop, ask.now)
    at = moment_of(ask, facts, rules.programme.zone)
    # What the site shows the buyer by a privilege is what the buyer will get: it is fixed at once.
    applied = facts.get("privilegeType") not in {None, "", NONE}
    order = Order(at, facts, items, {}, last, applied=applied, made_of=made_of)
    document = ForeignDocument(ask.connection.connection_id, ORDER, id_, {}, ask.now)
    known = Known(document, order, await number_of(ask, id_), shop)
    for payment in objects(said.get("payments"), "payments"):
        known = await with_payment(ask, known, payment)
    await _readable(ask, known)
    return known


def _facts(old: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an order after more was said of it."""
    facts = {**old, **{name: value for name, value in said.items() if name not in APART}}
    privilege = facts.get("privilegeType")
    if privilege not in {None, ""} and privilege not in PRIVILEGES:
        raise wrong_entity("privilegeType", "The value you selected is not a valid choice.")
    for name in ("customer", "delivery"):
        if facts.get(name) not in (None, "") and not isinstance(facts[name], dict):
            # PHP writes an empty object as a list.
            if facts[name] != []:
                raise wrong_entity(name, "This value is not valid.")
            facts[name] = {}
    id_text(facts.get("number"), "number")
    status = facts.get("status")
    if status not in (None, "") and (not isinstance(status, str) or len(status) > CODE_MAX):
        raise wrong_entity("status", "This value is not valid.")
    return facts


async def _readable(ask: Ask, known: Known) -> None:
    """Refuse an order that could not be read later, before anything is written."""
    order = known.order
    rules = await ruleset_of(ask, known.shop, order.at)
    currency = order.facts.get("currency")
    if currency and currency != rules.programme.currency and order.privilege != NONE:
        raise wrong_entity("currency", f"The currency of the loyalty program is {rules.programme.currency}.")
    digits = exponent(rules.programme.currency)
    cart_of(order.facts, order.items, digits, await skus_of(ask, order.items))


async def edit(ask: Ask) -> Mapping[str, Any]:
    """Change an order. Its loyalty follows: counted again while under way, booked when completed, given back when
    cancelled or when something of it goes.
    """
    id_, said = await id_in_address(ask), ask.entity("order")

    async def changed(known: Known) -> Known:
        order, facts = known.order, _facts(known.order.facts, said)
        items, last = order.items, order.last_item
        if said.get("items") is not None:
            items, last = merged(known.order.items, objects(said["items"], "items"), last)
        named = facts.get("privilegeType") not in {None, "", NONE}
        applied = order.applied or (named and "privilegeType" in said and not order.idle)
        order = msgspec.structs.replace(
            order, facts=facts, items=items, last_item=last, applied=applied,
            idle=order.idle and not await _goes_on(ask, known, facts),
        )  # fmt: skip
        if cancelled(ask, order.status):
            order = msgspec.structs.replace(order, bonuses="", check_id="", confirmed="")
        known = known.with_order(order)
        await _readable(ask, known)
        return known

    scene = await change(ask, loader(ask, id_), changed)
    await note_number(ask, scene.known)
    return {"id": scene.known.number, "order": await whole(ask, scene)}


async def _goes_on(ask: Ask, known: Known, facts: Mapping[str, Any]) -> bool:
    """Whether an order whose bonuses were cancelled earns again: only what has not been booked before."""
    scene = await scene_of(ask, known)
    return scene.state == "placed" and not cancelled(ask, str(facts.get("status") or ""))


# -- reading --------------------------------------------------------------------------------------------------------------


async def show(ask: Ask) -> Mapping[str, Any]:
    """One order."""
    known = await order_by_id(ask, await id_in_address(ask))
    return {"order": await whole(ask, await scene_of(ask, known))}


async def list_all(ask: Ask) -> Mapping[str, Any]:
    """Orders, newest first."""
    filters, page, shops = ask.filters, ask.page, await ask.shops()
    sites = set(listed(filters.get("sites")) or shops) & set(shops)
    ids: set[str] | None = None
    if listed(filters.get("ids")):
        receipts = await ask.run(ask.services.foreign.ids_of, "receipt", listed(filters.get("ids")))
        prefix = base_receipt(ask, "")
        ids = {each[len(prefix) :] for each in receipts.values() if each.startswith(prefix)}
    if listed(filters.get("externalIds")):
        named = {f"{site}:{name}" for name in listed(filters.get("externalIds")) for site in sites}
        ids = named if ids is None else ids & named
    search = Find(
        ask.connection.connection_id, ORDER, ids=None if ids is None else tuple(sorted(ids)),
        sites=tuple(sorted(sites)), facts=_facts_asked(filters), moment="at", by_moment=True, skip=page.first,
        limit=page.limit,
    )  # fmt: skip
    total, documents = await ask.run(ask.services.foreign.find, search)
    numbers = [base_receipt(ask, each.id) for each in documents]
    await ask.run(ask.services.foreign.numbers, "receipt", numbers)
    known = [await known_of(ask, each) for each in documents]
    rows = [await whole(ask, await scene_of(ask, each)) for each in known]
    return {"pagination": page.pagination(total), "orders": rows}


def _facts_asked(filters: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What orders have to say."""
    found = []
    statuses_ = tuple(listed(filters.get("extendedStatus")))
    if statuses_:
        found.append(Fact(("facts", "status"), statuses_, absent=NEW in statuses_))
    numbers = tuple(listed(filters.get("numbers")))
    if numbers:
        found.append(Fact(("facts", "number"), numbers))
    for name in ("customerId", "customerExternalId"):
        who = tuple(listed(filters.get(name)))
        if who:
            path = ("facts", "customer")
            found.append(Fact((*path, "id"), who, (*path, "externalId")))
    return tuple(found)


async def statuses(ask: Ask) -> Mapping[str, Any]:
    """Statuses of orders by their ids."""
    ids = [await id_by_number(ask, number) for number in listed(ask.fields.get("ids"))]
    shops = await ask.shops()
    names = listed(ask.fields.get("externalIds"))
    ids += [f"{shop}:{name}" for name in names for shop in sorted(shops)]
    rows = []
    for id_ in dict.fromkeys(each for each in ids if each):
        try:
            known = await order_by_id(ask, id_)
        except WrongCallError as error:
            if error.status == not_found().status:
                continue
            raise
        group = "complete" if completed(ask, known.order.status) else "new"
        group = "cancel" if cancelled(ask, known.order.status) else group
        rows.append(
            {
                "id": known.number,
                "externalId": known.external_id,
                "status": known.order.status,
                "group": group,
            }
        )
    return {"orders": rows}


ROUTES: tuple[Route, ...] = (
    *spending_door.ROUTES,
    *payments_door.ROUTES,
    ("POST", "/api/v5/orders/create", create),
    ("GET", "/api/v5/orders", list_all),
    ("GET", "/api/v5/orders/statuses", statuses),
    ("GET", "/api/v5/orders/{id}", show),
    ("POST", "/api/v5/orders/{id}/edit", edit),
)
