"""The channel of the sale."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_CHANNEL = reason_kind(
    "other_channel",
    ru="только {wanted:channels}",
    en="only {wanted:channels}",
    unlocks=True,
)


class ChannelIs(Check, frozen=True):
    """The sale comes through one of these channels: store, site, app or phone."""

    NAME: ClassVar[str] = "channel"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {"ru": "покупка {any_of:channels}", "en": "bought {any_of:channels}"}
    any_of: Names

    def check(self, context: Context) -> Reason | None:
        if context.receipt.channel in self.any_of:
            return None
        return _only(self.any_of)

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        return ("channel", self.any_of)

    def otherwise(self) -> Reason:
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_CHANNEL(wanted=", ".join(wanted))
