"""Codes sent by SMS: confirming, asking how one stands, sending another."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.joining import (
    phone_confirmed,
    send_code,
    send_registration_code,
    subject_of,
)
from kopilka.connectors.retailcrm.mapping_accounts import verification_told
from kopilka.connectors.retailcrm.people import (
    ACCOUNT,
    NOT_CONFIRMED,
    Account,
    account_by_number,
    account_of,
    customer_by_key,
)
from kopilka.connectors.retailcrm.spending_door import spending_confirmed
from kopilka.connectors.retailcrm.wire import Route, id_text, not_found, wrong_entity
from kopilka.connectors.retailcrm.words import refusal, text
from kopilka.usecases.foreign import Fact, Find
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.verifications import VERIFY_PHONE, VERIFY_SPENDING, Verification

Confirmed = Callable[[Ask, Verification], Awaitable[None]]
CONFIRMED: Mapping[str, Confirmed] = {VERIFY_PHONE: phone_confirmed, VERIFY_SPENDING: spending_confirmed}
"""What happens once a code of a purpose was shown; does nothing again that is done already."""


async def confirm(ask: Ask) -> Mapping[str, Any]:
    """Show a code."""
    wanted = ask.entity("verification")
    id_, code = id_text(wanted.get("checkId"), "checkId"), id_text(wanted.get("code"), "code")
    for field, value in (("checkId", id_), ("code", code)):
        if not value:
            raise wrong_entity(field, "This value should not be blank.")
    await _check(ask, id_)
    done = await ask.run(ask.services.verifications.confirm, id_, code)
    if isinstance(done, Refused):
        if done.why is Why.NOT_FOUND:
            raise not_found()
        raise wrong_entity("code", refusal(done, russian=ask.russian), done.code)
    then = CONFIRMED.get(done.purpose)
    if then is not None:
        await then(ask, done)
    return await _told(ask, done)


async def status(ask: Ask) -> Mapping[str, Any]:
    """How a code stands."""
    return await _told(ask, await _check(ask, ask.args["id"]))


async def send(ask: Ask) -> Mapping[str, Any]:
    """Send a code again: to an account that waits for one, or just to prove a phone."""
    wanted = ask.entity("verification")
    account = await _waiting(ask, wanted)
    if account is not None:
        return await _told(ask, await send_registration_code(ask, account))
    phone = normal("phone", id_text(wanted.get("phone"), "phone"))
    if not phone:
        raise wrong_entity("phone", text("bad_phone", russian=ask.russian))
    return await _told(ask, await send_code(ask, VERIFY_PHONE, phone, subject=subject_of(ask, "")))


async def _check(ask: Ask, id_: str) -> Verification:
    """A code of this connection."""
    check = await ask.run(ask.services.verifications.get, id_)
    if check is None or not check.subject.startswith(subject_of(ask, "")):
        raise not_found()
    return check


async def _waiting(ask: Ask, wanted: Mapping[str, Any]) -> Account | None:
    """The account that waits for a code: the one named, else one with this phone."""
    named = wanted.get("loyaltyAccount")
    number = id_text(named.get("id"), "loyaltyAccount.id") if isinstance(named, dict) else ""
    if number:
        account = await account_by_number(ask, number)
        return account if account is not None and account.member is None else None
    phone = normal("phone", id_text(wanted.get("phone"), "phone"))
    if not phone:
        return None
    fact = Fact(("phoneNumber",), (phone,))
    search = Find(ask.connection.connection_id, ACCOUNT, NOT_CONFIRMED, facts=(fact,), limit=1)
    _, found = await ask.run(ask.services.foreign.find, search)
    return await account_of(ask, await customer_by_key(ask, found[0].id)) if found else None


async def _told(ask: Ask, check: Verification) -> dict[str, Any]:
    rules = await ask.rules()
    return {"verification": verification_told(check, rules.programme.zone)}


ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v5/verification/sms/confirm", confirm),
    ("POST", "/api/v5/verification/sms/send", send),
    ("GET", "/api/v5/verification/sms/{id}/status", status),
)
