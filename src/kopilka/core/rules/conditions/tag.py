"""The member's segments and tags."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_TAG = reason_kind(
    "other_tag",
    ru="только для участников с меткой: {wanted:text}",
    en="only for members tagged: {wanted:text}",
)


class HasTag(Check, frozen=True):
    """The member belongs to one of these segments or carries one of these tags. Guests carry none."""

    NAME: ClassVar[str] = "tag"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "сегмент {any_of}",
        "en": "the segment {any_of}",
    }
    any_of: Names

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if member is not None and not member.tags.isdisjoint(self.any_of):
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("tag", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_TAG(wanted=", ".join(wanted))
