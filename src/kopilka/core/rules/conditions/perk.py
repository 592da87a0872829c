"""The member's perks."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import PerkId, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.reason import Reason, reason_kind

NO_PERK = reason_kind("no_perk", ru="нужна привилегия: {wanted:perks}", en="needs the perk: {wanted:perks}")


class HasPerk(Check, frozen=True):
    """The member holds one of these perks on the day of the purchase; the last day of a perk counts whole."""

    NAME: ClassVar[str] = "perk"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "есть привилегия «{any_of}»",
        "en": "you hold the perk {any_of}",
    }
    any_of: tuple[PerkId, ...]

    def needs(self) -> Needs:
        return Needs(perks=True)

    def check(self, context: Context) -> Reason | None:
        day = context.day
        for held in () if context.member is None else context.member.perks:
            in_force = held.since <= day and (held.last_on is None or day <= held.last_on)
            if in_force and held.perk in self.any_of:
                return None
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return NO_PERK(wanted=",".join(wanted))
