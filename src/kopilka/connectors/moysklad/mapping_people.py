"""Counterparties and members: MoySklad's ids and ours, what names a buyer, and how buyers are shown to a till; pure."""

from datetime import date

from kopilka.connectors.kit.fields import BAD_MOMENT, Fields, WrongFieldError
from kopilka.connectors.moysklad.mapping import end_of
from kopilka.usecases.commands import Identifier, Person, Ref
from kopilka.usecases.members import normal
from kopilka.usecases.views import MemberView
from kopilka.values.ids import MEMBER, id_of_uuid, uuid_of

SEX = "sex"
SEXES = ("MALE", "FEMALE")


def guid_of(member_id: str) -> str:
    """Our id of a member as MoySklad wants ids: a GUID."""
    return uuid_of(member_id)


def member_of(guid: str) -> str:
    """The member id that a GUID of ours is; empty for other texts."""
    return id_of_uuid(MEMBER, guid)


def ids_in(agent: Fields) -> list[str]:
    """The ids under which a counterparty may be known: MoySklad's, or what stands after `/syncid/` in its address."""
    meta = agent.inner("meta")
    href = meta.text("href", most=1_000) or agent.text("href", most=1_000)
    named = [
        meta.text("id"),
        agent.text("id"),
        agent.text("syncId"),
        end_of(href),
    ]
    return list(dict.fromkeys(id_.lower() for id_ in named if id_))


def refs_in(agent: Fields) -> list[Ref]:
    """What else names the buyer: card, phone, e-mail, as far as they can be read."""
    rows = [("card", "discountCardNumber"), ("phone", "phone"), ("email", "email")]
    found = [Ref(kind, normal(kind, agent.text(field))) for kind, field in rows]
    return [ref for ref in found if ref.value]


def identifiers_in(agent: Fields, fallback: str) -> tuple[Identifier, ...]:
    """The identifiers of somebody who joins; one that cannot be is named. Who has none is known by `fallback`."""
    rows = [("phone", "phone"), ("card", "discountCardNumber"), ("email", "email")]
    found = []
    for kind, field in rows:
        text = agent.text(field)
        if not text:
            continue
        value = normal(kind, text)
        if not value:
            raise WrongFieldError(agent.at(field), "bad_identifier")
        found.append(Identifier(kind, value))
    return tuple(found) or (Identifier("external", fallback),)


def person_in(agent: Fields) -> Person:
    """Who joins."""
    parts = [agent.text(f"legal{name}") for name in ("LastName", "FirstName", "MiddleName")]
    name = " ".join(part for part in parts if part) or agent.text("name")
    sex = agent.text("sex").upper()
    born = _day(agent, "birthDate")
    return Person(
        name, normal("phone", agent.text("phone")), normal("email", agent.text("email")), born,
        attributes={SEX: sex} if sex in SEXES else {},
    )  # fmt: skip


def _day(agent: Fields, field: str) -> date | None:
    text = agent.text(field)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise WrongFieldError(agent.at(field), BAD_MOMENT) from error


def row_of(member: MemberView, ms_id: str, nameless: str) -> dict[str, object]:
    """A member as a till sees them in a search."""
    person = member.person
    cards = [row.value for row in member.cards() if row.status == "active"]
    row: dict[str, object] = {
        "id": guid_of(member.member_id),
        "name": person.name or person.phone or nameless,
    }
    more = {
        "msId": ms_id, "discountCardNumber": cards[0] if cards else "", "phone": person.phone, "email": person.email,
        "birthDate": "" if person.birthday is None else f"{person.birthday.isoformat()} 00:00:00",
        "sex": person.attributes.get(SEX, ""),
    }  # fmt: skip
    return row | {name: value for name, value in more.items() if value}
