"""How rivals of a lane are settled: the exact best for the member, the highest priority, or all together.

Within `best`, rules without a group are rivals of each other, and of every named group one rule may win; the
winning combination is the one after which least is to be paid (found by trying them all), then the one that
earns most, then the first by rule ids."""

from collections.abc import Callable, Sequence
from itertools import product

from kopilka.core.programme.document import Chooser, Lane, TotalCaps
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Skipped, Taken
from kopilka.core.rules.effect import Ask, Offer
from kopilka.core.rules.effects.price import Price
from kopilka.core.rules.limits import limited_money
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.rules.ruleset import Candidate, Ruleset
from kopilka.values.rounding import PERCENT_WHOLE
from kopilka.values.share import allocate

BETTER_RULE = reason_kind(
    "better_rule", ru="выгоднее другое правило: {rule:rule}", en="another rule gives more: {rule:rule}"
)
HIGHER_PRIORITY = reason_kind(
    "higher_priority", ru="уступило правилу {rule:rule}", en="gave way to rule {rule:rule}"
)
NOTHING_TO_TAKE = reason_kind(
    "nothing_to_take", ru="нет товаров, на которые оно действует", en="no goods that it works on"
)

PointsAfter = Callable[[], int]


def run_lane(
    context: Context, rules: Ruleset, lane: Lane, points_after: PointsAfter
) -> tuple[list[Taken], list[Skipped]]:
    """Settle one lane of discounts: changes `context.left`, says what was taken and what was not."""
    skipped: list[Skipped] = []
    rivals: list[Candidate] = []
    for candidate in rules.lanes[lane]:
        refusal = candidate.refusal(context)
        if refusal is None:
            rivals.append(candidate)
        else:
            skipped.append(Skipped(candidate.rule.id, refusal))
    context.start = list(context.left)
    if not rivals:
        return [], skipped
    caps = rules.programme.caps
    winners = _choose(context, rivals, rules.programme.lanes.of(lane).choose, caps, points_after)
    taken: list[Taken] = []
    for candidate in winners:
        amount, parts = _propose(context, candidate, caps)
        if isinstance(amount, Reason):
            skipped.append(Skipped(candidate.rule.id, amount))
            continue
        _apply(context, candidate, parts)
        taken.append(Taken(candidate.rule.id, lane.value, amount, tuple(parts)))
    skipped += _losers(rivals, winners, rules.programme.lanes.of(lane).choose)
    return taken, skipped


def _losers(rivals: list[Candidate], winners: Sequence[Candidate], choose: Chooser) -> list[Skipped]:
    if len(winners) == len(rivals):
        return []
    why = HIGHER_PRIORITY if choose is Chooser.PRIORITY else BETTER_RULE
    rows = []
    for candidate in rivals:
        if candidate not in winners:
            rival = next((w for w in winners if w.rule.group == candidate.rule.group), winners[0])
            rows.append(Skipped(candidate.rule.id, why(rule=rival.rule.id)))
    return rows


def _apply(context: Context, candidate: Candidate, parts: list[int]) -> None:
    left = context.left
    for i, part in enumerate(parts):
        if part:
            left[i] -= part
    effect = candidate.effect
    if isinstance(effect, Price) and effect.closes:
        context.closed.update(i for i, part in enumerate(parts) if part)


def groups_of(rivals: list[Candidate], choose: Chooser) -> list[list[Candidate]]:
    """Rivals by exclusion group: of each inner list one may apply. Under `all`, only named groups exclude."""
    named: dict[str, list[Candidate]] = {}
    alone: list[list[Candidate]] = []
    for candidate in rivals:
        if candidate.rule.group or choose is not Chooser.ALL:
            named.setdefault(candidate.rule.group, []).append(candidate)
        else:
            alone.append([candidate])
    return [*named.values(), *alone]


def _choose(
    context: Context, rivals: list[Candidate], choose: Chooser, caps: TotalCaps, points_after: PointsAfter
) -> list[Candidate]:
    if len(rivals) == 1:
        return rivals
    groups = groups_of(rivals, choose)
    if choose is Chooser.PRIORITY:
        return sorted((group[0] for group in groups), key=lambda c: c.sort_key)
    if all(len(group) == 1 for group in groups):
        return sorted((group[0] for group in groups), key=lambda c: c.sort_key)
    return _best(context, groups, caps, points_after)


def _best(
    context: Context, groups: list[list[Candidate]], caps: TotalCaps, points_after: PointsAfter
) -> list[Candidate]:
    before, closed = list(context.left), set(context.closed)
    least: int | None = None
    best: list[tuple[list[Candidate], list[int], set[int]]] = []
    for combination in product(*groups):
        ordered = sorted(combination, key=lambda c: c.sort_key)
        for candidate in ordered:
            amount, parts = _propose(context, candidate, caps)
            if not isinstance(amount, Reason):
                _apply(context, candidate, parts)
        due = sum(context.left)
        if least is None or due < least:
            least, best = due, []
        if due == least:
            best.append((ordered, list(context.left), set(context.closed)))
        context.left[:], context.closed = before, set(closed)
    if len(best) == 1:
        return best[0][0]
    ranked = []
    for ordered, left, closed_then in best:
        context.left[:], context.closed = left, closed_then
        ranked.append((-points_after(), [c.rule.id for c in ordered], ordered))
        context.left[:], context.closed = before, set(closed)
    return min(ranked, key=lambda row: (row[0], row[1]))[2]


def _propose(context: Context, candidate: Candidate, caps: TotalCaps) -> tuple[int | Reason, list[int]]:
    """The amount and its parts within every cap, or the reason why nothing can be taken."""
    effect, rule = candidate.effect, candidate.rule
    if not isinstance(effect, Offer):
        raise TypeError(effect)
    scope = effect.scope(context)
    if context.closed:
        scope = [i for i in scope if i not in context.closed]
    if candidate.goods is not None:
        scope = [i for i in scope if candidate.goods(context.lines[i])]
    if not scope:
        return NOTHING_TO_TAKE(), []
    room = _room(context, caps, rule.caps.line)
    parts = effect.propose(context, Ask(scope, room, initial=candidate.initial, goods=candidate.goods))
    total = sum(parts)
    if total == 0:
        return NOTHING_TO_TAKE(), []
    if rule.caps.receipt is None and rule.caps.member is None and rule.caps.budget is None:
        return total, parts
    most = limited_money(context, rule, total)
    if isinstance(most, Reason):
        return most, []
    if most < total:
        parts = allocate(most, parts, context.order)
    return most, parts


def _room(context: Context, caps: TotalCaps, line_cap: int | None) -> list[int]:
    """How much each line can still bear: its price, its floor, the caps of the rule and of the programme."""
    room = []
    for line, left in zip(context.lines, context.left, strict=True):
        most = left - line.floor_minor
        if caps.line is not None:
            most = min(
                most, line.sum_minor * caps.line // PERCENT_WHOLE - (line.sum_minor - line.given_minor - left)
            )
        if line_cap is not None:
            most = min(most, line.sum_minor * line_cap // PERCENT_WHOLE)
        room.append(max(0, most))
    return room
