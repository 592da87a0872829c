"""Customers of sites: kept as the site tells them, until one joins; and carts, which are only acknowledged."""

from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.joining import new_key, put_customer
from kopilka.connectors.retailcrm.mapping_customers import birthday_of, customer_told, full_name, phones_of
from kopilka.connectors.retailcrm.people import (
    CUSTOMER,
    Customer,
    customer_by_key,
    customer_by_number,
    customer_from,
    customer_key,
    customer_named,
    member_of,
)
from kopilka.connectors.retailcrm.wire import (
    Made,
    Route,
    WrongCallError,
    id_text,
    listed,
    moment,
    not_found,
    read_moment,
    wrong_entity,
    wrong_input,
)
from kopilka.connectors.retailcrm.words import text
from kopilka.usecases.foreign import ForeignDocument, Search
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
    """A page of customers, newest first."""
    page, filters = ask.page, ask.filters
    ids, external_ids = listed(filters.get("ids")), listed(filters.get("externalIds"))
    zone, sites = (await ask.rules()).programme.zone, await ask.shops()
    if ids:
        rows = [await customer_by_number(ask, id_) for id_ in ids]
        found = [each.document for each in rows if each is not None and each.document is not None]
    elif external_ids:
        keys = [customer_key(site, id_) for id_ in external_ids for site in sites]
        rows = [await customer_by_key(ask, key) for key in keys]
        found = [each.document for each in rows if each is not None and each.document is not None]
    else:
        found = (await _documents(ask))[::-1]
    kept = [each for each in found if _site(each) in sites and _fits(each, filters, zone)]
    told = [await _told(ask, await customer_from(ask, each)) for each in page.of(kept)]
    return {"pagination": page.pagination(len(kept)), "customers": told}


async def history(ask: Ask) -> Mapping[str, Any]:
    """When customers were written, as this key wrote them; oldest first."""
    page, filters = ask.page, ask.filters
    zone = (await ask.rules()).programme.zone
    since = id_text(filters.get("sinceId"), "filter.sinceId")
    first = read_moment(filters["startDate"], zone, "filter.startDate") if filters.get("startDate") else None
    last = (
        read_moment(filters["endDate"], zone, "filter.endDate", end=True) if filters.get("endDate") else None
    )
    rows = []
    sites, prefix = await ask.shops(), f"{ask.connection.connection_id}/"
    documents = [each for each in await _documents(ask) if _site(each) in sites]
    changes = [f"{prefix}{each.id}/{each.revision}" for each in documents]
    numbers = await ask.run(ask.services.foreign.numbers, "customer_change", changes)
    for document, change in zip(documents, changes, strict=True):
        at, number = document.written_at or document.changed_at, numbers[change]
        late = since.isdigit() and number <= int(since)
        if not late and (first is None or at >= first) and (last is None or at <= last):
            rows.append((number, document))
    rows.sort(key=lambda row: row[0])
    return {
        "generatedAt": moment(ask.now, zone),
        "pagination": page.pagination(len(rows)),
        "history": [await _change(ask, number, document, zone) for number, document in page.of(rows)],
    }


async def _change(ask: Ask, number: int, document: ForeignDocument, zone: str) -> dict[str, Any]:
    customer, at = await customer_from(ask, document), document.written_at or document.changed_at
    who: dict[str, Any] = {"id": customer.number, "site": customer.site}
    row = {
        "id": number, "createdAt": moment(at, zone), "source": "api", "field": "id", "apiKey": {"current": True},
        "customer": who | ({"externalId": customer.external_id} if customer.external_id else {}),
    }  # fmt: skip
    return row | ({"created": True} if document.revision == 1 else {})


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


async def _documents(ask: Ask) -> list[ForeignDocument]:
    """All customers in the order of their last writing."""
    found: list[ForeignDocument] = []
    search = Search(ask.connection.connection_id, CUSTOMER, limit=PAGE)
    while True:
        rows = await ask.run(ask.services.foreign.documents, search)
        found += rows
        last = rows[-1] if len(rows) == PAGE else None
        if last is None or last.written_at is None:
            return found
        search = msgspec.structs.replace(search, after=(last.written_at, last.id))


def _site(document: ForeignDocument) -> str:
    return document.id.partition(":")[0]


def _fits(document: ForeignDocument, filters: Mapping[str, Any], zone: str) -> bool:
    content, sites, created = document.content, listed(filters.get("sites")), document.changed_at
    name, email = str(filters.get("name") or "").lower(), str(filters.get("email") or "").lower()
    phone = "".join(filter(str.isdigit, str(filters.get("phone") or "")))[-10:]
    texts = f"{full_name(content)} {content.get('email') or ''}".lower()
    by_name = not name or name in texts or any(name in each for each in phones_of(content))
    first, last = filters.get("dateFrom"), filters.get("dateTo")
    return (
        (not sites or _site(document) in sites)
        and by_name
        and (not email or email == str(content.get("email") or "").lower())
        and (not phone or any(phone in each for each in phones_of(content)))
        and (not first or created >= read_moment(first, zone, "filter.dateFrom"))
        and (not last or created <= read_moment(last, zone, "filter.dateTo", end=True))
    )


ROUTES: tuple[Route, ...] = (
    ("GET", "/api/v5/customers", customers),
    ("POST", "/api/v5/customers/create", create),
    ("POST", "/api/v5/customers/upload", upload),
    ("GET", "/api/v5/customers/history", history),
    ("GET", "/api/v5/customers/{id}", one),
    ("POST", "/api/v5/customers/{id}/edit", edit),
    ("POST", "/api/v5/customer-interaction/{site}/cart/set", cart),
    ("POST", "/api/v5/customer-interaction/{site}/cart/clear", cart),
    ("GET", "/api/v5/customer-interaction/{site}/cart/{customer}", cart),
)
