"""The type of the member's card."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_CARD = reason_kind(
    "other_card",
    ru="только для карт: {wanted:text}",
    en="only for cards: {wanted:text}",
)


class CardIs(Check, frozen=True):
    """The member holds a card of one of these types; no type named means any card or none."""

    NAME: ClassVar[str] = "card"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "{any_of?карта|карта любого вида или без неё}[ вида {any_of}]",
        "en": "{any_of?a card|a card of any type or none}[ of type {any_of}]",
    }
    any_of: Names = ()

    def check(self, context: Context) -> Reason | None:
        member = context.member
        if not self.any_of or (member is not None and not member.card_types.isdisjoint(self.any_of)):
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("card", self.any_of) if self.any_of else None

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_CARD(wanted=", ".join(wanted))
