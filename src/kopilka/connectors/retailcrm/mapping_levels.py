"""A programme and its ladder in the words of RetailCRM: what each level gives, as one number. Pure.

Only what everybody of a level gets counts: rules without other conditions than the level, about all goods or about those
that are, or are not, on promotion. Points for money are `bonus_percent`, whole points per sum `bonus_converting`, and
where nothing is earned, a percent off is `discount`.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from kopilka.connectors.kit.numbers import number
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.core.member.outlook import Outlook
from kopilka.core.programme.document import Chooser, Effect, Goods, LevelBy, Rule, Step, Trigger
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.rules.conditions.level import LevelIs
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.earn import Earn
from kopilka.core.rules.ruleset import Ruleset
from kopilka.values.money import exponent

PERCENT, CONVERTING, DISCOUNT = "bonus_percent", "bonus_converting", "discount"
PLAIN = "-"
"""The id of the only level of a programme without a ladder."""
_CENT = Decimal("0.01")
IN_MONEY = frozenset({LevelBy.SPEND, LevelBy.LTV})


class LevelFacts(msgspec.Struct, frozen=True):
    """A level; `size` and `size_promo` in the unit of its type."""

    id: str
    type: str
    title: str
    start: int
    size: Decimal
    size_promo: Decimal

    def told(self, numbers: dict[str, int]) -> dict[str, Any]:
        """As an account carries it; `numbers` by id."""
        return {
            "type": self.type, "id": numbers[self.id], "name": self.title,
            "privilegeSize": _plain(self.size), "privilegeSizePromo": _plain(self.size_promo),
        }  # fmt: skip


def level_id(rules: Ruleset, level: str) -> str:
    """How a level of a programme is called among the numbers."""
    return f"{rules.programme.programme}/{level or PLAIN}"


def levels_of(rules: Ruleset, language: str) -> list[LevelFacts]:
    """All levels, lowest first; a programme without a ladder is one level."""
    programme = rules.programme
    title = _title(programme.title, language, programme.programme)
    steps: tuple[Step, ...] = (Step(PLAIN, 0),) if programme.levels is None else programme.levels.ladder
    return [_level(rules, step, _title(step.title, language, title)) for step in steps]


def is_money(rules: Ruleset) -> bool:
    """Whether the ladder counts money."""
    levels = rules.programme.levels
    return levels is not None and levels.by in IN_MONEY


def next_sum(rules: Ruleset, outlook: Outlook | None) -> int | Decimal | None:
    """The threshold of the next level, where the ladder counts money and there is one."""
    if outlook is None or not outlook.next_level or not is_money(rules):
        return None
    return number(outlook.next_start, exponent(rules.programme.currency))


def _level(rules: Ruleset, step: Step, title: str) -> LevelFacts:
    percent, percent_promo = _earned(rules, step.id, _percent_of)
    if percent or percent_promo:
        return LevelFacts(step.id, PERCENT, title, step.start, percent, percent_promo)
    units, units_promo = _earned(rules, step.id, _units_for_money)
    if units or units_promo:
        sizes = [
            Decimal(0) if not each else (1 / each).quantize(_CENT, ROUND_HALF_UP)
            for each in (units, units_promo)
        ]
        return LevelFacts(step.id, CONVERTING, title, step.start, *sizes)
    off, off_promo = _summed(rules, step.id, _off, rules.programme.lanes.discounts.choose)
    kind = DISCOUNT if off or off_promo else PERCENT
    return LevelFacts(step.id, kind, title, step.start, off, off_promo)


Size = Callable[[Ruleset, Effect, str], Decimal]


def _earned(rules: Ruleset, level: str, size: Size) -> tuple[Decimal, Decimal]:
    return _summed(rules, level, size, rules.programme.lanes.earning.choose)


def _summed(rules: Ruleset, level: str, size: Size, choose: Chooser) -> tuple[Decimal, Decimal]:
    """What plain rules give together to usual goods and to those on promotion."""
    usual, promo = [Decimal(0)], [Decimal(0)]
    for rule in _plain_rules(rules, level):
        given = sum((size(rules, effect, level) for effect in rule.effects), Decimal(0))
        on = None if rule.goods is None else rule.goods.promo
        if on is not True:
            usual.append(given)
        if on is not False:
            promo.append(given)
    total: Callable[[Iterable[Decimal]], Decimal] = _sum if choose is Chooser.ALL else max
    return total(usual), total(promo)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _plain_rules(rules: Ruleset, level: str) -> Iterator[Rule]:
    for rule in rules.programme.rules:
        wide = rule.goods is None or msgspec.structs.replace(rule.goods, promo=None) == Goods()
        ours = all(isinstance(each, LevelIs) and level in each.any_of for each in rule.when)
        if rule.on is Trigger.RECEIPT and not rule.paused and rule.cost is None and wide and ours:
            yield rule


def _percent_of(rules: Ruleset, effect: Effect, level: str) -> Decimal:
    if not isinstance(effect, Earn) or effect.percent is None or not _main(rules, effect):
        return Decimal(0)
    return Decimal(_at(effect.percent, level)).scaleb(-2)


def _units_for_money(rules: Ruleset, effect: Effect, level: str) -> Decimal:
    """Points for one unit of money."""
    if not isinstance(effect, Earn) or effect.points is None or not effect.per or not _main(rules, effect):
        return Decimal(0)
    points = Decimal(_at(effect.points, level)).scaleb(-2)
    return points / Decimal(effect.per).scaleb(-exponent(rules.programme.currency))


def _off(_: Ruleset, effect: Effect, level: str) -> Decimal:
    if not isinstance(effect, Discount) or effect.percent is None:
        return Decimal(0)
    return Decimal(_at(effect.percent, level)).scaleb(-2)


def _main(rules: Ruleset, effect: Earn) -> bool:
    return (effect.kind or rules.first_kind) == main_kind(rules)


def _at(scale: Scale, level: str) -> int:
    """A scale's number for a level; where it grows with money, what it begins with."""
    match scale:
        case Flat(value=value):
            return value
        case ByLevel(values=values):
            return values.get(level, 0)
        case ByTotal(steps=steps) | BySpent(steps=steps):
            return steps[0][1] if steps else 0


def _title(words: dict[str, str], language: str, usual: str) -> str:
    return words.get(language) or words.get("") or next(iter(words.values()), usual)


def _plain(size: Decimal) -> int | Decimal:
    return int(size) if size == size.to_integral_value() else size.normalize()
