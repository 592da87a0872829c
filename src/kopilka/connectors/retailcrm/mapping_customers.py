"""Customers: what a site says of one, and what we say back. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kopilka.connectors.retailcrm.people import Account, Customer
from kopilka.connectors.retailcrm.wire import moment
from kopilka.usecases.commands import Person
from kopilka.usecases.members import normal
from kopilka.usecases.views import MemberView

NAMES = ("firstName", "lastName", "patronymic")
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


def phones_of(content: Mapping[str, Any]) -> list[str]:
    """The phones of a customer, normalised."""
    rows = content.get("phones")
    raw = [row.get("number") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = [normal("phone", str(each)) for each in [content.get("phone"), *raw] if each]
    return [phone for phone in dict.fromkeys(found) if phone]


def person_of(content: Mapping[str, Any], phone: str, language: str) -> Person:
    """The person to be enrolled."""
    email = normal("email", str(content.get("email") or ""))
    return Person(full_name(content), phone, email, birthday_of(content), language)
