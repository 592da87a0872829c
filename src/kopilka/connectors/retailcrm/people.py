"""Who a call is about: customers as a site wrote them, and their memberships. Reads only; see `joining.py` for the rest.

A customer is a foreign document, known by site and external id. A loyalty account is a member of ours; one that still
waits for its code is a document only, so that nobody gets points, or somebody else's phone, by merely typing it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeGuard

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.wire import id_text, unwrapped
from kopilka.core.receipt import Shop
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.views import MemberView

CUSTOMER, ACCOUNT = "customer", "account"
"""Kinds of documents, and of numbers."""
NOT_CONFIRMED, ACTIVATED, DEACTIVATED = "not_confirmed", "activated", "deactivated"
OF_MEMBER = "member/"
"""How the customer of a member begins who joined without a site."""
ERASED = "erased"


class Customer(msgspec.Struct, frozen=True):
    """A customer. `key` is site and external id (or an own id behind `#`); a member who joined elsewhere is a customer
    without a document.
    """

    number: int
    key: str
    site: str
    external_id: str = ""
    content: Mapping[str, Any] = {}
    member_id: str = ""
    document: ForeignDocument | None = None

    @property
    def words(self) -> str:
        """Name and e-mail, to be searched in lower case."""
        parts = [self.content.get(name) for name in ("firstName", "lastName", "patronymic", "email")]
        return " ".join(str(part) for part in parts if part).lower()


class Account(msgspec.Struct, frozen=True):
    """A loyalty account. `member` is None while it waits for its code; `facts` are what the protocol wants to be told
    again, in a document of their own.
    """

    number: int
    status: str
    customer: Customer
    member: MemberView | None = None
    facts: ForeignDocument | None = None

    @property
    def active(self) -> bool:
        """Whether it takes part."""
        return self.status == ACTIVATED

    @property
    def may_spend(self) -> bool:
        """Whether bonuses may be spent, and privileges given."""
        return self.active and self.member is not None

    @property
    def ref(self) -> Ref | None:
        """The member, for commands; None where there is none, or none that takes part."""
        return Ref("member", self.member.member_id) if self.active and self.member is not None else None

    def fact(self, name: str) -> Any:
        """What is kept beside the member."""
        return None if self.facts is None else self.facts.content.get(name)


def customer_key(site: str, external_id: str) -> str:
    """How a customer is known."""
    return f"{site}:{external_id}"


def identifier_prefix(connection: Connection) -> str:
    """How the identifiers of a connection's customers begin."""
    return f"retailcrm:{connection.connection_id}:"


def identifier_of(connection: Connection, key: str) -> str:
    """The `external` identifier of a customer who is a member."""
    return identifier_prefix(connection) + key


# -- customers --------------------------------------------------------------------------------------------------------


def customer_whole(ask: Ask, key: str) -> str:
    """A customer among those of all connections: what has a number."""
    return key if key.startswith(OF_MEMBER) else f"{ask.connection.connection_id}/{key}"


async def customer_number(ask: Ask, key: str) -> int:
    """The number of a customer."""
    return await ask.number(CUSTOMER, customer_whole(ask, key))


async def customer_by_key(ask: Ask, key: str) -> Customer | None:
    """A customer whom the site has told us of."""
    document = await ask.run(ask.services.foreign.document, ask.connection.connection_id, CUSTOMER, key)
    return None if document is None else await customer_from(ask, document)


async def customer_from(ask: Ask, document: ForeignDocument) -> Customer:
    """A customer from the document."""
    return customer_of_document(await customer_number(ask, document.id), document)


def customer_of_document(number: int, document: ForeignDocument) -> Customer:
    """A customer with their number."""
    site, _, external_id = document.id.partition(":")
    external_id = "" if external_id.startswith("#") else external_id
    return Customer(number, document.id, site, external_id, document.content, document.member_id, document)


async def customer_by_number(ask: Ask, number: object) -> Customer | None:
    """A customer by the number that we gave."""
    whole = await ask.id_of(CUSTOMER, number)
    if whole is None:
        return None
    if whole.startswith(OF_MEMBER):
        member = await member_by_id(ask, whole.removeprefix(OF_MEMBER))
        return None if member is None else await customer_of_member(ask, member)
    connection_id, _, key = whole.partition("/")
    return await customer_by_key(ask, key) if connection_id == ask.connection.connection_id else None


async def customer_named(ask: Ask, named: Mapping[str, Any], shop: Shop | None = None) -> Customer | None:
    """The customer that `{id}` or `{externalId, site}` of an object names."""
    number = id_text(named.get("id"), "customer.id")
    if number:
        return await customer_by_number(ask, number)
    external_id = id_text(named.get("externalId"), "customer.externalId")
    if not external_id:
        return None
    site = named.get("site")
    code = unwrapped(site) if isinstance(site, str) else ""
    code = code or ("" if shop is None else shop.id)
    if not code:
        return await _anywhere(ask, external_id)
    return await customer_by_key(ask, customer_key((await ask.shop(code)).id, external_id))


async def customer_of_member(ask: Ask, member: MemberView, sites: Iterable[str] = ()) -> Customer:
    """The customer that a member is on a site of this connection (one of `sites` first); made up from what we know
    where they have joined elsewhere.
    """
    for key in keys_of_member(ask.connection, member, sites):
        found = await customer_by_key(ask, key)
        if found is not None:
            return found
    return made_up_customer(ask, await customer_number(ask, member_key(member)), member)


def keys_of_member(connection: Connection, member: MemberView, sites: Iterable[str] = ()) -> list[str]:
    """What a member may be known by as a customer of this connection, on one of `sites` first."""
    prefix, wanted = identifier_prefix(connection), set(sites)
    keys = [row.value[len(prefix) :] for row in member.identifiers if row.value.startswith(prefix)]
    return sorted(keys, key=lambda each: each.partition(":")[0] not in wanted)


def member_key(member: MemberView) -> str:
    """The key of a member who is no customer of a site."""
    return OF_MEMBER + member.member_id


def made_up_customer(ask: Ask, number: int, member: MemberView) -> Customer:
    """A customer of what we know of a member."""
    return Customer(number, member_key(member), member.shop or ask.connection.shop, "", {}, member.member_id)


async def _anywhere(ask: Ask, external_id: str) -> Customer | None:
    """A customer whose site is not told, where only one site has such."""
    found = [await customer_by_key(ask, customer_key(site, external_id)) for site in await ask.shops()]
    known = [each for each in found if each is not None]
    return known[0] if len(known) == 1 else None


# -- accounts ---------------------------------------------------------------------------------------------------------


async def member_of(ask: Ask, key: str) -> MemberView | None:
    """The member that a customer is."""
    if key.startswith(OF_MEMBER):
        return await member_by_id(ask, key.removeprefix(OF_MEMBER))
    return await ask.run(ask.services.views.member, Ref("external", identifier_of(ask.connection, key)))


async def member_by_id(ask: Ask, member_id: str) -> MemberView | None:
    """A member who is still a person."""
    found = await ask.run(ask.services.views.member, Ref("member", member_id)) if member_id else None
    return None if found is None or found.status == ERASED else found


async def account_of(ask: Ask, customer: Customer | None) -> Account | None:
    """The loyalty account of a customer; None where they have not joined."""
    if customer is None:
        return None
    facts = await facts_of(ask, customer.key)
    member = await member_of(ask, customer.key)
    if member is not None:
        return await _of_member(ask, member, customer, facts)
    return await pending_from(ask, facts, customer) if _waits(facts) else None


async def account_of_member(ask: Ask, member: MemberView, sites: Iterable[str] = ()) -> Account:
    """The loyalty account that a member is."""
    customer = await customer_of_member(ask, member, sites)
    return await _of_member(ask, member, customer, await facts_of(ask, customer.key))


async def account_by_number(ask: Ask, number: object) -> Account | None:
    """An account by its number; one that waited for its code keeps that number beside the new one."""
    member_id = await ask.id_of("member", number)
    if member_id is not None:
        member = await member_by_id(ask, member_id)
        return None if member is None else await account_of_member(ask, member)
    whole = await ask.id_of(ACCOUNT, number)
    connection_id, _, key = (whole or "").partition("/")
    if whole is None or connection_id != ask.connection.connection_id:
        return None
    return await account_of(ask, await customer_by_key(ask, key))


async def pending_from(ask: Ask, facts: ForeignDocument, customer: Customer) -> Account:
    """An account that waits for its code."""
    number = await ask.number(ACCOUNT, f"{ask.connection.connection_id}/{customer.key}")
    return Account(number, NOT_CONFIRMED, customer, None, facts)


async def _of_member(
    ask: Ask, member: MemberView, customer: Customer, facts: ForeignDocument | None
) -> Account:
    number = await ask.number("member", member.member_id)
    status = ACTIVATED if member.status == "active" else DEACTIVATED
    return Account(number, status, customer, member, facts)


async def facts_of(ask: Ask, key: str) -> ForeignDocument | None:
    """What is kept beside a customer's membership."""
    return await ask.run(ask.services.foreign.document, ask.connection.connection_id, ACCOUNT, key)


def _waits(facts: ForeignDocument | None) -> TypeGuard[ForeignDocument]:
    return facts is not None and facts.state == NOT_CONFIRMED


def written_at(account: Account, fact: str) -> datetime | None:
    """A moment among the facts."""
    text = account.fact(fact)
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
