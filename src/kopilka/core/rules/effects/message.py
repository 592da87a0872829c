"""Words to the cashier, on the slip, to the customer."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from kopilka.core.programme.fields import Words
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Message
from kopilka.core.rules.effect import Give, Given
from kopilka.core.rules.reason import Reason


class Tell(Give, frozen=True):
    """Says something where the rule applies: to the `cashier` on the till's screen, on the `slip`, or to the
    `customer`. A text may be given in several languages. Beside another effect it is said only where that gave
    something.
    """

    NAME: ClassVar[str] = "message"
    TERMS: ClassVar[Words] = {
        "ru": "[{cashier}][{slip}][{customer}]",
        "en": "[{cashier}][{slip}][{customer}]",
    }
    PROMISES: ClassVar[bool] = False
    SOME_OF: ClassVar[tuple[str, ...]] = ("cashier", "slip", "customer")
    cashier: Words = msgspec.field(default_factory=dict)
    slip: Words = msgspec.field(default_factory=dict)
    customer: Words = msgspec.field(default_factory=dict)

    def give(self, context: Context, rule: str, number: int) -> Sequence[Given] | Reason:
        del context
        return [Message(rule, to, number) for to in self.SOME_OF if getattr(self, to)]
