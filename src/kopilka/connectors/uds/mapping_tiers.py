"""A programme as UDS tells it: tiers with their rates, the policy, and points in units of money."""

from collections.abc import Iterable, Sequence

import msgspec

from kopilka.connectors.kit.numbers import number
from kopilka.connectors.uds.words import BASE_TIER
from kopilka.core.programme.document import Chooser, Lane, LevelBy, Programme, Rule, Trigger
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.receipt import Shop
from kopilka.core.rules.conditions.level import LevelIs
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.earn import Earn
from kopilka.core.rules.ruleset import Ruleset
from kopilka.values.money import exponent

CHARGE, APPLY = "CHARGE_SCORES", "APPLY_DISCOUNT"
PERCENT_DIGITS = 2
WHOLE = 10_000


class Scores(msgspec.Struct, frozen=True):
    """The points that UDS knows: one of its points is one unit of money, so ours are told by what they are worth, rounded
    down. Points that are worth nothing count as one unit each.
    """

    kind: str
    worth: int
    scale: int
    digits: int

    def minor(self, units: int) -> int:
        """What units are worth; of units below zero as much as of those above."""
        return units * self.worth // self.scale if units >= 0 else -(-units * self.worth // self.scale)

    def units(self, minor: int) -> int | None:
        """The units that are worth exactly so much; None where there is no whole number of them."""
        units, rest = divmod(minor * self.scale, self.worth)
        return None if rest else units

    def told(self, units: int) -> object:
        """Units as UDS writes them."""
        return number(self.minor(units), self.digits)


def scores_of(rules: Ruleset) -> Scores:
    """The points that pay, else the first kind."""
    digits = exponent(rules.programme.currency)
    id_ = rules.spend_kind or rules.first_kind
    kind = rules.programme.points.get(id_)
    if kind is None:
        return Scores("", 10**digits, 1, digits)
    return Scores(id_, kind.worth or 10**digits, kind.scale, digits)


class Tier(msgspec.Struct, frozen=True):
    """A level: its id, name and rate in hundredths of a percent; `target` is the money that reaches it."""

    uid: str
    name: str
    rate: int
    target: int | None = None


class Terms(msgspec.Struct, frozen=True):
    """What the programme offers at a till."""

    policy: str
    tiers: tuple[Tier, ...]
    share: int
    """The most of a bill that points pay, in hundredths of a percent."""
    digits: int

    def tier(self, level: str) -> Tier:
        """The tier of a level; the base where it is none of them."""
        return next((tier for tier in self.tiers if tier.uid == level), self.tiers[0])

    def told(self, tier: Tier, *, conditions: bool = True) -> dict[str, object]:
        """A tier as UDS writes it."""
        target = None if tier.target is None else {"target": number(tier.target, self.digits)}
        content: dict[str, object] = {
            "uid": tier.uid, "name": tier.name, "rate": number(tier.rate, PERCENT_DIGITS),
            "maxScoresDiscount": number(self.share, PERCENT_DIGITS),
        }  # fmt: skip
        if conditions:
            content["conditions"] = {"totalCashSpent": target, "effectiveInvitedCount": None}
        return content


def terms_of(rules: Ruleset, shop: Shop, language: str, wanted: str) -> Terms:
    """Tiers of the ladder (one, where there is none). `wanted` is the policy that is set; `auto` follows the programme:
    points where purchases earn any, else a discount where there is one for everybody or for a level.
    """
    programme = rules.programme
    scores = scores_of(rules)
    steps: Sequence[tuple[str, str, int]] = [("base", _said(programme.title, language), 0)]
    by_spend = programme.levels is not None and programme.levels.by is LevelBy.SPEND
    if programme.levels is not None:
        steps = [
            (step.id, _said(step.title, language) or step.id, step.start) for step in programme.levels.ladder
        ]
    earned = [_cashback(programme, scores.kind, rules.first_kind, step) for step in steps]
    off = [_discount(programme, step) for step in steps]
    policy = wanted if wanted in (CHARGE, APPLY) else APPLY if any(off) and not any(earned) else CHARGE
    rates = off if policy == APPLY else earned
    tiers = tuple(
        Tier(id_, name or BASE_TIER.of(language), rates[i], start if by_spend and i else None)
        for i, (id_, name, start) in enumerate(steps)
    )
    return Terms(policy, tiers, share_of(programme, shop), exponent(programme.currency))


def share_of(programme: Programme, shop: Shop) -> int:
    """The most of a bill that points pay in a shop, in hundredths of a percent."""
    spend = programme.spend
    if spend is None:
        return 0
    named = [share for id_, share in spend.inside.items() if id_ == shop.id or id_ in shop.groups]
    return min(named) if named else spend.up_to


def deferred_days(rules: Ruleset) -> int | None:
    """After how many days earned points may be spent; None for at once."""
    kind = rules.programme.points.get(scores_of(rules).kind)
    if kind is None or not (kind.pending.days or kind.pending.months):
        return None
    return kind.pending.days + 30 * kind.pending.months


def _cashback(programme: Programme, kind: str, first: str, step: tuple[str, str, int]) -> int:
    """The percent that comes back at a level on any goods, whatever else is met."""
    rows = [
        (rule, _at(effect.percent, step))
        for rule in programme.rules
        if _always(rule, step[0])
        for effect in rule.effects
        if isinstance(effect, Earn) and effect.percent is not None and (effect.kind or first) == kind
    ]
    return _together(rows, programme.lanes.of(Lane.EARNING).choose)


def _discount(programme: Programme, step: tuple[str, str, int]) -> int:
    rows = [
        (rule, _at(effect.percent, step))
        for rule in programme.rules
        if _always(rule, step[0])
        for effect in rule.effects
        if isinstance(effect, Discount) and effect.percent is not None
    ]
    return _together(rows, programme.lanes.of(Lane.DISCOUNTS).choose)


def _always(rule: Rule, level: str) -> bool:
    """Whether a rule works on every purchase of a level."""
    on_levels = all(isinstance(each, LevelIs) and level in each.any_of for each in rule.when)
    return (
        on_levels and rule.on is Trigger.RECEIPT and rule.goods is None and not rule.paused and not rule.cost
    )


def _together(rows: Iterable[tuple[Rule, int]], choose: Chooser) -> int:
    """The percent of rules that work together: of rivals the largest."""
    best: dict[str, int] = {}
    alone = 0
    for rule, percent in rows:
        if choose is Chooser.ALL and not rule.group:
            alone += percent
        else:
            best[rule.group] = max(best.get(rule.group, 0), percent)
    return min(WHOLE, alone + sum(best.values()))


def _at(scale: Scale, step: tuple[str, str, int]) -> int:
    """A percent at a level; one that grows with the receipt counts from its first step."""
    match scale:
        case Flat(value=value):
            return value
        case ByLevel(values=values):
            return values.get(step[0], 0)
        case ByTotal(steps=steps):
            return steps[0][1] if steps else 0
        case BySpent(steps=steps):
            return next((value for start, value in reversed(steps) if start <= step[2]), 0)


def _said(title: dict[str, str], language: str) -> str:
    return title.get(language) or title.get("ru") or next(iter(title.values()), "")
