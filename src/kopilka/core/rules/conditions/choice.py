"""What the member has chosen for this purchase."""

from functools import lru_cache
from typing import ClassVar

from kopilka.core.programme.fields import Names, Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

OTHER_CHOICE = reason_kind(
    "other_choice",
    ru="если участник выберет: {wanted:text}",
    en="if the member chooses: {wanted:text}",
    unlocks=True,
)


class ChoiceIs(Check, frozen=True):
    """The member's choice for this purchase, stored with the receipt, is one of these: `earn`, `discount`, or words of
    your own. `unset` means a purchase for which nothing was chosen, too.
    """

    NAME: ClassVar[str] = "choice"
    SHORT: ClassVar[str] = "any_of"
    TERMS: ClassVar[Words] = {
        "ru": "ваш выбор — {any_of:choices}{unset? или ничего не выбрано|}",
        "en": "your choice: {any_of:choices}{unset? or nothing chosen|}",
    }
    any_of: Names
    unset: bool = False

    def check(self, context: Context) -> Reason | None:
        choice = context.receipt.choice
        if choice in self.any_of or (self.unset and not choice):
            return None
        return _only(self.any_of)


@lru_cache(maxsize=4096)
def _only(wanted: tuple[str, ...]) -> Reason:
    return OTHER_CHOICE(wanted=", ".join(wanted))
