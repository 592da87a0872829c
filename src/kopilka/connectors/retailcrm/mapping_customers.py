"""Customers: what a site says of one, and what we say back. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.people import Account, Customer
from kopilka.connectors.retailcrm.wire import moment, read_moment
from kopilka.usecases.commands import Person
from kopilka.usecases.foreign import Fact, Find, Within
from kopilka.usecases.members import normal
from kopilka.usecases.views import MemberView

NAMES = ("firstName", "lastName", "patronymic")
FULL_NAME = ("firstName", "patronymic", "lastName", "email")
PHONE_DIGITS = 10
"""Digits of a phone without its country."""
_OWN = frozenset({"id", "externalId", "site"})
TEXT_MAX = 200
_PATRONYMICS = ("вич", "вна", "ична", "оглы", "кызы")


def customer_told(customer: Customer, member: MemberView | None, zone: str) -> dict[str, Any]:
    """A customer as the site wrote them, with our number; what we know of a member who joined elsewhere."""
    told: dict[str, Any] = {"type": "customer", "id": customer.number}
    if customer.external_id:
        told["externalId"] = customer.external_id
    told["site"] = customer.site
    if customer.document is None and member is not None:
        told |= names_of(member.person.name)
        told["phones"] = [{"number": member.person.phone}] if member.person.phone else []
        told["createdAt"] = moment(member.enrolled_at, zone)
        if member.person.email:
            told["email"] = member.person.email
        if member.person.birthday:
            told["birthday"] = member.person.birthday.isoformat()
    usual: dict[str, Any] = {"phones": [], "customFields": [], "personalDiscount": 0}
    if customer.document is not None and customer.document.written_at is not None:
        usual["createdAt"] = moment(customer.document.changed_at, zone)
    return usual | told | {key: value for key, value in customer.content.items() if key not in _OWN}


def customers_asked(filters: Mapping[str, Any], zone: str, search: Find) -> Find:
    """Which customers a list asks for, by what sites tell of them."""
    name, email = str(filters.get("name") or ""), str(filters.get("email") or "").lower()
    digits = "".join(filter(str.isdigit, str(filters.get("phone") or "")))[-PHONE_DIGITS:]
    texts = []
    if name:
        bare = name.removeprefix("+")
        texts.append(Within(FULL_NAME, name, bare if bare.isascii() and bare.isdigit() else ""))
    if digits:
        texts.append(Within(digits=digits))
    first, last = filters.get("dateFrom"), filters.get("dateTo")
    return msgspec.structs.replace(
        search,
        facts=(Fact(("email",), (email,), any_case=True),) if email else (),
        texts=tuple(texts),
        since=read_moment(first, zone, "filter.dateFrom") if first else None,
        until=read_moment(last, zone, "filter.dateTo", end=True) if last else None,
    )


def account_customer(account: Account) -> dict[str, Any]:
    """The customer inside an account."""
    customer = account.customer
    told: dict[str, Any] = {"id": customer.number}
    if customer.external_id:
        told["externalId"] = customer.external_id
    told |= {"site": customer.site, "customFields": customer.content.get("customFields") or []}
    names = {name: customer.content[name] for name in NAMES if customer.content.get(name)}
    if not names and account.member is not None:
        names = names_of(account.member.person.name)
    return told | names


def names_of(name: str) -> dict[str, str]:
    """A full name in parts; a patronymic is known by its end, and tells which way round it is written."""
    words = name.split()
    if len(words) == 1:
        return {"firstName": words[0]}
    if len(words) == 2:  # noqa: PLR2004 - first and last
        return {"firstName": words[0], "lastName": words[1]}
    if len(words) == 3 and words[2].lower().endswith(_PATRONYMICS):  # noqa: PLR2004 - family name first
        return {"firstName": words[1], "lastName": words[0], "patronymic": words[2]}
    if len(words) == 3 and words[1].lower().endswith(_PATRONYMICS):  # noqa: PLR2004 - family name last
        return {"firstName": words[0], "lastName": words[2], "patronymic": words[1]}
    return {"firstName": words[0], "lastName": " ".join(words[1:])} if words else {}


def full_name(content: Mapping[str, Any]) -> str:
    """The parts of a name as one."""
    parts = [str(content.get(name) or "").strip() for name in ("firstName", "patronymic", "lastName")]
    text = " ".join(part for part in parts if part)
    return "".join(sign for sign in text if sign.isprintable())[:TEXT_MAX]


def birthday_of(content: Mapping[str, Any]) -> date | None:
    """A birthday that can be one."""
    try:
        found = datetime.fromisoformat(str(content.get("birthday") or "")).date()
    except ValueError:
        return None
    return found if found.year > 1900 else None  # noqa: PLR2004 - sites write 1900 and 0001 for none


def person_of(content: Mapping[str, Any], phone: str, language: str) -> Person:
    """The person to be enrolled."""
    email = normal("email", str(content.get("email") or ""))
    return Person(full_name(content), phone, email, birthday_of(content), language)
