"""Many accounts at once, read in a few queries however many they are. What one is stands in `people.py`."""

from collections.abc import Iterable, Sequence

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.people import (
    ACCOUNT,
    ACTIVATED,
    CUSTOMER,
    DEACTIVATED,
    NOT_CONFIRMED,
    Account,
    Customer,
    customer_of_document,
    customer_whole,
    identifier_of,
    keys_of_member,
    made_up_customer,
    member_key,
)
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.views import MemberView


async def members_by_key(ask: Ask, keys: Iterable[str]) -> frozenset[str]:
    """The ids of members who are customers of these keys."""
    values = [identifier_of(ask.connection, key) for key in keys]
    return frozenset(await ask.run(ask.services.accounts.named, "external", values) if values else ())


async def members_read(ask: Ask, ids: Sequence[str], sites: Sequence[str] = ()) -> list[Account]:
    """The accounts of members, as one of `sites` sees them first."""
    members = await ask.run(ask.services.accounts.members, ids)
    if not members:
        return []
    keys = {each.member_id: keys_of_member(ask.connection, each, sites) for each in members}
    documents = await _documents(ask, CUSTOMER, [key for each in keys.values() for key in each])
    customers = await _customers(ask, members, keys, documents)
    facts = await _documents(ask, ACCOUNT, [each.key for each in customers.values()])
    numbers = await ask.run(ask.services.foreign.numbers, "member", [each.member_id for each in members])
    found = []
    for member in members:
        customer = customers[member.member_id]
        status = ACTIVATED if member.status == "active" else DEACTIVATED
        found.append(Account(numbers[member.member_id], status, customer, member, facts.get(customer.key)))
    return found


async def waiting_read(ask: Ask, documents: Sequence[ForeignDocument]) -> list[Account]:
    """The accounts that wait for their code, of the documents that say so."""
    if not documents:
        return []
    keys = [each.id for each in documents]
    customers = await _documents(ask, CUSTOMER, keys)
    connection_id, foreign = ask.connection.connection_id, ask.services.foreign
    numbers = await ask.run(foreign.numbers, CUSTOMER, [customer_whole(ask, key) for key in customers])
    accounts = await ask.run(foreign.numbers, ACCOUNT, [f"{connection_id}/{key}" for key in keys])
    found = []
    for facts in documents:
        if facts.id in customers:
            number = numbers[customer_whole(ask, facts.id)]
            customer = customer_of_document(number, customers[facts.id])
            found.append(
                Account(accounts[f"{connection_id}/{facts.id}"], NOT_CONFIRMED, customer, None, facts)
            )
    return found


async def _customers(
    ask: Ask,
    members: Sequence[MemberView],
    keys: dict[str, list[str]],
    documents: dict[str, ForeignDocument],
) -> dict[str, Customer]:
    """The customer that each member is, by member."""
    chosen = {
        each.member_id: next((key for key in keys[each.member_id] if key in documents), member_key(each))
        for each in members
    }
    wholes = {key: customer_whole(ask, key) for key in chosen.values()}
    numbers = await ask.run(ask.services.foreign.numbers, CUSTOMER, list(wholes.values()))
    found = {}
    for member in members:
        key = chosen[member.member_id]
        number, document = numbers[wholes[key]], documents.get(key)
        found[member.member_id] = (
            made_up_customer(ask, number, member)
            if document is None
            else customer_of_document(number, document)
        )
    return found


async def _documents(ask: Ask, kind: str, keys: Sequence[str]) -> dict[str, ForeignDocument]:
    return await ask.run(ask.services.foreign.several, ask.connection.connection_id, kind, keys)
