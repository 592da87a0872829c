"""What stood at each point of a decided receipt, worked out backwards from the stored Decision."""

from collections.abc import Mapping, Sequence

from kopilka.core.programme.document import Effect, Lane
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.receipt import Line, Receipt, Shop
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Decision, Earned, Taken
from kopilka.core.rules.effects.price import Price
from kopilka.core.rules.explain.words import RATE_LEVEL, RATE_SPENT, RATE_TOTAL
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Candidate, Ruleset

NO_TITLES: Mapping[str, str] = {}
BY_TILL = "by_till"


class Rate:
    """A number that a scale may have given, and why that one."""

    __slots__ = ("reason", "value")

    def __init__(self, value: int, reason: Reason | None = None) -> None:
        self.value = value
        self.reason = reason


class Ground:
    """A receipt, its Decision and its programme version, with prices before every step. `titles` names goods that
    the receipt does not name itself.
    """

    def __init__(
        self, rules: Ruleset, receipt: Receipt, decision: Decision, shop: Shop | None = None,
        titles: Mapping[str, str] = NO_TITLES,
    ) -> None:  # fmt: skip
        self.rules = rules
        self.receipt = receipt
        self.decision = decision
        self.titles = titles
        programme = rules.programme
        place = shop or Shop(receipt.shop, programme.zone, programme.programme)
        self.context = Context(receipt, place, None, rules.filters)
        law = rules.law(self.context.day)
        self.context.under(law.classes, law.least)
        self.lines: Sequence[Line] = self.context.lines
        self.goods = range(len(receipt.lines))
        self.before = self._before()

    def class_named(self, i: int) -> str:
        """The class of line i; what the till keeps out of something without any class has one of its own."""
        line = self.lines[i]
        return line.product_class or (BY_TILL if line.barred else "")

    def _before(self) -> list[list[int]]:
        """Prices before each thing taken, and after the last."""
        left = list(self.decision.left)
        found = [left]
        for taken in reversed(self.decision.taken):
            left = [price + part for price, part in zip(left, taken.parts, strict=True)]
            found.append(left)
        return found[::-1]

    def lane_start(self, place: int) -> list[int]:
        """Prices at the beginning of the lane in which thing number `place` was taken."""
        taken = self.decision.taken
        first = place
        while first and taken[first - 1].lane == taken[place].lane:
            first -= 1
        return self.before[first]

    def closed(self, place: int) -> set[int]:
        """Lines that a price had closed before thing number `place` was taken."""
        found: set[int] = set()
        for number, taken in enumerate(self.decision.taken[:place]):
            candidate = self.taker(number)
            if candidate is not None and isinstance(candidate.effect, Price) and candidate.effect.closes:
                found.update(i for i, part in enumerate(taken.parts) if part)
        return found

    def taker(self, place: int) -> Candidate | None:
        """What took thing number `place`; None where that cannot be told from its neighbours."""
        taken = self.decision.taken
        same = [i for i, row in enumerate(taken) if (row.rule, row.lane) == self._key(taken[place])]
        candidates = [c for c in self.rules.lanes[Lane(taken[place].lane)] if c.id == taken[place].rule]
        if len(candidates) == 1:
            return candidates[0]
        return candidates[same.index(place)] if len(candidates) == len(same) else None

    @staticmethod
    def _key(row: Taken) -> tuple[str, str]:
        return row.rule, row.lane

    def earner(self, earned: Earned) -> Candidate | None:
        """What gave points; None where that cannot be told from its neighbours."""
        rows = [row for row in self.decision.earned if (row.rule, row.kind) == (earned.rule, earned.kind)]
        candidates = [
            candidate
            for candidate in self.rules.lanes[Lane.EARNING]
            if candidate.id == earned.rule and self._gives(candidate.effect, earned.kind)
        ]
        if len(candidates) == 1:
            return candidates[0]
        place = next(i for i, row in enumerate(rows) if row is earned)
        return candidates[place] if len(candidates) == len(rows) else None

    def _gives(self, effect: Effect, kind: str) -> bool:
        named = getattr(effect, "kind", "")
        if not named and getattr(effect, "ON_TOP", False):
            return True
        return (named or self.rules.first_kind) == kind

    def scope(self, candidate: Candidate, place: int) -> list[int]:
        """The goods that a discount could work on."""
        closed = self.closed(place)
        lines = [i for i in self.context.discountable if i not in closed]
        return list(self.context.among(lines, candidate.bit))

    def rates(self, scale: Scale, prices: Sequence[int], bit: int) -> list[Rate]:
        """The numbers that a scale may have given where goods cost so much: one, or each step of what was spent
        before, which is not stored.
        """
        match scale:
            case Flat(value=value):
                return [Rate(value)]
            case ByLevel(values=values):
                level = self.decision.level
                return [Rate(values.get(level, 0), RATE_LEVEL(level=level) if level else None)]
            case ByTotal(steps=steps):
                total = self.total(prices, bit)
                reached = [step for step in steps if total >= step[0]]
                if not reached:
                    return [Rate(0)]
                start, value = reached[-1]
                return [Rate(value, RATE_TOTAL(start=start, total=total))]
            case BySpent(steps=steps):
                return [Rate(value, RATE_SPENT(start=start)) for start, value in steps]

    def total(self, prices: Sequence[int], bit: int = 0) -> int:
        """What goods that count cost at some prices."""
        scope = self.context.among(self.goods, bit)
        return max(0, sum([prices[i] for i in scope if self.context.class_of(i).count]))

    def name(self, i: int) -> str:
        """What line i is called."""
        line = self.lines[i]
        return line.title or self.titles.get(line.sku, "") or line.sku or line.id

    def names(self, places: Sequence[int]) -> str:
        """What several lines are called, each name once."""
        return ", ".join(dict.fromkeys(self.name(i) for i in places))
