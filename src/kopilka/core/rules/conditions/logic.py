"""Joining conditions: all of them, any of them, none of them."""

from typing import ClassVar

from kopilka.core.programme.document import Condition
from kopilka.core.programme.fields import Words
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason, effort, reason_kind

UNWANTED = reason_kind("unwanted_condition", ru="действует исключение", en="an exception applies")


class AllOf(Check, frozen=True):
    """Every one of these conditions is met."""

    NAME: ClassVar[str] = "all"
    SHORT: ClassVar[str] = "of"
    TERMS: ClassVar[Words] = {"ru": "{of&}", "en": "{of&}"}
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        for condition in self.of:
            refusal = condition.check(context)  # type: ignore[attr-defined]
            if refusal is not None:
                return refusal  # type: ignore[no-any-return]
        return None


class AnyOf(Check, frozen=True):
    """At least one of these conditions is met. Where none is, the reason shown is the one with the least money missing,
    else the first that the buyer can do something about, else the first.
    """

    NAME: ClassVar[str] = "any"
    SHORT: ClassVar[str] = "of"
    TERMS: ClassVar[Words] = {
        "ru": "{of}",
        "en": "{of}",
    }
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        refusals: list[Reason] = []
        for condition in self.of:
            refusal = condition.check(context)  # type: ignore[attr-defined]
            if refusal is None:
                return None
            refusals.append(refusal)
        return min(refusals, key=effort) if refusals else UNWANTED()


class NoneOf(Check, frozen=True):
    """None of these conditions is met."""

    NAME: ClassVar[str] = "not"
    SHORT: ClassVar[str] = "of"
    TERMS: ClassVar[Words] = {"ru": "кроме: {of}", "en": "except: {of}"}
    of: tuple[Condition, ...]

    def check(self, context: Context) -> Reason | None:
        if any(condition.check(context) is None for condition in self.of):  # type: ignore[attr-defined]
            return UNWANTED()
        return None
