"""Members after they have joined: cards, identifiers, personal data, consents, blocking. Every change is audited.

Joining itself gives points and is a verb of the desk (`enrol_member`); erasing a person is a use case of its own.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, MEMBER_CHANGED, Event
from kopilka.usecases.commands import Identifier, Ref
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.views import ConsentFacts, MemberView, PersonFacts
from kopilka.values.ids import make_id

ACTION = "act_"
ERASED = "erased"
KINDS = ("card", "phone", "email", "qr", "external")
"""Kinds of identifiers that people may have; `member` is the house's own."""
RUSSIAN_DIGITS, PHONE_DIGITS_MIN, PHONE_DIGITS_MAX = 11, 8, 15
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{5,24}\Z")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\Z")
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]{1,128}\Z")
TAGS_MAX, ATTRIBUTES_MAX = 100, 50
_NAME = re.compile(r"(?! )[^\x00-\x1f\x7f]{1,64}(?<! )\Z")
_VALUE = re.compile(r"[^\x00-\x1f\x7f]{1,128}\Z")


class PersonChange(msgspec.Struct, frozen=True):
    """New personal data; None leaves a field as it is. Phone and e-mail become identifiers too; of `attributes` those
    named change, None takes one away.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    birthday: date | None = None
    forget_birthday: bool = False
    language: str | None = None
    zone: str | None = None
    attributes: Mapping[str, str | None] = {}


class MemberChange(msgspec.Struct, frozen=True):
    """New facts about a membership; None leaves a field as it is, `spend_max_units` −1 takes the limit away. `tags` are
    all of them; `add_tags` and `remove_tags` leave the others alone, whoever else is changing them.
    """

    status: str | None = None
    tags: tuple[str, ...] | None = None
    spend_max_units: int | None = None
    add_tags: tuple[str, ...] | None = None
    remove_tags: tuple[str, ...] | None = None


class Act(msgspec.Struct, frozen=True):
    """Who does what to whom, for the audit log. `detail` names no person."""

    action_id: str
    actor: str
    action: str
    subject: str
    detail: dict[str, object]
    at: datetime


class Write(msgspec.Struct, frozen=True):
    """Everything that one change of a member writes, in one transaction under the holder's lock."""

    act: Act
    bucket: int
    holder_id: str
    member_id: str
    add: tuple[Identifier, ...] = ()
    statuses: tuple[tuple[str, str, str], ...] = ()
    remove: tuple[tuple[str, str], ...] = ()
    person: PersonFacts | None = None
    status: str | None = None
    tags: tuple[str, ...] | None = None
    spend_max_units: int | None = None
    consents: tuple[ConsentFacts, ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    attributes: Mapping[str, str | None] = {}
    event: Event | None = None


class MemberStore(Protocol):
    """Where members are found and changed."""

    def member(self, ref: Ref) -> MemberView | None:
        """The member that a reference finds."""
        ...

    def write(self, write: Write) -> str:
        """Write a change; returns the kind of the identifier that somebody else has meanwhile, ERASED where the member has
        been erased meanwhile, else an empty text.
        """
        ...


class Members:
    """The verbs. `clock` and `chance` come from outside; `actor` is the id of staff or of an API key."""

    def __init__(
        self, store: MemberStore, *, clock: Callable[[], datetime], chance: Callable[[int], int]
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance

    def find(self, ref: Ref) -> MemberView | Refused:
        """The member that an identifier finds; a blocked card finds its member too (`found_by` says so)."""
        found = self._store.member(ref)
        return found or Refused("unknown_member", Why.NOT_FOUND, "member", {"kind": ref.kind})

    def add_identifier(self, member_id: str, new: Identifier, actor: str) -> MemberView | Refused:
        """Issue a card, or add a QR code or external id."""
        found = self._known(member_id, new)
        if isinstance(found, Refused):
            return found
        mine = [row for row in found.identifiers if (row.kind, row.value) == (new.kind, new.value)]
        if mine and mine[0].status == "active":
            return found
        if mine:
            return Refused("identifier_taken", Why.CONFLICT, "value", {"kind": new.kind})
        act = self._act(
            actor, "card.issued" if new.kind == "card" else "identifier.added", found, kind=new.kind
        )
        return self._write(found, Write(act, found.bucket, found.holder_id, member_id, add=(new,)))

    def replace_card(self, member_id: str, old: str, new: Identifier, actor: str) -> MemberView | Refused:
        """A new card instead of an old one, which finds nobody at a till any more; points stay where they are. A repeat
        changes nothing.
        """
        found = self._known(member_id, new)
        if isinstance(found, Refused):
            return found
        cards = {row.value: row.status for row in found.cards()}
        if cards.get(old) == "replaced" and cards.get(new.value) == "active":
            return found
        if cards.get(old, "replaced") == "replaced":
            return Refused("unknown_card", Why.NOT_FOUND, "card")
        act = self._act(actor, "card.replaced", found)
        change = Write(
            act, found.bucket, found.holder_id, member_id, add=(new,), statuses=(("card", old, "replaced"),)
        )
        return self._write(found, change)

    def set_card(self, member_id: str, card: str, status: str, actor: str) -> MemberView | Refused:
        """Block a card (`blocked`) or let it be used again (`active`); a replaced one stays replaced."""
        found = self.find(Ref("member", member_id))
        if isinstance(found, Refused):
            return found
        mine = [row for row in found.cards() if row.value == card]
        if not mine:
            return Refused("unknown_card", Why.NOT_FOUND, "card")
        if mine[0].status == "replaced":
            return Refused("card_replaced", Why.CONFLICT, "card")
        if mine[0].status == status:
            return found
        act = self._act(actor, "card.blocked" if status == "blocked" else "card.unblocked", found)
        change = Write(act, found.bucket, found.holder_id, member_id, statuses=(("card", card, status),))
        return self._write(found, change)

    def change(
        self, member_id: str, change: MemberChange, person: PersonChange, consents: Iterable[ConsentFacts], actor: str
    ) -> MemberView | Refused:  # fmt: skip
        """Change what is known of a member, in one go. The audit log says which fields, never what stood there."""
        found = self.find(Ref("member", member_id))
        if isinstance(found, Refused):
            return found
        if found.status == "erased":
            return Refused("member_erased", Why.CONFLICT, "member")
        facts = _changed(found.person, person)
        if isinstance(facts, Refused):
            return facts
        refused = _wrong_facts(found, change, person)
        if refused is not None:
            return refused
        add, remove = _contacts(found, facts)
        given = tuple(consents)
        fields = [
            name for name in facts.__struct_fields__ if getattr(facts, name) != getattr(found.person, name)
        ]
        fields += [name for name in change.__struct_fields__ if getattr(change, name) is not None]
        fields += ["consents"] if given else []
        fields += ["attributes"] if _attributes_after(found, person) != dict(found.person.attributes) else []
        if not fields:
            return found
        write = Write(
            self._act(actor, "member.changed", found, fields=sorted(fields)), found.bucket, found.holder_id,
            member_id, add=add, remove=remove, person=facts, status=change.status, tags=change.tags,
            spend_max_units=change.spend_max_units, consents=given, add_tags=change.add_tags or (),
            remove_tags=change.remove_tags or (), attributes=person.attributes,
        )  # fmt: skip
        return self._write(found, write)

    def _known(self, member_id: str, new: Identifier) -> MemberView | Refused:
        if new.kind not in KINDS:
            return Refused("unknown_kind", Why.INVALID, "kind", {"kind": new.kind})
        if normal(new.kind, new.value) != new.value:
            return Refused("bad_identifier", Why.INVALID, "value", {"kind": new.kind})
        found = self.find(Ref("member", member_id))
        if isinstance(found, MemberView) and found.status == "erased":
            return Refused("member_erased", Why.CONFLICT, "member")
        return found

    def _act(self, actor: str, action: str, member: MemberView, **detail: object) -> Act:
        now = self._clock()
        action_id = make_id(ACTION, int(now.timestamp() * 1000), self._chance(74))
        return Act(action_id, actor, action, member.member_id, detail, now)

    def _write(self, before: MemberView, write: Write) -> MemberView | Refused:
        write = msgspec.structs.replace(write, event=_told(write))
        taken = self._store.write(write)
        if taken == ERASED:
            return Refused("member_erased", Why.CONFLICT, "member")
        if taken:
            return Refused("identifier_taken", Why.CONFLICT, taken, {"kind": taken})
        return self.find(Ref("member", before.member_id))


def _told(write: Write) -> Event:
    """A change as it is told outside: which fields, never what stands in them."""
    act, facts = write.act, dict[str, dict[str, object]]()
    named = act.detail.get("fields")
    fields = named if isinstance(named, list) else [act.action.partition(".")[0] + "s"]
    for name, given in ((CONSENT_GIVEN, True), (CONSENT_WITHDRAWN, False)):
        rows = [{"purpose": c.purpose, "channel": c.channel} for c in write.consents if c.given is given]
        if rows:
            facts[name] = {"consents": rows}
    data: dict[str, object] = {"member": write.member_id, "fields": fields}
    return Event(MEMBER_CHANGED, write.holder_id, act.at, data=data, facts=facts)


def normal(kind: str, value: str) -> str:
    """An identifier as it is stored: phones in E.164 (a Russian 8 becomes +7), e-mails in lower case, the rest without
    outer spaces. Empty where it cannot be one.
    """
    text = value.strip()
    match kind:
        case "phone":
            return _phone(text)
        case "email":
            return text.lower() if _EMAIL.match(text) else ""
        case "card":
            bare = text.replace(" ", "") if text.replace(" ", "").isdigit() else text
            return bare if _PLAIN.match(bare) else ""
        case _:
            return text if _PLAIN.match(text) else ""


def _phone(text: str) -> str:
    if not text.isascii() or not _PHONE.match(text):
        return ""
    digits = "".join(filter(str.isdigit, text))
    national = text[0] != "+"
    if national and len(digits) == RUSSIAN_DIGITS and digits[0] == "8":
        digits = "7" + digits[1:]
    elif national and len(digits) == RUSSIAN_DIGITS - 1:
        digits = "7" + digits
    return "+" + digits if PHONE_DIGITS_MIN <= len(digits) <= PHONE_DIGITS_MAX else ""


def _changed(facts: PersonFacts, change: PersonChange) -> PersonFacts | Refused:
    wanted: dict[str, object] = {}
    for name in ("name", "language", "zone"):
        value = getattr(change, name)
        if value is not None:
            wanted[name] = value
    for kind in ("phone", "email"):
        value = getattr(change, kind)
        if value is None:
            continue
        if value and not normal(kind, value):
            return Refused("bad_identifier", Why.INVALID, f"person.{kind}", {"kind": kind})
        wanted[kind] = normal(kind, value) if value else ""
    if change.birthday is not None or change.forget_birthday:
        wanted["birthday"] = change.birthday
    return msgspec.structs.replace(facts, **wanted)


def _attributes_after(found: MemberView, change: PersonChange) -> dict[str, str]:
    after = {**found.person.attributes, **change.attributes}
    return {name: value for name, value in after.items() if value is not None}


def _wrong_facts(found: MemberView, change: MemberChange, person: PersonChange) -> Refused | None:
    """Tags and attributes that cannot be kept; those that are there already stay as they are."""
    tags = {*(found.tags if change.tags is None else change.tags), *(change.add_tags or ())}
    tags -= set(change.remove_tags or ())
    after = _attributes_after(found, person)
    new = {name: value for name, value in person.attributes.items() if value is not None}
    if len(after) > ATTRIBUTES_MAX and new:
        return Refused("bad_attribute", Why.INVALID, "person.attributes", {"most": ATTRIBUTES_MAX})
    if len(tags) > TAGS_MAX:
        return Refused("bad_tag", Why.INVALID, "tags", {"most": TAGS_MAX})
    return wrong_facts(tags.difference(found.tags), new)


def wrong_facts(tags: Collection[str], attributes: Mapping[str, str]) -> Refused | None:
    """Tags and attributes that cannot be kept: too long, too many, or with signs that nobody sees."""
    if len(tags) > TAGS_MAX or not all(_NAME.match(tag) for tag in tags):
        return Refused("bad_tag", Why.INVALID, "tags", {"most": TAGS_MAX})
    fits = all(_NAME.match(name) and _VALUE.match(value) for name, value in attributes.items())
    if not fits or len(attributes) > ATTRIBUTES_MAX:
        return Refused("bad_attribute", Why.INVALID, "person.attributes", {"most": ATTRIBUTES_MAX})
    return None


def _contacts(
    found: MemberView, facts: PersonFacts
) -> tuple[tuple[Identifier, ...], tuple[tuple[str, str], ...]]:
    """Identifiers to add and to take away, so that a member is found by the phone and e-mail they have now."""
    add: list[Identifier] = []
    remove: list[tuple[str, str]] = []
    have = {(row.kind, row.value) for row in found.identifiers}
    for kind in ("phone", "email"):
        old, new = getattr(found.person, kind), getattr(facts, kind)
        if old == new:
            continue
        if new and (kind, new) not in have:
            add.append(Identifier(kind, new))
        if old and (kind, old) in have:
            remove.append((kind, old))
    return tuple(add), tuple(remove)
