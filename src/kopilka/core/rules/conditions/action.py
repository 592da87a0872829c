"""What is being rewarded where that is no purchase."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_ACTION = reason_kind(
    "other_action", ru="за другие действия: {wanted:text}", en="for other actions: {wanted:text}"
)


class ActionIs(Check, frozen=True):
    """The member did one of these: a review, a survey, a subscription. For rules with `on: action`; a purchase is no
    action.
    """

    NAME: ClassVar[str] = "action"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "за действие {any_of}",
        "en": "for {any_of}",
    }
    any_of: Names

    def check(self, context: Context) -> Reason | None:
        return None if context.action and context.action in self.any_of else _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_ACTION(wanted=", ".join(wanted))
