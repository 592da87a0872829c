"""evaluate: one receipt, one programme version, one member → one Decision. The same lines of code serve the
quote, the closed receipt, the preview and the back-test.
"""

from collections.abc import Mapping

import msgspec

from kopilka.core.member.member import Member, Used
from kopilka.core.programme.document import Lane
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import CapUse, Decision, Earned, Skipped, SpendRoom, Spent, Taken
from kopilka.core.rules.earning import earn, value_of, welcome
from kopilka.core.rules.limits import cap_uses
from kopilka.core.rules.reason import reason_kind
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.rules.spending import spend, spend_room
from kopilka.core.rules.stacking import run_lane
from kopilka.values.share import allocate_within

PROGRAMME_PAUSED = reason_kind(
    "programme_paused", ru="программа приостановлена", en="the programme is paused"
)
DISCOUNT_LANES = (Lane.PRICES, Lane.DISCOUNTS, Lane.COUPONS, Lane.DELIVERY)


class Means(msgspec.Struct, frozen=True, gc=False):
    """What there is to give: `available` is the spendable balance of the paying kind in smallest units, `budgets`
    what campaign budgets have used so far.
    """

    available: int = 0
    budgets: Mapping[str, Used] = {}


NO_MEANS = Means()


class _Found(msgspec.Struct):
    """What the lanes have brought so far."""

    taken: list[Taken] = []
    skipped: list[Skipped] = []
    room: SpendRoom = SpendRoom()
    spent: Spent | None = None
    earned: list[Earned] = []


def evaluate(
    rules: Ruleset,
    receipt: Receipt,
    shop: Shop,
    member: Member | None,
    means: Means = NO_MEANS,
) -> Decision:
    """Decide a receipt. Reads no clock: every date comes from the receipt's moment."""
    context = Context(receipt, shop, member, rules.filters)
    context.under(rules.classes(context.day))
    context.budgets = means.budgets
    if receipt.given_minor:
        _spread_given(context, receipt.given_minor)
    found = _Found()
    if rules.programme.paused:
        found.skipped = [Skipped(rule.id, PROGRAMME_PAUSED()) for rule in rules.programme.rules]
        return _decision(context, rules, found)

    def points_after() -> int:
        return sum(value_of(rules, offer) for offer in earn(context, rules)[0])

    for lane in DISCOUNT_LANES:
        if rules.lanes[lane]:
            taken, skipped = run_lane(context, rules, lane, points_after)
            found.taken += taken
            found.skipped += skipped
    found.room, line_room = spend_room(context, rules, means.available)
    if receipt.spend is not None:
        found.spent = spend(context, rules, receipt.spend, found.room, line_room)
    found.earned, not_earned = earn(context, rules)
    found.skipped += not_earned
    return _decision(context, rules, found)


def greet(
    rules: Ruleset, receipt: Receipt, shop: Shop, member: Member, *, budgets: Mapping[str, Used] | None = None
) -> tuple[list[Earned], tuple[CapUse, ...]]:
    """What enrolling gives, and what that uses of caps; `receipt` is empty and tells only the moment."""
    if rules.programme.paused:
        return [], ()
    context = Context(receipt, shop, member, rules.filters)
    context.budgets = budgets or {}
    earned = welcome(context, rules)
    return earned, _caps(context, rules, [], earned)


def _spread_given(context: Context, given: int) -> None:
    room = [max(0, left) for left in context.left]
    parts = allocate_within(min(given, sum(room)), room, room, context.order)
    for i, part in enumerate(parts):
        context.left[i] -= part
    over = given - sum(parts)
    if over > 0 and context.left:
        context.left[context.order.index(0)] -= over


def _decision(context: Context, rules: Ruleset, found: _Found) -> Decision:
    receipt, goods = context.receipt, context.goods_count
    taken, spent = found.taken, found.spent
    left = context.left
    due = max(0, sum(left))
    counted = (1,) * goods
    if not context.plain:
        counted = tuple([int(context.class_of(i).count) for i in range(goods)])
    return Decision(
        programme=rules.programme.programme,
        version=rules.version,
        currency=rules.programme.currency,
        at=receipt.at,
        goods_minor=sum([line.sum_minor for line in receipt.lines]),
        delivery_minor=0 if receipt.delivery is None else receipt.delivery.sum_minor,
        given_minor=context.given,
        discount_minor=sum([row.minor for row in taken]),
        due_minor=due,
        paid_minor=due - (0 if spent is None else spent.minor),
        left=tuple(left),
        counted=counted,
        level="" if context.member is None else context.member.level,
        taken=tuple(taken),
        room=found.room,
        spent=spent,
        earned=tuple(found.earned),
        skipped=tuple(found.skipped),
        caps=_caps(context, rules, taken, found.earned),
    )


def _caps(context: Context, rules: Ruleset, taken: list[Taken], earned: list[Earned]) -> tuple[CapUse, ...]:
    capped = rules.capped
    if not capped:
        return ()
    gives: dict[str, tuple[int, int]] = {}
    for row in taken:
        if row.rule in capped:
            money, points = gives.get(row.rule, (0, 0))
            gives[row.rule] = (money + row.minor, points)
    for offer in earned:
        if offer.rule in capped:
            money, points = gives.get(offer.rule, (0, 0))
            gives[offer.rule] = (money, points + offer.units)
    return cap_uses(context, gives, capped)
