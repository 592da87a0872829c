"""What every condition offers: `check` says nothing where it is met, else the reason why not."""

from typing import ClassVar

from kopilka.core.programme.document import Condition
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason


class Check(Condition, frozen=True):
    """A condition that can be checked. `NAME` is its key under `when`; `SHORT` the field of its short form."""

    NAME: ClassVar[str]
    SHORT: ClassVar[str] = ""

    def check(self, context: Context) -> Reason | None:
        """None where met."""
        raise AssertionError(context)
