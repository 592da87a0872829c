"""Further facts about a member, by name."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Name, Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.reason import Reason, reason_kind

ATTRIBUTE_UNKNOWN = reason_kind(
    "attribute_unknown",
    ru="в анкете участника не заполнено: {name:text}",
    en="the member's profile does not say: {name:text}",
    unlocks=True,
)
OTHER_ATTRIBUTE = reason_kind(
    "other_attribute",
    ru="только если в анкете «{name:text}»: {wanted:text}",
    en="only where the profile says “{name:text}”: {wanted:text}",
)


class HasAttribute(Check, frozen=True):
    """A fact of the member's profile, called `name`, is one of `any_of`; none listed means that any answer will do.
    Capital letters make no difference.
    """

    NAME: ClassVar[str] = "attribute"
    TERMS: ClassVar[Words] = {
        "ru": "в анкете указано {name}[: {any_of}]",
        "en": "the profile says {name}[: {any_of}]",
    }
    name: Name
    any_of: Names = ()

    def needs(self) -> Needs:
        return Needs(persons=True)

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is None:
            return MEMBERS_ONLY()
        value = member.attributes.get(self.name, "").strip().casefold()
        if not value:
            return _unknown(self.name)
        if not self.any_of or value in _folded(self.any_of):
            return None
        return _other(self.name, self.any_of)


@lru_cache(maxsize=4096)
def _folded(wanted: tuple[str, ...]) -> frozenset[str]:
    return frozenset(text.strip().casefold() for text in wanted)


@lru_cache(maxsize=4096)
def _unknown(name: str) -> Reason:
    return ATTRIBUTE_UNKNOWN(name=name)


@lru_cache(maxsize=4096)
def _other(name: str, wanted: tuple[str, ...]) -> Reason:
    return OTHER_ATTRIBUTE(name=name, wanted=", ".join(wanted))
