"""Members: enrol, find, read, change; their cards."""

from datetime import date

import msgspec
from msgspec import UnsetType

from kopilka.api.checking import read
from kopilka.api.deed_schemas import PerkOut
from kopilka.api.deeds import perks_out
from kopilka.api.door import PAGE, REPLAYED, Doors, Param, Reply, Request, Route
from kopilka.api.member_schemas import (
    CardIn,
    ConsentOut,
    EnrolIn,
    EnrolOut,
    IdentifierOut,
    MemberOut,
    MemberPatch,
    MemberRowOut,
    MembersOut,
    PersonOut,
    PersonPatch,
)
from kopilka.api.numbers import units_of
from kopilka.api.problems import FieldMistake, Problem, of_refusal
from kopilka.api.receipt_in import refuse
from kopilka.api.receipt_out import balances_out
from kopilka.api.speech import Speech
from kopilka.api.texts import KINDS, MemberRef, Mistakes, ref_of, utc
from kopilka.usecases.commands import Enrol, Identifier, Person, Ref
from kopilka.usecases.members import MemberChange, PersonChange, normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ConsentFacts, MemberView
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text
from kopilka.values.period import zone

BIRTH_YEARS = (1900, 2100)


_enrol = msgspec.json.Decoder(EnrolIn)
_patch = msgspec.json.Decoder(MemberPatch)
_card = msgspec.json.Decoder(CardIn)


async def enrol(doors: Doors, request: Request) -> Reply:
    """A person joins."""
    key = request.idempotency_key(required=True)
    door = read(_enrol, request.body)
    mistakes = Mistakes()
    at = None if door.at is None else utc(door.at, "at", mistakes)
    identifiers = _identifiers(door, mistakes)
    _birthday(door.person.birthday, mistakes)
    refuse(mistakes)
    if request.key.shop:
        request.must_act_for(door.shop)
    contact = {row.kind: row.value for row in identifiers if row.kind in {"phone", "email"}}
    person = Person(
        door.person.name,
        contact.get("phone", ""),
        contact.get("email", ""),
        door.person.birthday,
        door.person.language,
        door.person.attributes,
    )
    command = Enrol(
        identifiers, door.programme, person, door.shop, door.tags,
        tuple((row.purpose, row.channel) for row in door.consents if row.given), request.key.key_id, key, at,
    )  # fmt: skip
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    speech = await doors.speech_now(request.language)
    out = EnrolOut(outcome.member_id, balances_out(outcome.balances, speech))
    return Reply(out, 201, REPLAYED if outcome.replayed else ())


def _identifiers(door: EnrolIn, mistakes: Mistakes) -> tuple[Identifier, ...]:
    rows: list[tuple[str, str, str, str]] = [
        (row.kind, row.value, row.card_type, f"identifiers[{i}].value")
        for i, row in enumerate(door.identifiers)
    ]
    person = door.person
    rows += [(k, v, "", f"person.{k}") for k, v in (("phone", person.phone), ("email", person.email)) if v]
    found: dict[tuple[str, str], Identifier] = {}
    for kind, value, card_type, field in rows:
        stored = normal(kind, value)
        if not stored:
            mistakes.add(field, "bad_identifier")
        elif (kind, stored) in found:
            mistakes.add(field, "duplicate")
        found[(kind, stored)] = Identifier(kind, stored, card_type)
    return tuple(found.values())


def _birthday(day: object, mistakes: Mistakes) -> None:
    if isinstance(day, date) and not BIRTH_YEARS[0] <= day.year <= BIRTH_YEARS[1]:
        mistakes.add("person.birthday", "wrong", f"{BIRTH_YEARS[0]}…{BIRTH_YEARS[1]}")


async def find(doors: Doors, request: Request) -> Reply:
    """The member of one identifier."""
    given = {name: value for name, value in request.query.items() if name in KINDS}
    mistakes = Mistakes()
    ref = ref_of(MemberRef(**given), "member", mistakes)
    if ref is None or mistakes:
        raise Problem("bad_query", errors=mistakes)
    return await _found(doors, request, ref)


async def show(doors: Doors, request: Request) -> Reply:
    """A member by id."""
    return await _found(doors, request, Ref("member", request.args[0]))


async def _found(doors: Doors, request: Request, ref: Ref) -> Reply:
    found = await doors.run(doors.services.members.find, ref)
    return Reply(await _told(doors, request, found))


async def search(doors: Doors, request: Request) -> Reply:
    """A page of members."""
    limit, text, cursor = request.limit(), request.query.get("q", ""), request.query.get("cursor", "")
    rows = await doors.run(doors.services.views.search, text[:100], after=cursor, limit=limit + 1)
    shown = [
        MemberRowOut(row.member_id, row.status, row.enrolled_at, row.name, row.phone, row.email, row.card)
        for row in rows[:limit]
    ]
    return Reply(MembersOut(shown, shown[-1].id if len(rows) > limit else ""))


async def patch(doors: Doors, request: Request) -> Reply:
    """Change a member."""
    door = read(_patch, request.body)
    mistakes = Mistakes()
    speech = await doors.speech_now("en")
    person, change = (
        _person(door.person, mistakes),
        _change(door, speech.decimals(speech.programme.spend_kind()), mistakes),
    )
    refuse(mistakes)
    now = doors.services.clock()
    consents = [
        ConsentFacts(row.purpose, row.channel, row.given, request.key.key_id, now) for row in door.consents
    ]
    found = await doors.run(
        doors.services.members.change, request.args[0], change, person, consents, request.key.key_id
    )
    return Reply(await _told(doors, request, found))


def _person(door: PersonPatch, mistakes: Mistakes) -> PersonChange:
    def said(value: str | UnsetType | None) -> str | None:
        return None if isinstance(value, UnsetType) else value or ""

    _birthday(door.birthday, mistakes)
    name = said(door.zone)
    if name:
        try:
            zone(name)
        except BadValueError:
            mistakes.add("person.zone", "unknown_zone")
    birthday = door.birthday if isinstance(door.birthday, date) else None
    return PersonChange(
        said(door.name), said(door.phone), said(door.email), birthday, door.birthday is None,
        None if isinstance(door.language, UnsetType) else door.language, name, door.attributes,
    )  # fmt: skip


def _change(door: MemberPatch, digits: int, mistakes: Mistakes) -> MemberChange:
    most: int | None = None
    if door.spend_max is None:
        most = -1
    elif not isinstance(door.spend_max, UnsetType):
        try:
            most = units_of(door.spend_max, digits, "spend_max")
        except BadValueError:
            mistakes.add("spend_max", "too_many_digits")
    return MemberChange(
        None if isinstance(door.status, UnsetType) else door.status,
        None if isinstance(door.tags, UnsetType) else door.tags,
        most,
        door.add_tags or None,
        door.remove_tags or None,
    )


async def issue(doors: Doors, request: Request) -> Reply:
    """Issue a card."""
    new = _new_card(read(_card, request.body))
    found = await doors.run(doors.services.members.add_identifier, request.args[0], new, request.key.key_id)
    return Reply(await _told(doors, request, found), 201)


async def replace(doors: Doors, request: Request) -> Reply:
    """A new card instead of an old one."""
    new = _new_card(read(_card, request.body))
    member, old = request.args
    old = normal("card", old)
    found = await doors.run(doors.services.members.replace_card, member, old, new, request.key.key_id)
    return Reply(await _told(doors, request, found))


async def block(doors: Doors, request: Request) -> Reply:
    """Block a card."""
    return await _set(doors, request, "blocked")


async def unblock(doors: Doors, request: Request) -> Reply:
    """Let a card be used again."""
    return await _set(doors, request, "active")


async def _set(doors: Doors, request: Request, status: str) -> Reply:
    member, card = request.args
    card = normal("card", card)
    found = await doors.run(doors.services.members.set_card, member, card, status, request.key.key_id)
    return Reply(await _told(doors, request, found))


def _new_card(door: CardIn) -> Identifier:
    number = normal("card", door.number)
    if not number:
        raise Problem("invalid", errors=[FieldMistake("number", "bad_identifier")])
    return Identifier("card", number, door.card_type)


async def _told(doors: Doors, request: Request, found: MemberView | Refused) -> MemberOut:
    """The member with the perks of now."""
    if isinstance(found, Refused):
        raise of_refusal(found)
    speech = await doors.speech_now(request.language)
    perks = await perks_out(doors, (found.bucket, found.holder_id), found.member_id, speech)
    return _out(found, speech, perks)


def _out(view: MemberView, speech: Speech, perks: list[PerkOut]) -> MemberOut:
    person = view.person
    most: str | None = None
    if view.spend_max_units is not None:
        most = decimal_text(view.spend_max_units, speech.decimals(speech.programme.spend_kind()))
    return MemberOut(
        view.member_id, view.holder_id, view.status, view.enrolled_at,
        PersonOut(
            person.name, person.phone, person.email, person.birthday, person.language, person.zone, person.attributes
        ),
        view.shop, view.tags,
        tuple(IdentifierOut(row.kind, row.value, row.status, row.card_type) for row in view.identifiers),
        tuple(ConsentOut(r.purpose, r.channel, r.given, r.source, r.recorded_at) for r in view.consents),
        most, perks, view.found_by,
    )  # fmt: skip


_READ, _WRITE = "members:read", "members:write"
ROUTES = (
    Route(
        "POST", "/v1/members", enrol, "Enrol a person", _WRITE, EnrolIn, EnrolOut, 201, idempotent="required",
        problems=(
            "no_identifier", "identifier_taken", "unknown_programme", "unknown_shop", "key_reused", "bad_tag", "bad_attribute",
        ),
    ),
    Route(
        "GET", "/v1/members", search, "List and search members by a part of name, phone, card or e-mail", _READ, None,
        MembersOut, params=(Param("q", "A part of name, phone, card or e-mail; empty lists all."), *PAGE),
    ),
    Route(
        "GET", "/v1/members/find", find, "The member that an identifier finds", _READ, None, MemberOut,
        params=tuple(Param(kind, "Exactly one of these.") for kind in KINDS), problems=("unknown_member",),
    ),
    Route("GET", "/v1/members/{id}", show, "A member", _READ, None, MemberOut, problems=("unknown_member",)),
    Route(
        "PATCH", "/v1/members/{id}", patch, "Change a member", _WRITE, MemberPatch, MemberOut,
        problems=("unknown_member", "identifier_taken", "member_erased", "bad_tag", "bad_attribute"),
        words="Every change is in the audit log.",
    ),
    Route(
        "POST", "/v1/members/{id}/cards", issue, "Issue a card", _WRITE, CardIn, MemberOut, 201,
        problems=("unknown_member", "identifier_taken"),
    ),
    Route(
        "POST", "/v1/members/{id}/cards/{card}/replace", replace, "A new card instead of this one", _WRITE, CardIn,
        MemberOut, problems=("unknown_member", "unknown_card", "identifier_taken"),
    ),
    Route(
        "POST", "/v1/members/{id}/cards/{card}/block", block, "Block a card", _WRITE, None, MemberOut,
        problems=("unknown_member", "unknown_card", "card_replaced"),
    ),
    Route(
        "POST", "/v1/members/{id}/cards/{card}/unblock", unblock, "Let a blocked card be used again", _WRITE, None,
        MemberOut, problems=("unknown_member", "unknown_card", "card_replaced"),
    ),
)  # fmt: skip
