"""A privilege that is no money."""

from collections.abc import Sequence
from typing import ClassVar

from kopilka.core.programme.fields import PerkId, Span, Words
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Privilege
from kopilka.core.rules.effect import Give, Given
from kopilka.core.rules.reason import Reason


class GrantPerk(Give, frozen=True, rename={"lasting": "for"}):
    """Gives the member a perk of the programme: early access, a consultant, an invitation. With `for` it is kept so
    long, its last day included, and won anew by every receipt that meets the rule; without, the member has it only
    while the rule's conditions are met. Guests get none.
    """

    NAME: ClassVar[str] = "perk"
    SHORT: ClassVar[str] = "of"
    TERMS: ClassVar[Words] = {
        "ru": "привилегия «{of}»[ на {for}]",
        "en": "a perk: {of}[ for {for}]",
    }
    of: PerkId
    lasting: Span | None = None

    def give(self, context: Context, rule: str, number: int) -> Sequence[Given] | Reason:
        del number
        if context.member is None:
            return MEMBERS_ONLY()
        if self.lasting is None:
            return (Privilege(rule, self.of),)
        return (Privilege(rule, self.of, self.lasting.after(context.day), kept=True),)
