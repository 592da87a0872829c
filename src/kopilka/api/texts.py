"""Texts on the wire: lengths that a field takes, ids, moments. The types that every resource shares."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.problems import FieldMistake
from kopilka.usecases.commands import Ref
from kopilka.usecases.members import normal
from kopilka.words.catalogue import N_

MOMENT = N_('a moment with its time zone such as "2026-11-21T12:30:00+03:00"')
Id = Annotated[
    str, Meta(min_length=1, max_length=128, extra={"expected": N_("a text of 1 to 128 characters")})
]
Short = Annotated[str, Meta(max_length=128, extra={"expected": N_("a text of at most 128 characters")})]
Long = Annotated[str, Meta(max_length=1000, extra={"expected": N_("a text of at most 1000 characters")})]
Note = Annotated[
    str, Meta(min_length=1, max_length=1000, extra={"expected": N_("a text of 1 to 1000 characters")})
]
Moment = Annotated[
    datetime,
    Meta(tz=True, extra={"expected": MOMENT}, description="ISO 8601 with an offset; naive ones are refused."),
]
YEARS = (2000, 2100)
KINDS = ("id", "card", "phone", "email", "qr", "external")


class MemberRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who: exactly one of these. Phones in any usual writing, a card as it is printed."""

    id: Id | None = None
    card: Id | None = None
    phone: Id | None = None
    email: Id | None = None
    qr: Id | None = None
    external: Id | None = None


class Mistakes(list[FieldMistake]):
    """Mistakes of meaning, collected while a body is translated."""

    def add(self, field: str, code: str, expected: str = "", **params: int | str) -> None:
        self.append(FieldMistake(field, code, expected, params))


def utc(at: datetime, field: str, mistakes: Mistakes) -> datetime:
    """A moment in UTC; one far outside our time is a mistake."""
    if not YEARS[0] <= at.year <= YEARS[1]:
        mistakes.add(field, "bad_moment")
        return at
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def ref_of(who: MemberRef, field: str, mistakes: Mistakes) -> Ref | None:
    """The reference of exactly one identifier."""
    given = [(kind, value) for kind in KINDS if (value := getattr(who, kind)) is not None]
    if len(given) != 1:
        mistakes.add(field, "one_identifier")
        return None
    kind, value = given[0]
    if kind == "id":
        return Ref("member", value)
    stored = normal(kind, value)
    if not stored:
        mistakes.add(f"{field}.{kind}", "bad_identifier")
        return None
    return Ref(kind, stored)
