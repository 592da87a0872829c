"""The member's level."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import LevelId, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_LEVEL = reason_kind(
    "other_level",
    ru="только для уровня {wanted:levels}",
    en="only for level {wanted:levels}",
    unlocks=True,
)


class LevelIs(Check, frozen=True):
    """The member has one of these levels. Guests have none."""

    NAME: ClassVar[str] = "level"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {"ru": "уровень {any_of}", "en": "level {any_of}"}
    any_of: tuple[LevelId, ...]

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is not None and member.level in self.any_of:
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("level", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_LEVEL(wanted=",".join(wanted))
