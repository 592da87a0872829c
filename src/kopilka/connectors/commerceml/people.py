"""Counterparties: members are found, updated, or enrolled where the shop wants it."""

from kopilka.connectors.commerceml.context import Exchange
from kopilka.connectors.commerceml.mapping import (
    Party,
    birthday_of,
    identifiers_of,
    named_by,
    ref_of,
)
from kopilka.connectors.kit.parking import find_member, refs_of
from kopilka.usecases.commands import Enrol, Person
from kopilka.usecases.members import MemberChange, PersonChange, normal
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import MemberView, PersonFacts

TRIES = 3


async def take_party(exchange: Exchange, party: Party) -> None:
    """A counterparty of a list: its member is updated, or joins."""
    if party.deleted or party.company or not party.buyer:
        return
    found = await member_of(exchange, party)
    if found is None:
        if exchange.yes("enrol", "no") and party.reachable():
            await enrol(exchange, party)
        return
    await _update(exchange, found, party)


async def member_of(exchange: Exchange, party: Party, card: str = "") -> MemberView | None:
    """The member whom a counterparty or a card names."""
    return await find_member(exchange.services, refs_of(*named_by(exchange.connection, party, card)))


async def enrol(exchange: Exchange, party: Party) -> MemberView | None:
    """A counterparty joins; None, and a note, where it cannot."""
    services, connection = exchange.services, exchange.connection
    identifiers = identifiers_of(connection, party)
    if all(row.kind == "external" for row in identifiers):
        exchange.note("party", party.id, "bad_identifier")
        return None
    person = Person(
        party.name, normal("phone", party.phone), normal("email", party.email), birthday_of(party)
    )
    wish = Enrol(
        identifiers,
        exchange.rules.programme.programme,
        person,
        exchange.shop.id,
        client=connection.connection_id,
    )
    for _ in range(TRIES):
        outcome = await services.counter.carry_out(wish)
        if isinstance(outcome, Done):
            ref = ref_of("member", outcome.member_id)
            return None if ref is None else await services.run(services.views.member, ref)
        found = await member_of(exchange, party)
        if found is not None or outcome.code != "identifier_taken":
            if found is None:
                exchange.note("party", party.id, outcome.code)
            return found
    return None


async def _update(exchange: Exchange, member: MemberView, party: Party) -> None:
    """What 1C says replaces what we had; what it does not say stays. Nothing of somebody else's is taken."""
    services, actor = exchange.services, exchange.connection.connection_id
    if member.status == "erased":
        exchange.note("party", party.id, "member_erased")
        return
    have = {(row.kind, row.value) for row in member.identifiers}
    for identifier in identifiers_of(exchange.connection, party):
        if identifier.kind in {"card", "external"} and (identifier.kind, identifier.value) not in have:
            done = await services.run(services.members.add_identifier, member.member_id, identifier, actor)
            if isinstance(done, Refused):
                exchange.note("party", party.id, done.code)
    change = _changed(member.person, party)
    if change == PersonChange():
        return
    changed = await services.run(services.members.change, member.member_id, MemberChange(), change, (), actor)
    if isinstance(changed, Refused):
        exchange.note("party", party.id, changed.code)


def _changed(person: PersonFacts, party: Party) -> PersonChange:
    phone, email = normal("phone", party.phone), normal("email", party.email)
    birthday = birthday_of(party)
    return PersonChange(
        name=party.name if party.name and party.name != person.name else None,
        phone=phone if phone and phone != person.phone else None,
        email=email if email and email != person.email else None,
        birthday=birthday if birthday is not None and birthday != person.birthday else None,
    )
