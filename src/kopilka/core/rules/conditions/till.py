"""The till of the sale."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_TILL = reason_kind(
    "other_till", ru="только на кассах: {wanted:text}", en="only at tills: {wanted:text}", unlocks=True
)


class TillIs(Check, frozen=True):
    """The sale goes through one of these tills."""

    NAME: ClassVar[str] = "till"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "касса {any_of}",
        "en": "till {any_of}",
    }
    any_of: Names

    def check(self, context: Context) -> Reason | None:
        return None if context.receipt.till in self.any_of else _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("till", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_TILL(wanted=", ".join(wanted))
