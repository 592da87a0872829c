"""Whether the buyer is known."""

from typing import ClassVar

from kopilka.core.programme.fields import Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

MEMBERS_ONLY = reason_kind(
    "members_only",
    ru="только для участников: назовите карту или телефон",
    en="members only: show a card or tell the phone number",
    unlocks=True,
)
GUESTS_ONLY = reason_kind("guests_only", ru="только для гостей", en="guests only")


class IsMember(Check, frozen=True):
    """The buyer is a member (`yes`) or an unknown guest (`no`)."""

    NAME: ClassVar[str] = "member"
    SHORT: ClassVar[str] = "known"
    TERMS: ClassVar[Words] = {
        "ru": "{known?для участников программы|для гостей без карты}",
        "en": "{known?for members|for guests without a card}",
    }
    known: bool = True

    def check(self, context: Context) -> Reason | None:
        if (context.member is not None) is self.known:
            return None
        return MEMBERS_ONLY() if self.known else GUESTS_ONLY()
