"""What every condition offers: `check` says nothing where it is met, else the reason why not."""

from datetime import date
from typing import ClassVar

from kopilka.core.programme.document import Condition, Lane
from kopilka.core.rules.context import Context
from kopilka.core.rules.needs import NOTHING, Needs
from kopilka.core.rules.reason import Reason


class Check(Condition, frozen=True):
    """A condition that can be checked. `NAME` is its key under `when`; `SHORT` the field of its short form. `LANE` is
    set where a rule with this condition takes its discounts in another lane.
    """

    NAME: ClassVar[str]
    SHORT: ClassVar[str] = ""
    LANE: ClassVar[Lane | None] = None

    def check(self, context: Context) -> Reason | None:
        """None where met."""
        raise AssertionError(context)

    def needs(self) -> Needs:
        """What of the member must be loaded for it."""
        return NOTHING

    def gate(self) -> tuple[str, tuple[str, ...]] | None:
        """A fact of the receipt, one of whose values must be there for the condition to be met: see `Context.facts`.
        Rules with a gate are not even looked at without it.
        """
        return None

    def live(self, day: date) -> bool:
        """Whether the condition can be met at all on a day of the shop."""
        del day
        return True

    def otherwise(self) -> Reason:
        """The reason where the gate is shut or the day is wrong."""
        raise AssertionError(self)
