"""What a step must bring against what came out of it: every difference is told with both texts."""

import re
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from kopilka.core.programme.document import PointsKind, Programme
from kopilka.core.rules.reason import REASONS, UNLOCKING, Reason
from kopilka.usecases.situation_counter import Owned, Seen
from kopilka.usecases.situation_steps import Amounts, SituationError, Some, Step
from kopilka.values.errors import BadValueError
from kopilka.values.money import decimal_text, major_text, minor_units, scaled
from kopilka.values.quantity import DIGITS as QUANTITY_DIGITS

NOTHING = "nothing"
APPLIED = "that it applied"
_PLACE = re.compile(r"\{(\w+):(\w+)")
_MISSING = ("missing", "more", "next")
"""How reasons call what must come before they fall away."""


class Unmet(msgspec.Struct, frozen=True):
    """Something came out otherwise: step (from 1), field, both texts."""

    step: int
    field: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.field} should be {self.expected}, is {self.actual}"


class Asked(Protocol):
    """What is asked about the member of a step, where the step expects anything of it."""

    def balances(self) -> Mapping[str, tuple[int, int]]: ...

    def owned(self) -> Owned: ...


class Checks:
    """The expectations of one situation, in its programme's money and points."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._rules = {rule.id for rule in programme.rules}

    def unmet(self, number: int, step: Step, seen: Seen, asked: Asked) -> Iterator[Unmet]:
        """Everything that came out otherwise."""
        for rule in (*step.because, *step.unlock, *step.gifts):
            if rule not in self._rules:
                raise SituationError(f"no rule is called {rule}")
        if step.refused != seen.refused:
            yield Unmet(number, "refused", step.refused or NOTHING, seen.refused or NOTHING)
            return
        for field, expected, actual in self._differences(step, seen):
            yield Unmet(number, field, expected, actual)
        for field, expected, actual in self._possessions(step, asked):
            yield Unmet(number, field, expected, actual)

    def _possessions(self, step: Step, asked: Asked) -> Iterator[tuple[str, str, str]]:
        if step.has or step.free:
            found = asked.balances()
            totals = {kind: total for kind, (total, _) in found.items()}
            spendable = {kind: free for kind, (_, free) in found.items()}
            for field, wanted, units in (("has", step.has, totals), ("free", step.free, spendable)):
                for expected, actual in self._amounts(field, wanted, units):
                    yield field, expected, actual
        if step.coupons or step.perks is not None:
            owned = asked.owned()
            counts = Tally(series for _, series in owned.coupons)
            for series, count in step.coupons.items():
                if series not in self._programme.coupons:
                    raise SituationError(f"no coupons {series}")
                if scaled(count, 0, field="coupons") != counts[series]:
                    yield f"coupons {series}", count, str(counts[series])
            if step.perks is not None and _listed(step.perks) != _listed(owned.perks):
                yield "perks", _listed(step.perks), _listed(owned.perks)

    def _differences(self, step: Step, seen: Seen) -> Iterator[tuple[str, str, str]]:
        for field, minor in (
            ("pays", seen.paid_minor), ("discount", seen.discount_minor),
            ("delivery_pays", seen.delivery_minor), ("refunds", seen.refund_minor),
        ):  # fmt: skip
            yield from self._money(field, getattr(step, field), minor)
        for line, wanted in step.lines.items():
            if line not in seen.lines:
                raise SituationError(f"the receipt has no line {line}")
            yield from self._money(f"lines {line}", wanted, seen.lines[line])
        paying = self._programme.spend_kind()
        for field, actual in (
            ("spends", {paying: seen.spent_units}), ("room", {paying: seen.room_units}), ("earns", seen.earned),
            ("costs", seen.costs), ("back", seen.back), ("taken", seen.taken),
        ):  # fmt: skip
            for expected, shown in self._amounts(field, getattr(step, field), actual):
                yield field, expected, shown
        for field, said in (("limit", seen.room_reason), ("level", seen.level)):
            wanted = getattr(step, field)
            if wanted and wanted != said:
                yield field, wanted, said or NOTHING
        yield from self._reasons(step, seen)
        yield from _gifts(step, seen)

    def _reasons(self, step: Step, seen: Seen) -> Iterator[tuple[str, str, str]]:
        for rule, code in step.because.items():
            reason = seen.skipped.get(rule)
            if reason is None or reason.code != code:
                yield f"because {rule}", code, APPLIED if reason is None else reason.code
        for rule, wanted in step.unlock.items():
            reason = seen.skipped.get(rule)
            shown = APPLIED if reason is None else self._unlocking(reason, wanted)
            if shown != wanted:
                yield f"unlock {rule}", wanted, shown

    def _unlocking(self, reason: Reason, wanted: str) -> str:
        """What a reason says is missing, in the words of the expectation where it is the same."""
        if reason.code not in UNLOCKING:
            return f"not to be unlocked ({reason.code})"
        places = dict(_PLACE.findall(REASONS[reason.code].words["en"]))
        name = next((name for name in _MISSING if name in places), next(iter(places), ""))
        if not name:
            return reason.code
        value = reason.params[name]
        if isinstance(value, str):
            return value
        digits = self._digits(places[name], str(reason.params.get("kind", "")))
        try:
            same = scaled(wanted, digits, field="unlock") == value
        except BadValueError:
            same = False
        return wanted if same else decimal_text(value, digits)

    def _digits(self, kind: str, points: str) -> int:
        match kind:
            case "money":
                return len(major_text(0, self._programme.currency).partition(".")[2])
            case "points":
                return self.points(points or self.kind()).decimals
            case "quantity":
                return QUANTITY_DIGITS
            case _:
                return 0

    def _money(self, field: str, wanted: str, actual: int) -> Iterator[tuple[str, str, str]]:
        currency = self._programme.currency
        if wanted and minor_units(wanted, currency, field=field) != actual:
            yield field, wanted, major_text(actual, currency)

    def _amounts(self, field: str, wanted: Amounts, actual: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        rows = wanted if isinstance(wanted, dict) else {self.kind(): wanted} if wanted else {}
        for kind, amount in rows.items():
            digits = self.points(kind).decimals
            if scaled(amount, digits, field=field) != actual.get(kind, 0):
                yield f"{amount} {kind}", decimal_text(actual.get(kind, 0), digits)

    def kind(self) -> str:
        """The kind meant where none is named: the programme's first."""
        kinds = list(self._programme.points)
        if not kinds:
            raise SituationError("the programme has no points")
        return kinds[0]

    def points(self, kind: str) -> PointsKind:
        """A kind of points that the programme must have."""
        if kind not in self._programme.points:
            raise SituationError(f"no points {kind}")
        return self._programme.points[kind]


def _gifts(step: Step, seen: Seen) -> Iterator[tuple[str, str, str]]:
    """Gifts and messages by name, and what became of the codes."""
    for field, wanted, found in (
        ("gifts", step.gifts, seen.gifts),
        ("messages", step.messages, seen.messages),
    ):
        for name, names in wanted.items():
            expected, actual = _listed(names), _listed(found.get(name, ()))
            if expected != actual:
                yield f"{field} {name}", expected, actual
    for code, wanted_state in step.codes.items() if isinstance(step.codes, dict) else ():
        state = seen.codes.get(code, NOTHING)
        if state != wanted_state:
            yield f"codes {code}", wanted_state, state


def _listed(names: Some) -> str:
    """Names in an order of their own; `nothing` stands for none."""
    several = (names,) if isinstance(names, str) else names
    return ", ".join(sorted(name for name in several if name != NOTHING)) or NOTHING
