"""A programme version compiled once: rules by lane with their checks, matchers and scopes ready."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from kopilka.core.programme.classes import class_rules
from kopilka.core.programme.document import (
    ClassRule,
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
from kopilka.core.rules.goods import Matcher, matcher
from kopilka.core.rules.reason import Reason, reason_kind

PAUSED = reason_kind("paused", ru="правило приостановлено", en="the rule is paused")
CODES_MAX = 10_000

ContextCheck = Callable[[Context], Reason | None]


class Candidate:
    """One effect of one rule in its lane."""

    __slots__ = ("checks", "effect", "goods", "initial", "on", "rule", "sort_key")

    def __init__(self, rule: Rule, effect: Offer | Earn, settings: LaneSettings) -> None:
        self.rule = rule
        self.effect = effect
        self.checks: tuple[ContextCheck, ...] = tuple(c.check for c in rule.when if isinstance(c, Check))
        self.goods: Matcher | None = None if rule.goods is None else matcher(rule.goods)
        self.initial = (rule.percent_on or settings.percent_on) is PercentOn.INITIAL
        self.on = rule.on
        self.sort_key = (-rule.priority, rule.id)

    def refusal(self, context: Context) -> Reason | None:
        """Why the rule's conditions are not met here; None where they are."""
        if self.rule.paused:
            return PAUSED()
        for check in self.checks:
            reason = check(context)
            if reason is not None:
                return reason
        return None


class Ruleset:
    """Everything that evaluating a version needs, prepared."""

    def __init__(self, programme: Programme, version: int = 1) -> None:
        self.programme = programme
        self.version = version
        self.lanes: dict[Lane, list[Candidate]] = {lane: [] for lane in Lane}
        self.welcome: list[Candidate] = []
        for rule in programme.rules:
            for effect in rule.effects:
                if isinstance(effect, Offer | Earn):
                    candidate = Candidate(rule, effect, programme.lanes.of(effect.LANE))
                    home = self.lanes[effect.LANE] if rule.on is Trigger.RECEIPT else self.welcome
                    home.append(candidate)
        for candidates in self.lanes.values():
            candidates.sort(key=lambda candidate: candidate.sort_key)
        self._classes: dict[date, dict[str, ClassRule]] = {}

    def classes(self, day: date) -> dict[str, ClassRule]:
        """Class rules of a day, remembered."""
        found = self._classes.get(day)
        if found is None:
            if len(self._classes) > CODES_MAX:
                self._classes.clear()
            found = self._classes[day] = class_rules(self.programme, day)
        return found

    @cached_property
    def capped_members(self) -> dict[str, Rule]:
        """Rules with a cap per member."""
        return {rule.id: rule for rule in self.programme.rules if rule.caps.member is not None}

    @cached_property
    def budgeted(self) -> dict[str, Rule]:
        """Rules with a budget for everybody together."""
        return {rule.id: rule for rule in self.programme.rules if rule.caps.budget is not None}
