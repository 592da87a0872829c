"""Customers of sites: kept as the site tells them, until one joins; and carts, which are only acknowledged."""

from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.joining import new_key, put_customer
from kopilka.connectors.retailcrm.mapping_customers import (
    birthday_of,
    customer_told,
    customers_asked,
    full_name,
)
from kopilka.connectors.retailcrm.people import (
    CUSTOMER,
    Customer,
    customer_by_key,
    customer_key,
    customer_named,
    customer_of_document,
    customer_whole,
    member_of,
)
from kopilka.connectors.retailcrm.wire import (
    Made,
    Route,
    WrongCallError,
    id_text,
    listed,
    not_found,
    wrong_entity,
    wrong_input,
)
from kopilka.connectors.retailcrm.words import text
from kopilka.usecases.foreign import Find
from kopilka.usecases.members import MemberChange, PersonChange

PAGE, UPLOAD_MAX, FIELDS_MAX = 500, 50, 100
BY = ("externalId", "id")


async def one(ask: Ask) -> Mapping[str, Any]:
    """One customer."""
    return {"customer": await _told(ask, await _the_customer(ask))}


async def create(ask: Ask) -> Made:
    """A new customer."""
    content = ask.entity("customer")
    shop = await ask.shop(content.get("site"))
    customer = await _create(ask, content, shop.id)
    return Made({"id": customer.number})


async def _create(ask: Ask, content: Mapping[str, Any], site: str) -> Customer:
    external_id = id_text(content.get("externalId"), "externalId")
    key = new_key(ask, site, external_id or "#" + ask.services.new_id("cst_"))
    if external_id and await customer_by_key(ask, key) is not None:
        raise wrong_entity("externalId", text("customer_exists", russian=ask.russian), "customer_exists")
    return await put_customer(ask, key, _kept(content))


async def edit(ask: Ask) -> Mapping[str, Any]:
    """Change a customer; what is not named stays. A member's name and birthday follow."""
    content = ask.entity("customer")
    customer = await _the_customer(ask)
    if customer.document is None:
        raise WrongCallError(
            "Validation error", errors={"customer": text("unknown_customer", russian=ask.russian)}
        )
    customer = await put_customer(ask, customer.key, _kept(content))
    member = await member_of(ask, customer.key)
    if member is not None:
        name, birthday = full_name(customer.content), birthday_of(customer.content)
        change = PersonChange(name=name or None, birthday=birthday)
        who = ask.connection.connection_id
        await ask.run(ask.services.members.change, member.member_id, MemberChange(), change, (), who)
    return {"id": customer.number, "state": "success"}


async def upload(ask: Ask) -> Made:
    """Many customers at once; those that are there already are changed."""
    rows = ask.entities("customers")
    if len(rows) > UPLOAD_MAX:
        raise wrong_input("customers", text("too_many", russian=ask.russian))
    done = []
    for row in rows:
        shop = await ask.shop(row.get("site"))
        external_id = id_text(row.get("externalId"), "externalId")
        customer = await customer_by_key(ask, customer_key(shop.id, external_id)) if external_id else None
        if customer is None:
            customer = await _create(ask, row, shop.id)
        else:
            customer = await put_customer(ask, customer.key, _kept(row))
        told: dict[str, Any] = {"id": customer.number}
        done.append(told | ({"externalId": customer.external_id} if customer.external_id else {}))
    return Made({"uploadedCustomers": done})


async def customers(ask: Ask) -> Mapping[str, Any]:
    """A page of customers, those written last first."""
    page, filters = ask.page, ask.filters
    ids, external_ids = listed(filters.get("ids")), listed(filters.get("externalIds"))
    zone, shops = (await ask.rules()).programme.zone, await ask.shops()
    sites = set(listed(filters.get("sites")) or shops) & set(shops)
    keys: set[str] | None = None
    if ids:
        prefix = f"{ask.connection.connection_id}/"
        wholes = (await ask.run(ask.services.foreign.ids_of, CUSTOMER, ids)).values()
        keys = {whole[len(prefix) :] for whole in wholes if whole.startswith(prefix)}
    if external_ids:
        named = {customer_key(site, id_) for id_ in external_ids for site in sites}
        keys = named if keys is None else keys & named
    search = customers_asked(
        filters, zone, Find(ask.connection.connection_id, CUSTOMER, sites=tuple(sorted(sites)))
    )
    search = msgspec.structs.replace(
        search, ids=None if keys is None else tuple(sorted(keys)), skip=page.first, limit=page.limit
    )
    total, documents = await ask.run(ask.services.foreign.find, search)
    wholes_of = {each.id: customer_whole(ask, each.id) for each in documents}
    numbers = await ask.run(ask.services.foreign.numbers, CUSTOMER, list(wholes_of.values()))
    told = [await _told(ask, customer_of_document(numbers[wholes_of[each.id]], each)) for each in documents]
    return {"pagination": page.pagination(total), "customers": told}


async def cart(ask: Ask) -> Mapping[str, Any]:
    """A cart is not kept: reading one finds it empty, setting and clearing are acknowledged."""
    await ask.shop(ask.args["site"])
    return {} if ask.call.method == "POST" else {"cart": {"items": []}}


# -- parts ------------------------------------------------------------------------------------------------------------


async def _the_customer(ask: Ask) -> Customer:
    by = ask.text("by") or BY[0]
    if by not in BY:
        raise wrong_input("by", "The value you selected is not a valid choice.")
    sent = ask.fields.get("site")
    shop = await ask.shop() if sent else None
    customer = await customer_named(ask, {by: ask.args["id"]}, shop)
    if (
        customer is None
        or not await _visible(ask, customer)
        or (shop and by == "id" and not _on(customer, shop.id))
    ):
        raise not_found()
    return customer


async def _visible(ask: Ask, customer: Customer) -> bool:
    return customer.document is None or customer.site in await ask.shops()


def _on(customer: Customer, site: str) -> bool:
    return customer.document is None or customer.site == site


def _kept(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of what a site says."""
    if len(content) > FIELDS_MAX:
        raise wrong_entity("customer", "This object has too many fields.")
    kept = {name: value for name, value in content.items() if name not in {"id", "externalId", "site"}}
    if r"\u0000" in msgspec.json.encode(kept).decode():
        raise wrong_entity("customer", "This value is not valid.")
    return kept


async def _told(ask: Ask, customer: Customer) -> dict[str, Any]:
    rules = await ask.rules((await ask.shops()).get(customer.site))
    member = await member_of(ask, customer.key) if customer.document is None else None
    return customer_told(customer, member, rules.programme.zone)


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v5/customers", customers),
    ("POST", "/api/v5/customers/create", create),
    ("POST", "/api/v5/customers/upload", upload),
    ("GET", "/api/v5/customers/{id}", one),
    ("POST", "/api/v5/customers/{id}/edit", edit),
    ("POST", "/api/v5/customer-interaction/{site}/cart/set", cart),
    ("POST", "/api/v5/customer-interaction/{site}/cart/clear", cart),
    ("GET", "/api/v5/customer-interaction/{site}/cart/{customer}", cart),
)
