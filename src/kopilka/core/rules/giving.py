"""The last lane: goods, coupons, perks and messages. All of them are given together, of a named group only one."""

from collections.abc import Sequence

from kopilka.core.programme.document import Chooser
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Gift, Issue, Message, Privilege, Skipped
from kopilka.core.rules.effect import Give, Given
from kopilka.core.rules.effects.message import Tell
from kopilka.core.rules.limits import used_up
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.rules.ruleset import NOTHING_TO_TAKE, Candidate, Ruleset
from kopilka.core.rules.stacking import HIGHER_PRIORITY, admitted

GAVE_NOTHING = reason_kind(
    "gave_nothing", ru="правило ничего не дало в этом чеке", en="the rule gave nothing on this receipt"
)


class Gifts:
    """What the last lane has brought."""

    def __init__(self) -> None:
        self.gifts: list[Gift] = []
        self.issues: list[Issue] = []
        self.perks: list[Privilege] = []
        self.messages: list[Message] = []

    def add(self, given: Given) -> None:
        """Keep what is given."""
        match given:
            case Gift():
                self.gifts.append(given)
            case Issue():
                self.issues.append(given)
            case Privilege():
                self.perks.append(given)
            case Message():
                self.messages.append(given)


def give(context: Context, rules: Ruleset, candidates: Sequence[Candidate]) -> tuple[Gifts, list[Skipped]]:
    """Run the lane, after everything that is money or points; what is said comes after what is given."""
    gifts = Gifts()
    met, skipped = admitted(context, candidates)
    met.sort(key=_says)
    winners: dict[str, str] = {}
    alone = rules.programme.lanes.gifts.choose is Chooser.ALL
    for candidate in met:
        group = candidate.rule.group
        rival = winners.get(group) if group or not alone else None
        if rival is not None and rival != candidate.id:
            skipped.append(Skipped(candidate.id, HIGHER_PRIORITY(rule=rival)))
            continue
        rows = _rows(context, rules, candidate)
        if isinstance(rows, Reason):
            skipped.append(Skipped(candidate.id, rows))
            continue
        winners[group] = candidate.id
        candidate.charge(context)
        for row in rows:
            gifts.add(row)
            if not isinstance(row, Message):
                context.gave.setdefault(candidate.id, 0)
    return gifts, skipped


def _says(candidate: Candidate) -> bool:
    return isinstance(candidate.effect, Tell)


def _rows(context: Context, rules: Ruleset, candidate: Candidate) -> list[Given] | Reason:
    effect = candidate.effect
    if not isinstance(effect, Give):
        raise TypeError(effect)
    before = Tell if _says(candidate) else Give
    others = any(not isinstance(other, before) for other in candidate.rule.effects)
    if others and candidate.id not in context.gave:
        return GAVE_NOTHING()
    refusal = candidate.affordable(context)
    caps = rules.capped.get(candidate.id)
    if refusal is None and caps is not None and not others:
        refusal = used_up(context, candidate.id, caps)
    if refusal is None and candidate.bit and not context.meant(candidate.bit):
        refusal = NOTHING_TO_TAKE()
    if refusal is not None:
        return refusal
    rows = effect.give(context, candidate.id, candidate.number)
    return rows if isinstance(rows, Reason) else list(rows)
