"""Customers of a web shop: linked with members, enrolled where the connection says so, forgotten when the shop must
forget them.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.kit.parking import WAITING, attach_parked, find_member
from kopilka.connectors.kit.services import Services
from kopilka.connectors.kit.webshop import CUSTOMER, LONG_AGO, ORDER, Who, known_of
from kopilka.connectors.kit.webshop_orders import ERASED, TRIES, NotNowError, Orders
from kopilka.usecases.commands import Enrol, Identifier, Person, Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.data_requests import DONE, ERASE, ERASE_ALL, EXPORT, Asked
from kopilka.usecases.foreign import ForeignDocument, Search
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import ConsentFacts, MemberView

DELETED = "deleted"
NONE, ALL, CONSENTED = "none", "all", "consented"
"""Who of a shop's customers is enrolled without being asked again."""
ADVERTISING = "advertising"
"""The purpose of consents to letters and messages."""
PAGE = 100


class Consent(msgspec.Struct, frozen=True):
    """What a customer said about advertising by one channel, and when."""

    channel: str
    given: bool
    at: datetime


class Customer(msgspec.Struct, frozen=True):
    """A customer as the shop knows them."""

    id: str
    changed_at: datetime
    who: Who
    name: str = ""
    consents: tuple[Consent, ...] = ()


class PrivacyRequest(msgspec.Struct, frozen=True):
    """What a shop must do for a person, and asks us to: `id` is the request's own."""

    id: str
    topic: str
    at: datetime
    customer_id: str = ""
    who: Who = Who()
    orders: tuple[str, ...] = ()
    erases: bool = False
    everybody: bool = False


class Customers:
    """The customers of one connection."""

    def __init__(self, services: Services, connection: Connection) -> None:
        self._services = services
        self._connection = connection
        self._orders = Orders(services, connection)

    async def hear(self, customer: Customer) -> str:
        """Take in what the shop says of a customer; the code of why there was nothing to do, else an empty text."""
        for _ in range(TRIES):
            document = await self._document(customer.id)
            if document.state in {DELETED, ERASED}:
                return f"customer_{document.state}"
            if document.revision and document.changed_at > customer.changed_at:
                return "older_event"
            member, outcome = await self._member(customer)
            after = msgspec.structs.replace(
                document, content=msgspec.to_builtins(customer), changed_at=customer.changed_at,
                member_id="" if member is None else member.member_id, state="" if member is None else "linked",
            )  # fmt: skip
            if await self._services.run(self._services.foreign.put, after):
                if member is not None:
                    refs = customer.who.refs()
                    await attach_parked(
                        self._services, self._connection, refs, self._orders.attach, member.member_id
                    )
                return outcome
        raise NotNowError("busy")

    async def delete(self, customer_id: str, at: datetime) -> str:
        """The shop has no such customer any more: what it told of them is forgotten, the member stays."""
        for _ in range(TRIES):
            document = await self._document(customer_id)
            if document.state in {DELETED, ERASED}:
                return "nothing_new"
            after = msgspec.structs.replace(document, content={}, changed_at=at, member_id="", state=DELETED)
            if await self._services.run(self._services.foreign.put, after):
                return ""
        raise NotNowError("busy")

    # -- members ------------------------------------------------------------------------------------------------

    async def _member(self, customer: Customer) -> tuple[MemberView | None, str]:
        """The customer's member: found, or enrolled where that is wanted; and the code of why not."""
        refs = customer.who.refs()
        found = await find_member(self._services, refs)
        if found is None:
            why = self._not_enrolled(customer, refs)
            if why:
                return None, why
            outcome = await self._enrol(customer, refs)
            if outcome:
                return None, outcome
            found = await find_member(self._services, refs)
        if found is not None:
            await self._link(found, customer)
        return found, ""

    def _not_enrolled(self, customer: Customer, refs: Sequence[Ref]) -> str:
        wanted = self._connection.setting("enrol", NONE)
        agrees = any(consent.given for consent in customer.consents)
        if wanted == NONE or (wanted == CONSENTED and not agrees):
            return "not_enrolled"
        return "" if any(ref.kind in {"phone", "email"} for ref in refs) else "no_contact"

    async def _enrol(self, customer: Customer, refs: Sequence[Ref]) -> str:
        services, connection = self._services, self._connection
        shop = await services.shop_of(connection)
        rules = await services.rules_of(connection, shop)
        if rules is None:
            raise NotNowError("unknown_programme")
        known = {ref.kind: ref.value for ref in refs}
        person = Person(customer.name, known.get("phone", ""), known.get("email", ""))
        command = Enrol(
            tuple(Identifier(ref.kind, ref.value) for ref in refs), rules.programme.programme, person,
            "" if shop is None else shop.id, client=connection.connection_id,
        )  # fmt: skip
        outcome = await services.counter.carry_out(command)
        taken = isinstance(outcome, Refused) and outcome.code == "identifier_taken"
        return "" if isinstance(outcome, Done) or taken else outcome.code

    async def _link(self, member: MemberView, customer: Customer) -> None:
        """The shop's id finds the member from now on; an empty name is filled, newer words on advertising are recorded.
        A shop never changes by which phone or e-mail a member is found: anybody may type anything there.
        """
        services, actor = self._services, self._connection.connection_id
        mine = {(row.kind, row.value) for row in member.identifiers}
        if customer.who.customer and ("external", customer.who.customer) not in mine:
            new = Identifier("external", customer.who.customer)
            await services.run(services.members.add_identifier, member.member_id, new, actor)
        name = customer.name if customer.name and not member.person.name else None
        now = {row.channel: row for row in member.consents if row.purpose == ADVERTISING}
        said = [each for each in customer.consents if _is_news(each, now.get(each.channel))]
        facts = [ConsentFacts(ADVERTISING, each.channel, each.given, actor, each.at) for each in said]
        if name is not None or facts:
            change = PersonChange(name=name)
            await services.run(
                services.members.change, member.member_id, MemberChange(), change, facts, actor
            )

    # -- privacy ------------------------------------------------------------------------------------------------

    async def obey(self, request: PrivacyRequest) -> str:
        """Note a privacy request for staff; where it asks for it, forget what this connection was told."""
        services, id_ = self._services, self._connection.connection_id
        found = await find_member(services, request.who.refs())
        orders = 0
        if request.erases:
            orders = await self._forget(request)
        content: dict[str, Any] = {
            "topic": request.topic, "customer": request.customer_id, "orders": list(request.orders),
            "orders_erased": orders,
        }  # fmt: skip
        wish = EXPORT if not request.erases else ERASE_ALL if request.everybody else ERASE
        member_id = "" if found is None else found.member_id
        asked = Asked(wish, request.id, request.at, id_, member_id, content)
        noted, new = await services.run(services.requests.ask, asked, id_)
        if noted.state == DONE:
            return "done_already" if noted.member_id or not new else "nobody"
        return "" if new else "nothing_new"

    async def _forget(self, request: PrivacyRequest) -> int:
        """Erase the documents of a customer, or of everybody; how many orders."""
        mine = set(request.orders)
        async for document in self._all(ORDER):
            who = known_of(document).who
            theirs = who is not None and bool(request.who.customer) and who.customer == request.who.customer
            if request.everybody or theirs:
                mine.add(document.id)
        erased = [await self._orders.erase(order_id) for order_id in sorted(mine)]
        if request.everybody:
            async for document in self._all(CUSTOMER):
                await self._empty(document)
            async for document in self._all(WAITING):
                await self._empty(document)
        elif request.customer_id:
            await self._empty(await self._document(request.customer_id))
        # Who waits under these names is forgotten too: nothing of theirs is parked any more.
        await attach_parked(self._services, self._connection, request.who.refs(), self._orders.attach, "")
        return sum(erased)

    async def _empty(self, document: ForeignDocument) -> None:
        services = self._services
        for _ in range(TRIES):
            after = msgspec.structs.replace(document, content={}, member_id="", state=ERASED)
            if await services.run(services.foreign.put, after):
                return
            found = await services.run(
                services.foreign.document, document.connection_id, document.kind, document.id
            )
            document = found or document
        raise NotNowError("busy")

    async def _all(self, kind: str) -> AsyncIterator[ForeignDocument]:
        """All documents of a kind that are there now."""
        services, after = self._services, None
        until = services.clock()
        while True:
            search = Search(self._connection.connection_id, kind, after=after, limit=PAGE)
            page = await services.run(services.foreign.documents, search)
            for document in page:
                # What is written while we read comes last: then everything has been seen.
                if document.written_at is not None and document.written_at >= until:
                    return
                yield document
            last = page[-1] if len(page) == PAGE else None
            if last is None or last.written_at is None:
                return
            after = (last.written_at, last.id)

    async def _document(self, customer_id: str) -> ForeignDocument:
        services, id_ = self._services, self._connection.connection_id
        found = await services.run(services.foreign.document, id_, CUSTOMER, customer_id)
        return found or ForeignDocument(id_, CUSTOMER, customer_id, {}, LONG_AGO)


def _is_news(said: Consent, before: ConsentFacts | None) -> bool:
    if before is None:
        return said.given
    return said.given != before.given and said.at >= before.recorded_at
