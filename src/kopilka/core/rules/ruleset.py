"""A programme version compiled once: rules by lane with their checks, filters and scopes ready, and found by what
can make them apply, so that a receipt meets only the few that matter.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import msgspec

from kopilka.core.programme.classes import Law, law_of
from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import (
    Budget,
    Caps,
    CouponSeries,
    Goods,
    Lane,
    LaneSettings,
    MemberCap,
    PercentOn,
    PeriodName,
    Programme,
    Rule,
    Trigger,
)
from kopilka.core.programme.rule_checks import lane_in, together
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Decision, Skipped
from kopilka.core.rules.effect import Give, Offer
from kopilka.core.rules.effects.earn import HUNDREDTHS, Earn
from kopilka.core.rules.effects.multiply import Multiply
from kopilka.core.rules.goods import Filters
from kopilka.core.rules.needs import needs_of
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.values.period import local_day

PAUSED = reason_kind("paused", ru="правило приостановлено", en="the rule is paused")
NOTHING_TO_TAKE = reason_kind(
    "nothing_to_take", ru="нет товаров, на которые оно действует", en="no goods that it works on"
)
NOTHING_EARNED = reason_kind("nothing_earned", ru="не за что начислить", en="nothing to earn on")
COSTS_MORE = reason_kind(
    "costs_more",
    ru="не хватает баллов: ещё {missing:points}",
    en="not enough points: {missing:points} more",
    unlocks=True,
)
DAYS_MAX = 4_000
COUPON_CAP, GIFT_CAP = "coupon:", "gift:"
"""How the caps of a series of coupons and the stock of a gift are called among those of rules."""

ContextCheck = Callable[[Context], Reason | None]


class Cost(msgspec.Struct, frozen=True, gc=False):
    """What applying a rule costs, in smallest units of a kind."""

    kind: str
    units: int


class Candidate:
    """One effect of one rule in its lane. `number` is the effect's place in its rule, `place` the candidate's in its
    lane, `gate` what must be there for it to be looked at.
    """

    __slots__ = (
        "bit", "capped", "checks", "choose", "cost", "days", "effect", "gate", "gate_bit", "id", "initial", "lane", "limited", "live", "number", "place",
        "rule", "scoped", "shut", "sort_key",
    )  # fmt: skip

    def __init__(self, programme: Programme, rule: Rule, number: int, bit: int) -> None:
        effect = rule.effects[number]
        if not isinstance(effect, Offer | Earn | Multiply | Give):
            raise TypeError(effect)
        self.rule = rule
        self.id = rule.id
        self.effect = effect
        self.number = number
        self.place = 0
        self.lane = lane_in(rule, effect) or Lane.GIFTS
        self.bit = self.gate_bit = bit
        conditions = [condition for condition in rule.when if isinstance(condition, Check)]
        checks: list[ContextCheck] = [condition.check for condition in conditions]
        self.cost = _cost(programme, rule)
        if self.cost is not None:
            checks.append(self.affordable)
        self.checks: tuple[ContextCheck, ...] = tuple(checks)
        caps = rule.caps
        self.capped = caps.receipt is not None or caps.member is not None or caps.budget is not None
        settings: LaneSettings = programme.lanes.of(self.lane)
        self.initial = (rule.percent_on or settings.percent_on) is PercentOn.INITIAL
        self.choose = settings.choose
        self.limited = self.capped or caps.line is not None
        self.scoped = isinstance(effect, Offer) and type(effect).scope is not Offer.scope
        self.sort_key = (-rule.priority, rule.id, number)
        self.days: tuple[date, date, date | None] | None = None
        self.live = [condition for condition in conditions if type(condition).live is not Check.live]
        self.gate, self.shut = self._gate(conditions)

    def _gate(self, conditions: Sequence[Check]) -> tuple[tuple[str, tuple[str, ...]] | None, Reason]:
        """The fact without which the rule is not looked at, and the reason that is told then."""
        nothing = NOTHING_EARNED() if self.lane is Lane.EARNING else NOTHING_TO_TAKE()
        if self.bit and self.lane is not Lane.GIFTS:
            return None, nothing  # found by its goods: whatever else is missing, there are none
        for condition in conditions:
            gate = condition.gate()
            if gate is not None:
                return gate, condition.otherwise()
        return None, nothing

    def affordable(self, context: Context) -> Reason | None:
        """Why the member cannot pay the rule's cost; None where they can or have."""
        cost = self.cost
        if cost is None or self.id in context.charged:
            return None
        missing = cost.units - context.funds.get(cost.kind, 0)
        return COSTS_MORE(missing=missing, kind=cost.kind) if missing > 0 else None

    def charge(self, context: Context) -> None:
        """Take the rule's cost once, now that it applies."""
        cost = self.cost
        if cost is not None and self.id not in context.charged:
            context.charged[self.id] = (cost.kind, cost.units)
            context.funds[cost.kind] -= cost.units

    def asleep(self, day: date) -> Reason | None:
        """Why the rule cannot apply on a day at all."""
        for condition in self.live:
            if not condition.live(day):
                return condition.otherwise()
        return None

    def refusal(self, context: Context) -> Reason | None:
        """Why the rule's conditions are not met here; None where they are."""
        for check in self.checks:
            reason = check(context)
            if reason is not None:
                return reason
        return None


def _cost(programme: Programme, rule: Rule) -> Cost | None:
    if rule.cost is None:
        return None
    id_ = rule.cost.kind or next(iter(programme.points), "")
    kind = programme.points.get(id_)
    return Cost(id_, rule.cost.points * (1 if kind is None else kind.scale) // HUNDREDTHS)


Opened = tuple[tuple[Candidate, ...], ...]
"""The candidates that may apply, lane by lane in the order of `LANES`."""
LANES = tuple(Lane)
OPENED_MAX = 4_096


class Index:
    """The candidates of a day by their gates: those without one, by goods filter, by fact. What a set of facts opens is
    remembered, for receipts are much alike in them.
    """

    __slots__ = ("_always", "_by_bit", "_by_fact", "_facts", "_gates", "_opened")

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._always: list[Candidate] = []
        self._by_bit: dict[int, list[Candidate]] = {}
        self._by_fact: dict[tuple[str, str], list[Candidate]] = {}
        self._gates = 0
        for candidate in candidates:
            if candidate.gate_bit and candidate.lane is not Lane.GIFTS:
                self._by_bit.setdefault(candidate.gate_bit, []).append(candidate)
                self._gates |= candidate.gate_bit
            elif candidate.gate is not None:
                kind, values = candidate.gate
                for value in values:
                    self._by_fact.setdefault((kind, value), []).append(candidate)
            else:
                self._always.append(candidate)
        self._facts = frozenset(kind for kind, _ in self._by_fact)
        self._opened: dict[object, Opened] = {}

    def open(self, context: Context) -> Opened:
        """The candidates that may apply to a receipt."""
        bits = context.seen & self._gates if self._gates else 0
        facts = context.facts(self._facts) if self._facts else ()
        found = self._opened.get((bits, facts))
        if found is None:
            if len(self._opened) > OPENED_MAX:
                self._opened.clear()
            found = self._opened[bits, facts] = self._open(bits, facts)
        return found

    def _open(self, bits: int, facts: Iterable[tuple[str, str]]) -> Opened:
        some = list(self._always)
        for fact in facts:
            some += self._by_fact.get(fact, ())
        while bits:
            bit = bits & -bits
            some += self._by_bit[bit]
            bits ^= bit
        rows: dict[Lane, dict[int, Candidate]] = {lane: {} for lane in LANES}
        for candidate in some:
            rows[candidate.lane][candidate.place] = candidate
        return tuple(tuple(rows[lane][place] for place in sorted(rows[lane])) for lane in LANES)


def _register(filters: Filters, part: object) -> None:
    """Give every goods filter inside a condition or effect its bit before the first receipt comes."""
    if isinstance(part, Goods):
        filters.bit(part)
    elif isinstance(part, tuple):
        for inner in part:
            _register(filters, inner)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            _register(filters, getattr(part, name))


class Ruleset:
    """Everything that evaluating a version needs, prepared."""

    def __init__(self, programme: Programme, version: int = 1) -> None:
        self.programme = programme
        self.version = version
        self.filters = Filters()
        self.lanes: dict[Lane, list[Candidate]] = {lane: [] for lane in Lane}
        self.other: dict[Trigger, list[Candidate]] = {trigger: [] for trigger in Trigger}
        for rule in programme.rules:
            self._add(rule)
        for candidates in self.lanes.values():
            candidates.sort(key=lambda candidate: candidate.sort_key)
            for place, candidate in enumerate(candidates):
                candidate.place = place
        spend = programme.spend
        self.spend_kind = programme.spend_kind()
        self.spend_bit = 0 if spend is None else self.filters.bit(spend.goods)
        self.spend_checks = [c.check for c in (() if spend is None else spend.when) if isinstance(c, Check)]
        for check in () if spend is None else spend.when:
            _register(self.filters, check)
        self.first_kind = next(iter(programme.points), "")
        self.costs = {c.cost.kind for row in self.lanes.values() for c in row if c.cost is not None}
        self.rules = {rule.id: rule for rule in programme.rules}
        earning = [candidate.id for candidate in self.lanes[Lane.EARNING]]
        self.earns_twice = len(set(earning)) < len(earning)
        self.auto_coupons = any(row.auto for row in programme.coupons.values())
        self.needs = needs_of(programme)
        self.gift_skus = _gift_skus(self.lanes[Lane.GIFTS])
        self.public: dict[str, tuple[str, CouponSeries]] = {
            normalised(row.code): (series, row) for series, row in programme.coupons.items() if row.code
        }
        self.coupon_rules = {rule.id: series for rule in programme.rules if (series := _series(rule))}
        self.capped = _capped(programme)
        self.capped_members = {id_ for id_, caps in self.capped.items() if caps.member is not None}
        self.budgeted = {id_ for id_, caps in self.capped.items() if caps.budget is not None}
        self._days: dict[date, Index] = {}
        self._laws: dict[date, Law] = {}
        self._sleeps = any(candidate.live for row in self.lanes.values() for candidate in row)
        self._awake = self._indexed(None)

    def _add(self, rule: Rule) -> None:
        bit = self.filters.bit(rule.goods)
        _register(self.filters, rule.when)
        _register(self.filters, rule.effects)
        if rule.paused:
            return
        for number in range(len(rule.effects)):
            candidate = Candidate(self.programme, rule, number, bit)
            effect = candidate.effect
            only = effect.only() if isinstance(effect, Offer) and not bit else None
            if only is not None:
                candidate.gate_bit, candidate.shut = self.filters.bit(only), NOTHING_TO_TAKE()
            home = self.lanes[candidate.lane] if rule.on is Trigger.RECEIPT else self.other[rule.on]
            home.append(candidate)

    def law(self, day: date) -> Law:
        """Class rules and least prices of a day, remembered."""
        found = self._laws.get(day)
        if found is None:
            if len(self._laws) > DAYS_MAX:
                self._laws.clear()
            found = self._laws[day] = law_of(self.programme, day)
        return found

    def open(self, context: Context) -> Opened:
        """The candidates that may apply to a receipt, lane by lane."""
        if not self._sleeps:
            return self._awake.open(context)
        found = self._days.get(context.day)
        if found is None:
            if len(self._days) > DAYS_MAX:
                self._days.clear()
            found = self._days[context.day] = self._indexed(context.day)
        return found.open(context)

    def _indexed(self, day: date | None) -> Index:
        rows = [candidate for row in self.lanes.values() for candidate in row]
        return Index([c for c in rows if day is None or c.asleep(day) is None])

    def told(self, decision: Decision, at: datetime, zone_name: str) -> Decision:
        """A Decision with a reason for every rule, those too that were not looked at."""
        unsaid = self.unsaid(decision, local_day(at, zone_name))
        return msgspec.structs.replace(decision, skipped=(*decision.skipped, *unsaid)) if unsaid else decision

    def unsaid(self, decision: Decision, day: date) -> list[Skipped]:
        """Rules that were not even looked at for a Decision, and why; `day` is the shop's day of the sale."""
        said = {row.rule for row in decision.taken} | {row.rule for row in decision.earned}
        said |= {row.rule for row in decision.skipped}
        said |= {row.rule for row in decision.gifts} | {row.rule for row in decision.issues}
        said |= {row.rule for row in decision.perks} | {row.rule for row in decision.messages}
        found = {rule.id: PAUSED() for rule in self.programme.rules if rule.paused and rule.id not in said}
        for row in self.lanes.values():
            for candidate in row:
                if candidate.id not in said and candidate.id not in found:
                    found[candidate.id] = candidate.asleep(day) or candidate.shut
        return [Skipped(rule, reason) for rule, reason in found.items()]


def _series(rule: Rule) -> tuple[str, ...]:
    """The series of coupons of which one is used up when the rule gives something."""
    found: list[str] = []
    for condition in together(rule.when):
        if getattr(condition, "LANE", None) is Lane.COUPONS:
            found += condition.any_of  # type: ignore[attr-defined]
    return tuple(found)


def _gift_skus(candidates: Sequence[Candidate]) -> frozenset[str]:
    """Goods that rules may add."""
    found: set[str] = set()
    for candidate in candidates:
        for name in ("sku", "any_of"):
            value = getattr(candidate.effect, name, ())
            found.update((value,) if isinstance(value, str) else value)
    return frozenset(found - {""})


def _capped(programme: Programme) -> dict[str, Caps]:
    """Everything that is limited per member or for all together: rules, public codes, gifts."""
    found = {rule.id: rule.caps for rule in programme.rules if rule.caps.member or rule.caps.budget}
    found |= {
        COUPON_CAP + id_: _times(row.uses, row.per_member)
        for id_, row in programme.coupons.items()
        if row.code
    }
    found |= {GIFT_CAP + id_: _times(row.stock, row.per_member) for id_, row in programme.gifts.items()}
    return {id_: caps for id_, caps in found.items() if caps.member or caps.budget}


def _times(in_all: int | None, per_member: int | None) -> Caps:
    return Caps(
        member=None if per_member is None else MemberCap(PeriodName.EVER, uses=per_member),
        budget=None if in_all is None else Budget(uses=in_all),
    )
