"""How rivals of a lane are settled: the exact best for the member, the highest priority, or all together.

Within `best`, rules without a group are rivals of each other, and of every named group one rule may win; the
winning combination is the one after which least is to be paid (found by trying them all), then the one that
earns most, then the first by rule ids.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import prod

from kopilka.core.programme.document import Chooser, TotalCaps
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Skipped, Taken
from kopilka.core.rules.effect import Ask, Offer
from kopilka.core.rules.effects.price import Price
from kopilka.core.rules.limits import limited_money
from kopilka.core.rules.reason import UNLOCKING, Reason, reason_kind
from kopilka.core.rules.ruleset import NOTHING_TO_TAKE, Candidate, ContextCheck, Ruleset
from kopilka.values.rounding import PERCENT_WHOLE
from kopilka.values.share import allocate

BETTER_RULE = reason_kind(
    "better_rule", ru="выгоднее другое правило: {rule:rule}", en="another rule gives more: {rule:rule}"
)
HIGHER_PRIORITY = reason_kind(
    "higher_priority", ru="уступило правилу {rule:rule}", en="gave way to rule {rule:rule}"
)
NOTHING = NOTHING_TO_TAKE()

CHOICES_MAX = 4_096
"""With more choices than this no group is left out."""

PointsAfter = Callable[[], int]
Proposal = list[int] | Reason


def run_lane(
    context: Context, rules: Ruleset, candidates: Sequence[Candidate], points_after: PointsAfter
) -> tuple[list[Taken], list[Skipped]]:
    """Settle one lane of discounts, of which `candidates` may apply: changes `context.left`, says what was taken and what was not."""
    rivals, skipped = admitted(context, candidates)
    if not rivals:
        return [], skipped
    context.begin_lane()
    caps = rules.programme.caps
    choose = candidates[0].choose
    winners, proposal = _choose(context, rivals, choose, caps, points_after)
    taken: list[Taken] = []
    for candidate in winners:
        row = _take(context, candidate, caps, proposal)
        proposal = None
        if isinstance(row, Taken):
            taken.append(row)
        else:
            skipped.append(row)
    context.settled()
    if len(winners) < len(rivals):
        skipped += _losers(rivals, winners, choose)
    return taken, skipped


def admitted(context: Context, candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Skipped]]:
    """The candidates of a lane whose conditions are met, and why others' are not."""
    skipped: list[Skipped] = []
    met: list[Candidate] = []
    for candidate in candidates:
        for check in candidate.checks:
            refusal = check(context)
            if refusal is not None:
                alone = refusal.code in UNLOCKING and only_obstacle(context, candidate, check)
                skipped.append(Skipped(candidate.id, refusal, alone))
                break
        else:
            met.append(candidate)
    return met, skipped


def only_obstacle(context: Context, candidate: Candidate, failed: ContextCheck) -> bool:
    """Whether all other conditions of a candidate are met."""
    return len(candidate.checks) == 1 or all(
        check is failed or check(context) is None for check in candidate.checks
    )


def _take(
    context: Context, candidate: Candidate, caps: TotalCaps, proposal: Proposal | None
) -> Taken | Skipped:
    """Apply what a winner proposes (`proposal`, where that is known already)."""
    if proposal is None:
        proposal = _propose(context, candidate, caps)
    if isinstance(proposal, Reason):
        return Skipped(candidate.id, proposal)
    if candidate.cost is not None:
        refusal = candidate.affordable(context)
        if refusal is not None:
            return Skipped(candidate.id, refusal)
        candidate.charge(context)
    total = sum(proposal)
    wanted = _wanted(context, candidate, caps) if candidate.limited else 0
    _apply(context, candidate, proposal)
    context.gave[candidate.id] = context.gave.get(candidate.id, 0) + total
    return Taken(candidate.id, candidate.lane.value, total, tuple(proposal), wanted if wanted > total else 0)


def _wanted(context: Context, candidate: Candidate, caps: TotalCaps) -> int:
    """What a rule with limits of its own would take without them."""
    effect = candidate.effect
    if not isinstance(effect, Offer):
        return 0
    ask = Ask(_scope(context, candidate), _room(context, caps, None), candidate.initial, candidate.bit)
    return sum(effect.propose(context, ask))


def _losers(rivals: list[Candidate], winners: Sequence[Candidate], choose: Chooser) -> list[Skipped]:
    why = HIGHER_PRIORITY if choose is Chooser.PRIORITY else BETTER_RULE
    rows = []
    for candidate in rivals:
        if candidate not in winners:
            group = candidate.rule.group
            rival = next((winner for winner in winners if winner.rule.group == group), winners[0])
            rows.append(Skipped(candidate.id, why(rule=rival.id)))
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
) -> tuple[list[Candidate], Proposal | None]:
    """The winners in order; where only one of all wins, what it proposes as well."""
    if len(rivals) == 1:
        return rivals, None
    if not any([candidate.rule.group for candidate in rivals]):  # noqa: C419 - twice as fast as a generator
        match choose:
            case Chooser.BEST:
                return _best_single(context, rivals, caps, points_after)
            case Chooser.PRIORITY:
                return rivals[:1], None
            case Chooser.ALL:
                return rivals, None
    groups = groups_of(rivals, choose)
    few = len(groups) > 1 and prod(len(group) + 1 for group in groups) <= CHOICES_MAX
    if choose is Chooser.BEST and few and any(_stands_in_the_way(context, c, caps) for c in rivals):
        return _best(context, _some_of(groups), caps, points_after), None
    if choose is Chooser.PRIORITY or len(groups) == len(rivals):
        return sorted((group[0] for group in groups), key=lambda c: c.sort_key), None
    if len(groups) == 1:
        return _best_single(context, rivals, caps, points_after)
    return _best(context, product(*groups), caps, points_after), None


def _stands_in_the_way(context: Context, candidate: Candidate, caps: TotalCaps) -> bool:
    """Whether less may be paid where some group is left out: a price closes its lines to others, and pieces that others
    have made the cheapest may have a floor or a cap that lets nothing more come off them.
    """
    effect = candidate.effect
    if isinstance(effect, Price):
        return effect.closes
    limits = (caps.line, candidate.rule.caps.line)
    return isinstance(effect, Offer) and effect.PICKS and (not context.plain or limits != (None, None))


def _some_of(groups: list[list[Candidate]]) -> Iterator[list[Candidate]]:
    """Every choice of at most one of each group, but none of all: where one may stand in the way of a better one, it
    can be best to leave a group out.
    """
    for some in product(*[[*group, None] for group in groups]):
        chosen = [candidate for candidate in some if candidate is not None]
        if chosen:
            yield chosen


def _best_single(
    context: Context, rivals: list[Candidate], caps: TotalCaps, points_after: PointsAfter
) -> tuple[list[Candidate], Proposal | None]:
    """One of all wins: whoever takes most. Nothing has to be tried on the receipt unless two are equal."""
    most, best = -1, []
    for candidate in rivals:
        proposal = _propose(context, candidate, caps)
        total = 0 if isinstance(proposal, Reason) else sum(proposal)
        if total > most:
            most, best = total, [(candidate, proposal)]
        elif total == most:
            best.append((candidate, proposal))
    if len(best) == 1:
        return [best[0][0]], best[0][1]
    return _best(context, [[candidate] for candidate, _ in best], caps, points_after), None


class _Trial:
    """Tries combinations on the receipt and puts it back as it was."""

    def __init__(self, context: Context, caps: TotalCaps) -> None:
        self._context = context
        self._caps = caps
        self._left = list(context.left)
        self._closed = set(context.closed)

    def apply(self, ordered: Sequence[Candidate]) -> int:
        """What is to be paid after a combination."""
        for candidate in ordered:
            proposal = _propose(self._context, candidate, self._caps)
            if not isinstance(proposal, Reason):
                _apply(self._context, candidate, proposal)
        return sum(self._context.left)

    def undo(self) -> None:
        self._context.left[:] = self._left
        self._context.closed = set(self._closed)


def _best(
    context: Context, combinations: Iterable[Sequence[Candidate]],
    caps: TotalCaps, points_after: PointsAfter,
) -> list[Candidate]:  # fmt: skip
    trial = _Trial(context, caps)
    least: int | None = None
    best: list[list[Candidate]] = []
    for combination in combinations:
        ordered = sorted(combination, key=lambda c: c.sort_key) if len(combination) > 1 else list(combination)
        due = trial.apply(ordered)
        trial.undo()
        if least is None or due < least:
            least, best = due, [ordered]
        elif due == least:
            best.append(ordered)
    if len(best) == 1:
        return best[0]
    ranked = []
    for ordered in best:
        trial.apply(ordered)
        context.settled()
        ranked.append((-points_after(), [candidate.id for candidate in ordered], ordered))
        trial.undo()
        context.settled()
        context.begin_lane()
    return min(ranked, key=lambda row: (row[0], row[1]))[2]


def _scope(context: Context, candidate: Candidate) -> Sequence[int]:
    scope, bit = context.discountable, candidate.bit
    if candidate.scoped:
        scope = candidate.effect.scope(context)  # type: ignore[union-attr]
    if context.closed:
        scope = [i for i in scope if i not in context.closed]
    if bit:
        masks = context.masks
        return [i for i in scope if masks[i] & bit]
    return scope


def _propose(context: Context, candidate: Candidate, caps: TotalCaps) -> Proposal:
    """The parts within every cap, or the reason why nothing can be taken."""
    effect, rule = candidate.effect, candidate.rule
    scope = _scope(context, candidate)
    if not scope or not isinstance(effect, Offer):
        return NOTHING
    room = _room(context, caps, rule.caps.line)
    parts = effect.propose(context, Ask(scope, room, candidate.initial, candidate.bit))
    total = sum(parts)
    if total == 0:
        return NOTHING
    if not candidate.capped:
        return parts
    most = limited_money(context, rule, total)
    if isinstance(most, Reason):
        return most
    return allocate(most, parts, context.order) if most < total else parts


def _room(context: Context, caps: TotalCaps, line_cap: int | None) -> list[int]:
    """How much each line can still bear: its price, its floor, the caps of the rule and of the programme."""
    if context.plain and caps.line is None and line_cap is None:
        return context.left if min(context.left) >= 0 else [max(0, left) for left in context.left]
    room = []
    floors = context.floors or [0] * len(context.lines)
    for line, left, floor in zip(context.lines, context.left, floors, strict=True):
        most = left - floor
        if caps.line is not None:
            taken = line.sum_minor - line.given_minor - left
            most = min(most, line.sum_minor * caps.line // PERCENT_WHOLE - taken)
        if line_cap is not None:
            most = min(most, line.sum_minor * line_cap // PERCENT_WHOLE)
        room.append(max(0, most))
    return room
