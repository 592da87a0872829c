"""Rules against each other in one lane: is the choice among them small enough and clear enough to explain?"""

from collections.abc import Iterator
from itertools import combinations
from typing import assert_never

import msgspec

from kopilka.core.programme.document import Chooser, Effect, Lane, PercentOn, Programme, Rule, Trigger
from kopilka.core.programme.fields import ByLevel, BySpent, ByTotal, Flat, Scale
from kopilka.core.programme.finding import Finding, found
from kopilka.core.programme.mistakes import caution, error
from kopilka.core.programme.rule_checks import lane_in
from kopilka.values.rounding import PERCENT_WHOLE

COMBINATIONS_MAX = 4096
_SHOWN_MAX = 10**12


class Rival(msgspec.Struct, frozen=True):
    """One effect of one rule in a lane."""

    path: str
    rule: Rule
    effect: Effect


def check_lanes(programme: Programme) -> Iterator[Finding]:
    """Everything wrong with how rules meet in their lanes."""
    for lane in Lane:
        rivals = _rivals(programme, lane)
        groups = _groups(rivals, programme.lanes.of(lane).choose)
        if len(rivals) > 1:
            yield from _combinations(programme, lane, groups)
            yield from _priorities(programme, lane, groups)
            if lane is not Lane.EARNING:
                yield from _mixed(programme, lane, groups)
                yield from _free_together(programme, lane, groups)


def _rivals(programme: Programme, lane: Lane) -> list[Rival]:
    return [
        Rival(f"rules[{number}]", rule, effect)
        for number, rule in enumerate(programme.rules)
        if rule.on is Trigger.RECEIPT
        for effect in rule.effects
        if lane_in(rule, effect) is lane
    ]


def _groups(rivals: list[Rival], choose: Chooser) -> list[list[Rival]]:
    """Of each group one rule may apply; rules without a group are each other's rivals unless all apply together, those
    that multiply what others give apart from the others.
    """
    named: dict[str, list[Rival]] = {}
    for rival in rivals:
        alone = choose is Chooser.ALL and not rival.rule.group
        on_top = not rival.rule.group and getattr(rival.effect, "ON_TOP", False)
        kin = "on top" if on_top else f"group {rival.rule.group}"
        named.setdefault(rival.path if alone else kin, []).append(rival)
    return list(named.values())


def _combinations(programme: Programme, lane: Lane, groups: list[list[Rival]]) -> Iterator[Finding]:
    if programme.lanes.of(lane).choose is Chooser.PRIORITY:
        return
    count = 1
    for group in groups:
        count = min(count * len(group), _SHOWN_MAX)
    if count > COMBINATIONS_MAX:
        mistake = error(
            "too_many_combinations", "rules", lane=lane.value, combinations=str(count), most=COMBINATIONS_MAX
        )
        yield found(msgspec.structs.replace(mistake, hint="group_them"))


def _priorities(programme: Programme, lane: Lane, groups: list[list[Rival]]) -> Iterator[Finding]:
    choose = programme.lanes.of(lane).choose
    if choose is Chooser.PRIORITY:
        for group in groups:
            seen: dict[int, Rival] = {}
            for rival in group:
                other = seen.setdefault(rival.rule.priority, rival)
                if other is not rival:
                    path, one = f"{rival.path}.priority", other.rule.id
                    yield found(
                        error("equal_priority", path, one=one, other=rival.rule.id),
                        rival.path,
                        other.path,
                        "lanes",
                    )
    elif choose is Chooser.BEST and len(groups) == 1:
        for rival in groups[0]:
            if rival.rule.priority:
                yield found(caution("priority_ignored", f"{rival.path}.priority", lane=lane.value), "lanes")


def _mixed(programme: Programme, lane: Lane, groups: list[list[Rival]]) -> Iterator[Finding]:
    """Two rules that may apply together and take percents of different prices must be told their order."""
    settings = programme.lanes.of(lane)

    def base(rival: Rival) -> PercentOn:
        return rival.rule.percent_on or settings.percent_on

    firsts = [
        [
            rival
            for rival in group
            if getattr(rival.effect, "percent", None) is not None
            and getattr(rival.effect, "price", None) is None
        ]
        for group in groups
    ]
    for group, others in combinations(firsts, 2):
        for one in group:
            for other in others:
                if base(one) is not base(other) and one.rule.priority == other.rule.priority:
                    path = f"{other.path}.percent_on"
                    mistake = error("mixed_percent_on", path, one=one.rule.id, other=other.rule.id)
                    yield found(mistake, one.path, other.path, "lanes")
                    return


def _free_together(programme: Programme, lane: Lane, groups: list[list[Rival]]) -> Iterator[Finding]:
    """Percents of the first price that add up to all of it, though none of them takes it all by itself: 40 % and 70 %."""
    settings, cap = programme.lanes.of(lane), programme.caps.line
    if cap is not None and cap < PERCENT_WHOLE:
        return
    total, largest = 0, list[tuple[int, Rival]]()
    for group in groups:
        percents = [
            (_most(getattr(rival.effect, "percent", None)), rival)
            for rival in group
            if (rival.rule.percent_on or settings.percent_on) is PercentOn.INITIAL
        ]
        percent, rival = max(percents, key=lambda row: row[0], default=(0, group[0]))
        if 0 < percent < PERCENT_WHOLE:
            total += percent
            largest.append((percent, rival))
    if len(largest) > 1 and total >= PERCENT_WHOLE:
        (_, one), (_, other) = sorted(largest, key=lambda row: -row[0])[:2]
        mistake = caution("free_together", other.path, one=one.rule.id, other=other.rule.id, percent=total)
        yield found(mistake, one.path, "caps", "lanes")


def _most(percent: Scale | None) -> int:
    """The largest number of a scale."""
    match percent:
        case None:
            return 0
        case Flat(value=value):
            return value
        case ByLevel(values=values):
            return max(values.values(), default=0)
        case ByTotal(steps=steps) | BySpent(steps=steps):
            return max([value for _, value in steps], default=0)
        case _:
            assert_never(percent)
