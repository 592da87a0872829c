"""Caps of a rule: what a receipt, a member's period and the budget still allow."""

from collections.abc import Mapping

from kopilka.core.member.member import NOT_USED
from kopilka.core.member.standing import period_key
from kopilka.core.programme.document import Caps, PointsKind, Rule
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import CapUse
from kopilka.core.rules.effects.earn import HUNDREDTHS
from kopilka.core.rules.reason import Reason, reason_kind

MEMBER_CAP_USED = reason_kind(
    "member_cap_used",
    ru="лимит участника по этому правилу исчерпан",
    en="the member's limit for this rule is used up",
)
RECEIPT_CAP_USED = reason_kind(
    "receipt_cap_used",
    ru="лимит этого правила на один чек исчерпан",
    en="this rule's limit for one receipt is used up",
)
BUDGET_USED = reason_kind("budget_used", ru="бюджет акции исчерпан", en="the budget of this offer is used up")


def used_up(context: Context, id_: str, caps: Caps) -> Reason | None:
    """Whether something that is limited in uses has none left here."""
    if caps.member is not None and caps.member.uses is not None and context.member is not None:
        used = context.member.used.get((id_, period_key(caps.member.per, context.day)), NOT_USED)
        if used.uses >= caps.member.uses:
            return MEMBER_CAP_USED()
    budget = caps.budget
    if budget is not None and budget.uses is not None:
        spent = context.budgets.get(id_, NOT_USED).uses >= budget.uses
        return BUDGET_USED() if spent else None
    return None


def limited_money(context: Context, rule: Rule, wanted: int) -> int | Reason:
    """The money that the rule may give in this lane, at most `wanted`; a reason where that is nothing."""
    caps, most = rule.caps, wanted
    gave = context.gave.get(rule.id, 0)
    if caps.receipt is not None:
        most = min(most, caps.receipt - gave)
        if most <= 0:
            return RECEIPT_CAP_USED()
    if caps.member is not None and context.member is not None:
        used = context.member.used.get((rule.id, period_key(caps.member.per, context.day)), NOT_USED)
        if caps.member.uses is not None and used.uses >= caps.member.uses:
            return MEMBER_CAP_USED()
        if caps.member.money is not None:
            most = min(most, caps.member.money - used.money_minor - gave)
        if most <= 0:
            return MEMBER_CAP_USED()
    if caps.budget is not None:
        used = context.budgets.get(rule.id, NOT_USED)
        if caps.budget.uses is not None and used.uses >= caps.budget.uses:
            return BUDGET_USED()
        if caps.budget.money is not None:
            most = min(most, caps.budget.money - used.money_minor - gave)
        if most <= 0:
            return BUDGET_USED()
    return max(0, most)


def limited_points(context: Context, rule: Rule, kind: PointsKind, wanted: int) -> int | Reason:
    """The points units that the rule may give here, at most `wanted`; a reason where that is nothing."""
    caps, most = rule.caps, wanted
    if caps.receipt_points is not None:
        most = min(most, _units(caps.receipt_points, kind))
    if caps.member is not None and context.member is not None:
        used = context.member.used.get((rule.id, period_key(caps.member.per, context.day)), NOT_USED)
        if caps.member.uses is not None and used.uses >= caps.member.uses:
            return MEMBER_CAP_USED()
        if caps.member.points is not None:
            most = min(most, _units(caps.member.points, kind) - used.points_units)
        if most <= 0:
            return MEMBER_CAP_USED()
    if caps.budget is not None:
        used = context.budgets.get(rule.id, NOT_USED)
        if caps.budget.uses is not None and used.uses >= caps.budget.uses:
            return BUDGET_USED()
        if caps.budget.points is not None:
            most = min(most, _units(caps.budget.points, kind) - used.points_units)
        if most <= 0:
            return BUDGET_USED()
    return max(0, most)


def _units(hundredths: int, kind: PointsKind) -> int:
    return hundredths * kind.scale // HUNDREDTHS


def cap_uses(
    context: Context, gives: dict[str, tuple[int, int]], capped: Mapping[str, Caps]
) -> tuple[CapUse, ...]:
    """What was used of caps; `gives` maps whatever is capped to its money and points units."""
    rows: list[CapUse] = []
    for id_, (money, points) in gives.items():
        caps = capped[id_]
        if caps.member is not None and context.member is not None:
            rows.append(CapUse(id_, period_key(caps.member.per, context.day), 1, money, points))
        if caps.budget is not None:
            rows.append(CapUse(id_, "", 1, money, points))
    return tuple(rows)
