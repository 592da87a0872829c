"""Privileges of an order, in the words of RetailCRM: which there are for a buyer, how each is said to the programme,
and which of its rules gives what. Pure.

A guest has none. A member's level is the programme as it is. A personal discount or an event is a choice of its own where
the programme knows a word for it (`choice: discount`); else it is a name for what a rule about this very person, or about
a day of theirs, gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from kopilka.core.programme.document import Condition, PointsKind
from kopilka.core.programme.fields import ByLevel, Flat
from kopilka.core.rules.conditions.choice import ChoiceIs
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.ruleset import Ruleset

NONE, LEVEL, EVENT, PERSONAL = "none", "loyalty_level", "loyalty_event", "personal_discount"
PRIVILEGES = (LEVEL, EVENT, PERSONAL, NONE)
"""The first of those that give the same is called the best."""
WORDS = {
    LEVEL: (LEVEL, "earn"),
    EVENT: (EVENT, "event", "birthday"),
    PERSONAL: (PERSONAL, "personal", "discount"),
}
"""Words of a programme's choice that mean a privilege."""
OF_A_DAY = frozenset({"birthday", "first_purchase"})
OF_A_PERSON = frozenset({"history", "attribute", "tag", "days_since_purchase", "receipt_number"})
"""Conditions that make a rule an event, or personal."""
PERCENT_PLACES = 2


class Told(msgspec.Struct, frozen=True):
    """What one privilege gives for an order."""

    privilege: str
    decision: Decision
    discount_minor: int
    credit_units: int
    room_units: int
    event: str = ""

    def worth(self, kind: PointsKind | None) -> int:
        """Money and points together, in hundredths of a minor unit."""
        points = 0 if kind is None else self.credit_units * kind.worth * 100 // kind.scale
        return self.discount_minor * 100 + points


def choice_of(privilege: str, rules: Ruleset) -> str:
    """The word that says a privilege to the programme; empty where it knows none."""
    known = _choices(rules)
    return next((word for word in WORDS.get(privilege, ()) if word in known), "")


def chosen(rules: Ruleset) -> list[str]:
    """Privileges beside the level that the programme lets a member choose."""
    return [name for name in (EVENT, PERSONAL) if choice_of(name, rules)]


def given(rules: Ruleset, decision: Decision) -> list[str]:
    """Privileges beside the level that a Decision has by itself."""
    named = {row.rule for row in decision.taken} | {row.rule for row in decision.earned}
    kinds = {privilege_of(rule, rules) for rule in named}
    return [name for name in (EVENT, PERSONAL) if name in kinds]


def told(privilege: str, decision: Decision, rules: Ruleset) -> Told:
    """What a Decision gives, as one privilege."""
    kind = main_kind(rules)
    credit = sum([row.units for row in decision.earned if row.kind == kind])
    return Told(
        privilege, decision, decision.discount_minor, credit,
        decision.room.units if decision.room.kind == kind else 0, event_of(rules, decision),
    )  # fmt: skip


def best(rows: Sequence[Told], rules: Ruleset) -> Told:
    """The one that gives most."""
    kind = rules.programme.points.get(main_kind(rules))
    return max(sorted(rows, key=lambda row: PRIVILEGES.index(row.privilege)), key=lambda row: row.worth(kind))


def main_kind(rules: Ruleset) -> str:
    """The kind of points that are bonuses: what pays, else the first."""
    return rules.spend_kind or rules.first_kind


def privilege_of(rule: str, rules: Ruleset) -> str:
    """Whose privilege a rule is: of a day, of a person, else of the level."""
    found = rules.rules.get(rule)
    if found is None:
        return LEVEL
    names: set[str] = set()
    words: set[str] = set()
    for condition in _all(found.when):
        names.add(getattr(condition, "NAME", ""))
        if isinstance(condition, ChoiceIs):
            words.update(condition.any_of)
    if names & OF_A_DAY or words & set(WORDS[EVENT]):
        return EVENT
    return PERSONAL if names & OF_A_PERSON or words & set(WORDS[PERSONAL]) else LEVEL


def event_of(rules: Ruleset, decision: Decision) -> str:
    """The rule that gives something for a day of the member's; empty where none does."""
    named = [row.rule for row in decision.taken] + [row.rule for row in decision.earned]
    return next((rule for rule in named if privilege_of(rule, rules) == EVENT), "")


def personal_percent(rules: Ruleset, decision: Decision) -> Decimal:
    """The percent of the personal discount that a Decision has, where it is one number."""
    found = Decimal(0)
    for row in decision.taken:
        rule = rules.rules.get(row.rule)
        if rule is not None and privilege_of(row.rule, rules) == PERSONAL:
            for effect in rule.effects:
                if isinstance(effect, Discount):
                    found = max(found, _percent(effect, decision.level))
    return found


def _percent(effect: Discount, level: str) -> Decimal:
    match effect.percent:
        case Flat(value=value):
            return Decimal(value).scaleb(-PERCENT_PLACES)
        case ByLevel(values=values):
            return Decimal(values.get(level, 0)).scaleb(-PERCENT_PLACES)
        case _:
            return Decimal(0)


def _choices(rules: Ruleset) -> frozenset[str]:
    return frozenset(
        word
        for rule in rules.programme.rules
        for condition in _all(rule.when)
        if isinstance(condition, ChoiceIs)
        for word in condition.any_of
    )


def _all(conditions: Sequence[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        yield condition
        inner = getattr(condition, "of", ())
        if isinstance(inner, tuple) and getattr(condition, "NAME", "") in {"all", "any"}:
            yield from _all(inner)


__all__ = ["Mapping", "Told", "best", "choice_of", "chosen", "given", "told"]
