"""Joining: a customer becomes a member, or is recognised as one.

With a confirmed phone, or where the connection asks for none, a member who has that phone already (from the till, from
another system) is the same person and gets the customer attached; otherwise somebody new is enrolled. A customer whose
phone has to be confirmed first is a document only.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_customers import full_name, person_of
from kopilka.connectors.retailcrm.mapping_history import customer_changes
from kopilka.connectors.retailcrm.people import (
    ACCOUNT,
    ACTIVATED,
    CUSTOMER,
    NOT_CONFIRMED,
    Account,
    Customer,
    account_of,
    customer_by_key,
    customer_key,
    facts_of,
    identifier_of,
    identifier_prefix,
)
from kopilka.connectors.retailcrm.wire import WrongCallError, wrong_entity
from kopilka.connectors.retailcrm.words import JOINED, refusal, text
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.commands import Enrol, Identifier, Ref
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.members import MemberChange, PersonChange, normal
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.verifications import VERIFY_PHONE, Verification
from kopilka.usecases.views import MemberView

TRIES_MAX, PAUSE = 20, 0.01
ATTACHING, ATTACHING_TIME = "attaching", timedelta(minutes=1)
FIELDS = {"phone": "phoneNumber", "card": "cardNumber", "external": "loyalty"}
"""What the protocol calls our identifiers."""


class Wish(msgspec.Struct, frozen=True):
    """What somebody joins with; normalised."""

    phone: str = ""
    card: str = ""
    custom_fields: Any = None


def confirms(ask: Ask) -> bool:
    """Whether the connection wants phones confirmed by a code."""
    return ask.connection.setting("confirm_registration", "no") == "yes"


# -- documents --------------------------------------------------------------------------------------------------------


async def remember(
    ask: Ask, key: str, facts: dict[str, Any], *, state: str = "", member_id: str = ""
) -> ForeignDocument:
    """Write facts beside a membership; those not named stay."""
    for number in range(TRIES_MAX):
        await asyncio.sleep(PAUSE * max(0, number - 2))
        before = await facts_of(ask, key)
        after = ForeignDocument(
            ask.connection.connection_id, ACCOUNT, key, {**({} if before is None else before.content), **facts},
            ask.now, member_id or ("" if before is None else before.member_id),
            state=state or ("" if before is None else before.state),
            revision=0 if before is None else before.revision,
        )  # fmt: skip
        if await ask.run(ask.services.foreign.put, after):
            return after
    message = "an account's document changes all the time"
    raise StoreUnavailableError(message)


async def put_customer(
    ask: Ask, key: str, content: dict[str, Any], *, member_id: str = "", changed_at: datetime | None = None
) -> Customer:
    """Write a customer; what is not named stays."""
    for number in range(TRIES_MAX):
        await asyncio.sleep(PAUSE * max(0, number - 2))
        before = await ask.run(ask.services.foreign.document, ask.connection.connection_id, CUSTOMER, key)
        after = ForeignDocument(
            ask.connection.connection_id, CUSTOMER, key, {**({} if before is None else before.content), **content},
            changed_at or (ask.now if before is None else before.changed_at),
            member_id or ("" if before is None else before.member_id),
            revision=0 if before is None else before.revision,
        )  # fmt: skip
        changes = customer_changes(None if before is None else before.content, after.content)
        if await ask.run(ask.services.foreign.put, after, changes):
            found = await customer_by_key(ask, key)
            if found is not None:
                return found
    message = "a customer's document changes all the time"
    raise StoreUnavailableError(message)


def new_key(ask: Ask, site: str, external_id: str) -> str:
    """How a new customer will be known; refused where the identifier would be too long to be kept."""
    key = customer_key(site, external_id)
    if not normal("external", identifier_of(ask.connection, key)):
        raise wrong_entity("customer.externalId", "This value is too long.")
    return key


# -- joining ----------------------------------------------------------------------------------------------------------


async def wait_for_code(ask: Ask, customer: Customer, wish: Wish) -> Account:
    """A membership that waits for its code."""
    facts = {"phoneNumber": wish.phone, "cardNumber": wish.card, "createdAt": ask.now.isoformat()}
    if wish.custom_fields:
        facts["customFields"] = wish.custom_fields
    await remember(ask, customer.key, facts, state=NOT_CONFIRMED)
    return await _known(ask, customer)


async def join(
    ask: Ask, customer: Customer, wish: Wish, rules: Ruleset, confirmed_at: datetime | None = None
) -> Account:
    """Enrol the customer, or attach them to the member that they are. Does nothing again that is done already."""
    member_id = ""
    for _ in range(TRIES_MAX):
        member = await ask.run(ask.services.views.member, Ref("phone", wish.phone)) if wish.phone else None
        if member is not None:
            member_id = await _attach(ask, customer, wish, member)
            break
        outcome = await ask.services.counter.carry_out(_enrolment(ask, customer, wish, rules))
        if isinstance(outcome, Done):
            member_id = outcome.member_id
            break
        if (outcome.code, outcome.field) != ("identifier_taken", "phone"):
            raise _refused(ask, outcome)
    if not member_id:
        raise wrong_entity("phoneNumber", text("identifier_taken", russian=ask.russian))
    now = ask.now.isoformat()
    before = await facts_of(ask, customer.key)
    facts = {"createdAt": now, "activatedAt": now} | ({} if before is None else dict(before.content))
    facts["activatedAt"] = now
    if wish.custom_fields:
        facts["customFields"] = wish.custom_fields
    if confirmed_at is not None:
        facts["confirmedPhoneAt"] = confirmed_at.isoformat()
    await remember(ask, customer.key, facts, state=ACTIVATED, member_id=member_id)
    await put_customer(ask, customer.key, {}, member_id=member_id)
    return await _known(ask, customer)


def _enrolment(ask: Ask, customer: Customer, wish: Wish, rules: Ruleset) -> Enrol:
    identifiers = [Identifier("external", identifier_of(ask.connection, customer.key))]
    if wish.phone:
        identifiers.insert(0, Identifier("phone", wish.phone))
    if wish.card:
        identifiers.append(Identifier("card", wish.card))
    person = person_of(customer.content, wish.phone, "ru" if ask.russian else "en")
    return Enrol(tuple(identifiers), rules.programme.programme, person, customer.site)


async def _attach(ask: Ask, customer: Customer, wish: Wish, member: MemberView) -> str:
    """The customer is a member already: they get the customer's identifier, and the card if it is nobody's."""
    ours, mine = (
        f"{identifier_prefix(ask.connection)}{customer.site}:",
        identifier_of(ask.connection, customer.key),
    )
    if any(row.value.startswith(ours) and row.value != mine for row in member.identifiers):
        raise wrong_entity("phoneNumber", text("phone_taken", russian=ask.russian))
    if not await _first_to_attach(ask, customer, member):
        raise wrong_entity("phoneNumber", text("phone_taken", russian=ask.russian))
    new = [Identifier("card", wish.card)] if wish.card else []
    for each in [*new, Identifier("external", mine)]:
        done = await ask.run(
            ask.services.members.add_identifier, member.member_id, each, ask.connection.connection_id
        )
        if isinstance(done, Refused):
            raise _refused(ask, msgspec.structs.replace(done, field=each.kind))
    name = full_name(customer.content)
    if name and not member.person.name:
        await ask.run(
            ask.services.members.change, member.member_id, MemberChange(), PersonChange(name=name), (),
            ask.connection.connection_id,
        )  # fmt: skip
    return member.member_id


async def _first_to_attach(ask: Ask, customer: Customer, member: MemberView) -> bool:
    """Of customers of a site who come with one member's phone at once, one is attached: a note says who is at it. One
    who did not get to the end leaves the place after a while.
    """
    connection_id, id_ = ask.connection.connection_id, f"{customer.site}:{member.member_id}"
    for _ in range(TRIES_MAX):
        note = await ask.run(ask.services.foreign.document, connection_id, ATTACHING, id_)
        if note is not None and note.content["key"] == customer.key:
            return True
        if note is not None and ask.now - note.changed_at < ATTACHING_TIME:
            return False
        revision = 0 if note is None else note.revision
        mine = ForeignDocument(
            connection_id, ATTACHING, id_, {"key": customer.key}, ask.now, member.member_id, revision=revision
        )
        if await ask.run(ask.services.foreign.put, mine):
            return True
    return False


def _refused(ask: Ask, refused: Refused) -> WrongCallError:
    field = FIELDS.get(refused.field, refused.field or "loyaltyAccount")
    if refused.code == "identifier_taken" and field == "loyalty":
        return wrong_entity("loyalty", JOINED, "joined_already")
    return wrong_entity(field, refusal(refused, russian=ask.russian), refused.code)


async def _known(ask: Ask, customer: Customer) -> Account:
    account = await account_of(ask, customer)
    if account is None:
        message = "the account is gone"
        raise RuntimeError(message)
    return account


# -- codes ------------------------------------------------------------------------------------------------------------


def subject_of(ask: Ask, key: str) -> str:
    """What a code of this connection confirms."""
    return f"{ask.connection.connection_id}/{key}"


async def send_code(ask: Ask, purpose: str, phone: str, *, subject: str, member_id: str = "") -> Verification:
    """Send a code to a phone."""
    words = text("sms", russian=ask.russian)
    sent = await ask.run(
        ask.services.verifications.send, purpose, phone, lambda code: words.replace("{code}", code),
        member_id=member_id, subject=subject,
    )  # fmt: skip
    if isinstance(sent, Refused):
        raise wrong_entity("phoneNumber", refusal(sent, russian=ask.russian), sent.code)
    return sent[0]


async def send_registration_code(ask: Ask, account: Account) -> Verification:
    """The code that an account waits for."""
    phone = str(account.fact("phoneNumber") or "")
    if not phone:
        raise wrong_entity("phoneNumber", text("phone_needed", russian=ask.russian))
    key = account.customer.key
    check = await send_code(ask, VERIFY_PHONE, phone, subject=subject_of(ask, key))
    await remember(ask, key, {"lastCheckId": check.check_id})
    return check


async def phone_confirmed(ask: Ask, check: Verification) -> None:
    """The right code was shown: the account that waited for it takes part. Only the phone that the code went to is
    confirmed by it.
    """
    key = check.subject.partition("/")[2]
    customer = await customer_by_key(ask, key) if key else None
    account = await account_of(ask, customer)
    if customer is None or account is None or account.member is not None:
        return
    phone = str(account.fact("phoneNumber") or "")
    if phone != check.phone:
        return
    wish = Wish(phone, str(account.fact("cardNumber") or ""), account.fact("customFields"))
    rules = await ask.rules((await ask.shops()).get(customer.site))
    await join(ask, customer, wish, rules, check.verified_at or ask.now)
