"""A programme version compiled once: rules by lane with their checks, filters and scopes ready."""

from collections.abc import Callable
from datetime import date

import msgspec

from kopilka.core.programme.classes import class_rules
from kopilka.core.programme.document import (
    ClassRule,
    Goods,
    Lane,
    LaneSettings,
    PercentOn,
    Programme,
    Rule,
    Trigger,
)
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.effect import Offer
from kopilka.core.rules.effects.earn import Earn
from kopilka.core.rules.goods import Filters
from kopilka.core.rules.reason import Reason, reason_kind

PAUSED = reason_kind("paused", ru="правило приостановлено", en="the rule is paused")
DAYS_MAX = 4_000

ContextCheck = Callable[[Context], Reason | None]


class Candidate:
    """One effect of one rule in its lane."""

    __slots__ = ("bit", "capped", "checks", "days", "effect", "id", "initial", "rule", "sort_key")

    def __init__(self, rule: Rule, effect: Offer | Earn, settings: LaneSettings, bit: int) -> None:
        self.rule = rule
        self.id = rule.id
        self.effect = effect
        checks: list[ContextCheck] = [c.check for c in rule.when if isinstance(c, Check)]
        self.checks: tuple[ContextCheck, ...] = (_paused,) if rule.paused else tuple(checks)
        self.bit = bit
        self.capped = (
            rule.caps.receipt is not None or rule.caps.member is not None or rule.caps.budget is not None
        )
        self.initial = (rule.percent_on or settings.percent_on) is PercentOn.INITIAL
        self.sort_key = (-rule.priority, rule.id)
        self.days: tuple[date, date, date | None] | None = None

    def refusal(self, context: Context) -> Reason | None:
        """Why the rule's conditions are not met here; None where they are."""
        for check in self.checks:
            reason = check(context)
            if reason is not None:
                return reason
        return None


def _paused(_: Context) -> Reason:
    return PAUSED()


def _register(filters: Filters, condition: object) -> None:
    """Give every goods filter inside a condition its bit before the first receipt comes."""
    if isinstance(condition, Goods):
        filters.bit(condition)
    elif isinstance(condition, tuple):
        for part in condition:
            _register(filters, part)
    elif isinstance(condition, msgspec.Struct):
        for name in condition.__struct_fields__:
            _register(filters, getattr(condition, name))


class Ruleset:
    """Everything that evaluating a version needs, prepared."""

    def __init__(self, programme: Programme, version: int = 1) -> None:
        self.programme = programme
        self.version = version
        self.filters = Filters()
        self.lanes: dict[Lane, list[Candidate]] = {lane: [] for lane in Lane}
        self.welcome: list[Candidate] = []
        for rule in programme.rules:
            bit = self.filters.bit(rule.goods)
            for condition in rule.when:
                _register(self.filters, condition)
            for effect in rule.effects:
                if isinstance(effect, Offer | Earn):
                    candidate = Candidate(rule, effect, programme.lanes.of(effect.LANE), bit)
                    home = self.lanes[effect.LANE] if rule.on is Trigger.RECEIPT else self.welcome
                    home.append(candidate)
        for candidates in self.lanes.values():
            candidates.sort(key=lambda candidate: candidate.sort_key)
        self.spend_kind = programme.spend_kind()
        self.spend_bit = 0 if programme.spend is None else self.filters.bit(programme.spend.goods)
        self.first_kind = next(iter(programme.points), "")
        self.capped_members = {rule.id: rule for rule in programme.rules if rule.caps.member is not None}
        self.budgeted = {rule.id: rule for rule in programme.rules if rule.caps.budget is not None}
        self.capped = self.capped_members | self.budgeted
        self._classes: dict[date, dict[str, ClassRule]] = {}

    def classes(self, day: date) -> dict[str, ClassRule]:
        """Class rules of a day, remembered."""
        found = self._classes.get(day)
        if found is None:
            if len(self._classes) > DAYS_MAX:
                self._classes.clear()
            found = self._classes[day] = class_rules(self.programme, day)
        return found
