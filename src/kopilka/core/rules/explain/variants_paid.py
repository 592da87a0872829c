"""Money to be paid, counted again with something otherwise. Each thing changes the sum by an amount of its own, and is
named only where nothing after it would have changed with it.
"""

from collections.abc import Callable, Iterator

from kopilka.core.programme.document import Lane
from kopilka.core.programme.fields import ByLevel
from kopilka.core.rules.decision import Skipped
from kopilka.core.rules.effects.discount import Discount
from kopilka.core.rules.effects.free import Free
from kopilka.core.rules.explain import expected_words as words
from kopilka.core.rules.explain.discounts import percent_taken
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import Node
from kopilka.core.rules.ruleset import Candidate
from kopilka.values.rounding import percent_of

Variant = tuple[Node, int]
"""A cause, and by how much the sum would be otherwise without it."""


def paid_variants(ground: Ground, level_won: str) -> tuple[list[Node], Callable[[frozenset[int]], int]]:
    """The things that may be otherwise, and what is to be paid where some of them are."""
    variants = [(node, change) for node, change in _all(ground, level_won) if change]

    def recount(some: frozenset[int]) -> int:
        return max(0, ground.decision.paid_minor + sum(variants[i][1] for i in some))

    return [node for node, _ in variants], recount


def _all(ground: Ground, level_won: str) -> Iterator[Variant]:
    decision = ground.decision
    if decision.spent is not None and decision.spent.minor:
        yield Node(words.SPENT(part=decision.spent.minor)), decision.spent.minor
    if ground.receipt.delivery is not None:
        left = decision.left[-1] - (0 if decision.spent is None else decision.spent.parts[-1])
        yield Node(words.DELIVERY_PAID(part=left)), -left
    for place in range(len(decision.taken)):
        if _last_word(ground, place):
            yield from _taken(ground, place, level_won)
    if not decision.taken or _last_word(ground, -1):
        for row in decision.skipped:
            yield from _missed(ground, row)


def _last_word(ground: Ground, place: int) -> bool:
    """Whether nothing that came later could have come out otherwise: no later discounts, and no points whose room
    follows the price.
    """
    decision, wish = ground.decision, ground.receipt.spend
    fixed = decision.spent is None or (wish is not None and wish.units is not None)
    return fixed and (place == -1 or all(not any(row.parts) for row in decision.taken[place + 1 :]))


def _taken(ground: Ground, place: int, level_won: str) -> Iterator[Variant]:
    row = ground.decision.taken[place]
    if row.wanted > row.minor:
        yield Node(words.CAP(), rule=row.rule), row.minor - row.wanted
    candidate = ground.taker(place)
    percent = None if candidate is None else percent_taken(ground, place, candidate)
    if candidate is None or percent is None or not isinstance(candidate.effect, Discount):
        return
    share, left = percent.rate.value, ground.before[place]
    if percent.total > row.minor and row.wanted <= row.minor:
        yield Node(words.CAP(), rule=row.rule), row.minor - percent.total
    kept = [i for i in ground.goods if not ground.context.class_of(i).discount]
    if kept:
        classes = ",".join(dict.fromkeys(ground.class_named(i) for i in kept))
        reason = words.KEPT_OUT(goods=ground.names(kept), class_=classes)
        yield Node(reason), -sum(percent_of(max(0, left[i]), share) for i in kept)
    others = [i for i in ground.goods if i not in percent.scope and i not in kept]
    if others:
        more = sum(percent_of(max(0, left[i]), share) for i in others)
        yield Node(words.OTHER_GOODS(goods=ground.names(others)), rule=row.rule), -more
    first = sum(percent_of(max(0, ground.before[0][i]), share) for i in percent.scope)
    if first > row.minor:
        yield Node(words.INITIAL(), rule=row.rule), row.minor - first
    scale = candidate.effect.percent
    if level_won and level_won != ground.decision.level and isinstance(scale, ByLevel):
        won = sum(percent_of(max(0, percent.base[i]), scale.values.get(level_won, 0)) for i in percent.scope)
        yield Node(words.LEVEL_WON(level=level_won)), row.minor - won


def _missed(ground: Ground, row: Skipped) -> Iterator[Variant]:
    """Rules that did not apply: what they would have taken off the prices as they came out, in a winner's place where
    they gave way to one.
    """
    winner = row.reason.params.get("rule")
    gave_way = row.reason.code in ("better_rule", "higher_priority") and isinstance(winner, str)
    taken = ground.decision.taken
    if gave_way and any(other.rule != winner and other.minor for other in taken):
        return
    prices = ground.before[0] if gave_way else list(ground.decision.left)
    back = sum(other.minor for other in taken if other.rule == winner) if gave_way else 0
    for lane in (Lane.DISCOUNTS, Lane.COUPONS, Lane.DELIVERY):
        for candidate in ground.rules.lanes[lane]:
            alone = gave_way or not any(other.lane == lane.value for other in taken)
            if candidate.id == row.rule and alone:
                off = _offered(ground, candidate, prices)
                if off:
                    reason = words.RIVAL(rule=str(winner)) if gave_way else words.MISSED()
                    yield (
                        Node(reason, rule=row.rule, below=() if gave_way else (Node(row.reason),)),
                        back - off,
                    )
                return


def _offered(ground: Ground, candidate: Candidate, prices: list[int]) -> int:
    """What a percent or a sum, or free delivery, takes off some prices; 0 where that is not known."""
    effect = candidate.effect
    if (
        candidate.capped
        or candidate.rule.caps.line is not None
        or ground.rules.programme.caps.line is not None
    ):
        return 0
    if isinstance(effect, Free):
        places = range(len(ground.goods), len(ground.lines))
        rates = ground.rates(effect.percent, prices, candidate.bit)
        if len(rates) != 1 or getattr(effect, "price", None) is not None:
            return 0
        return sum(percent_of(max(0, prices[i]), rates[0].value) for i in places)
    if not isinstance(effect, Discount) or any(ground.context.floors):
        return 0
    scope = ground.context.among(ground.context.discountable, candidate.bit)
    scale = effect.percent if effect.percent is not None else effect.amount
    if scale is None or (effect.percent is not None and effect.amount is not None):
        return 0
    rates = ground.rates(scale, prices, candidate.bit)
    if len(rates) != 1:
        return 0
    if effect.percent is None:
        return min(rates[0].value, sum(max(0, prices[i]) for i in scope))
    return sum(percent_of(max(0, prices[i]), rates[0].value) for i in scope)
