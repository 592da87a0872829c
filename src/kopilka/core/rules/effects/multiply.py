"""Points of other rules, multiplied."""

from typing import ClassVar

from kopilka.core.programme.document import Effect, Lane
from kopilka.core.programme.fields import KindId, Names, Thousandths, Words
from kopilka.values.quantity import ONE
from kopilka.values.rounding import Rounding, divide


class Multiply(Effect, frozen=True):
    """Multiplies the points that other rules give for the goods of this one: `times: 2` doubles them, `1.5` adds a
    half; `of` names the rules that it means, all where left out, `kind` the points. Several of these add up and never
    multiply each other; of those that are rivals the one that gives most applies. The limits of this rule hold for
    what it adds. Points that should simply come on top are an `earn` of their own.
    """

    NAME: ClassVar[str] = "multiply"
    SHORT: ClassVar[str] = "times"
    LANE: ClassVar[Lane] = Lane.EARNING
    TERMS: ClassVar[Words] = {
        "ru": "баллы за эти товары × {times}[ по правилам: {of:rules}]",
        "en": "points × {times} for these goods[ by the rules: {of:rules}]",
    }
    ON_TOP: ClassVar[bool] = True
    times: Thousandths
    kind: KindId = ""
    of: Names = ()

    def means(self, rule: str, own: str) -> bool:
        """Whether what a rule gives is multiplied by a rule of the id `own`."""
        return rule != own and (not self.of or rule in self.of)

    def added(self, units: int, rounding: Rounding) -> int:
        """What is added to so many units."""
        return divide(units * max(0, self.times - ONE), ONE, rounding)
