"""Joining conditions: all of them, any of them, none of them."""

from typing import ClassVar

from kopilka.core.programme.document import Condition
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, reason_kind

UNWANTED = reason_kind("unwanted_condition", ru="действует исключение", en="an exception applies")


class AllOf(Check, frozen=True):
    """Every one of these conditions is met."""

    NAME: ClassVar[str] = "all"
    SHORT: ClassVar[str] = "of"
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        for condition in self.of:
            refusal = condition.check(context)  # type: ignore[attr-defined]
            if refusal is not None:
                return refusal  # type: ignore[no-any-return]
        return None


class AnyOf(Check, frozen=True):
    """At least one of these conditions is met; the reason shown is the first one's."""

    NAME: ClassVar[str] = "any"
    SHORT: ClassVar[str] = "of"
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        refusals = []
        for condition in self.of:
            refusal = condition.check(context)  # type: ignore[attr-defined]
            if refusal is None:
                return None
            refusals.append(refusal)
        return refusals[0] if refusals else UNWANTED()


class NoneOf(Check, frozen=True):
    """None of these conditions is met."""

    NAME: ClassVar[str] = "not"
    SHORT: ClassVar[str] = "of"
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        if any(condition.check(context) is None for condition in self.of):  # type: ignore[attr-defined]
            return UNWANTED()
        return None
