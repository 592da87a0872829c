"""Shapes of members on the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kopilka.api.deed_schemas import PerkOut
from kopilka.api.numbers import DecimalOut, Points
from kopilka.api.receipt_in import Names
from kopilka.api.receipt_out import BalanceOut
from kopilka.api.texts import Id, Moment, Short

Language = Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


Attributes = Annotated[
    dict[Id, Short], Meta(max_length=50, description="Further facts by name; programmes may ask for them.")
]


class PersonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who joins: kept in one erasable place. Phone and e-mail find the member too."""

    name: Short = ""
    phone: Short = ""
    email: Short = ""
    birthday: date | None = None
    language: Language = "ru"
    attributes: Attributes = {}


class IdentifierIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What finds the member besides phone and e-mail."""

    kind: Literal["card", "qr", "external"]
    value: Id
    card_type: Short = ""


class ConsentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A consent given (or withdrawn) for a purpose and a channel."""

    purpose: Id
    channel: Short = ""
    given: bool = True


class EnrolIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person joins a programme. Something must find them: an identifier, a phone or an e-mail."""

    programme: Id
    person: PersonIn = PersonIn()
    identifiers: Annotated[tuple[IdentifierIn, ...], Meta(max_length=20)] = ()
    shop: Short = ""
    tags: Names = ()
    consents: Annotated[tuple[ConsentIn, ...], Meta(max_length=50)] = ()
    at: Moment | None = None


class EnrolOut(msgspec.Struct, omit_defaults=True):
    """The new member, and the points of welcome."""

    id: str
    balances: dict[str, BalanceOut] = {}


class PersonPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """New personal data: a field left out stays, `null` takes it away."""

    name: Short | UnsetType | None = UNSET
    phone: Short | UnsetType | None = UNSET
    email: Short | UnsetType | None = UNSET
    birthday: date | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    zone: Short | UnsetType | None = UNSET
    attributes: Annotated[
        dict[Id, Short | None],
        Meta(max_length=50, description="Those named change, `null` takes one away, the others stay."),
    ] = {}


class MemberPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What changes. `spend_max` is the most points of one receipt; `null` takes the limit away. `tags` are all of them,
    `add_tags` and `remove_tags` leave the others alone.
    """

    person: PersonPatch = PersonPatch()
    status: Literal["active", "blocked"] | UnsetType = UNSET
    tags: Names | UnsetType = UNSET
    add_tags: Names = ()
    remove_tags: Names = ()
    spend_max: Points | UnsetType | None = UNSET
    consents: Annotated[tuple[ConsentIn, ...], Meta(max_length=50)] = ()


class CardIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A card to issue."""

    number: Id
    card_type: Short = ""


class IdentifierOut(msgspec.Struct, omit_defaults=True):
    """What finds the member."""

    kind: str
    value: str
    status: str
    card_type: str = ""


class ConsentOut(msgspec.Struct):
    """The last word on a purpose and channel."""

    purpose: str
    channel: str
    given: bool
    source: str
    at: datetime


class PersonOut(msgspec.Struct, omit_defaults=True):
    """Who the member is."""

    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: date | None = None
    language: str = "ru"
    zone: str = ""
    attributes: Mapping[str, str] = {}


class MemberOut(msgspec.Struct, omit_defaults=True):
    """A member."""

    id: str
    holder: str
    status: str
    enrolled_at: datetime
    person: PersonOut
    shop: str = ""
    tags: tuple[str, ...] = ()
    identifiers: tuple[IdentifierOut, ...] = ()
    consents: tuple[ConsentOut, ...] = ()
    spend_max: DecimalOut | None = None
    perks: list[PerkOut] = []
    found_by: Annotated[
        str, Meta(description="Status of the identifier asked for: active, blocked, replaced")
    ] = "active"


class MemberRowOut(msgspec.Struct, omit_defaults=True):
    """A member in a list."""

    id: str
    status: str
    enrolled_at: datetime
    name: str = ""
    phone: str = ""
    email: str = ""
    card: str = ""


class MembersOut(msgspec.Struct, omit_defaults=True):
    """A page of members; `next` is the cursor of the next page."""

    members: list[MemberRowOut]
    next: str = ""
