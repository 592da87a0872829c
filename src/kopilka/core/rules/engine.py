"""evaluate: one receipt, one programme version, one member → one Decision. The same lines of code serve the
quote, the closed receipt, the preview and the back-test.
"""

from collections.abc import Mapping, Sequence

import msgspec

from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Member, Used
from kopilka.core.programme.document import Lane, Trigger
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.codes import resolve, settle
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import (
    CapUse,
    Charge,
    Code,
    Decision,
    Earned,
    Skipped,
    SpendRoom,
    Spent,
    Taken,
)
from kopilka.core.rules.earning import earn, value_of, welcome
from kopilka.core.rules.giving import Gifts, give
from kopilka.core.rules.limits import cap_uses
from kopilka.core.rules.reason import reason_kind
from kopilka.core.rules.ruleset import COUPON_CAP, LANES, Opened, Ruleset
from kopilka.core.rules.spending import spend, spend_room
from kopilka.core.rules.stacking import run_lane
from kopilka.values.share import allocate_within

PROGRAMME_PAUSED = reason_kind(
    "programme_paused", ru="программа приостановлена", en="the programme is paused"
)
DISCOUNT_LANES = LANES.index(Lane.EARNING)
"""So many lanes come before earning."""
EARNING, GIFTS = LANES.index(Lane.EARNING), LANES.index(Lane.GIFTS)


class Means(msgspec.Struct, frozen=True, gc=False):
    """What there is to give: `available` is the spendable balance of the paying kind in smallest units, `budgets` what
    campaign budgets have used so far, `coupons` those that exist among the codes shown and the member's own, `funds`
    spendable units of kinds that rules may cost, `classes` the product classes of goods that rules may add.
    """

    available: int = 0
    budgets: Mapping[str, Used] = {}
    coupons: Mapping[str, Coupon] = {}
    funds: Mapping[str, int] = {}
    classes: Mapping[str, str] = {}


NO_MEANS = Means()


class _Found(msgspec.Struct):
    """What the lanes have brought so far."""

    taken: list[Taken] = []
    skipped: list[Skipped] = []
    room: SpendRoom = SpendRoom()
    spent: Spent | None = None
    earned: list[Earned] = []
    codes: list[Code] = []
    gifts: Gifts | None = None
    open: Opened = ()


def evaluate(
    rules: Ruleset,
    receipt: Receipt,
    shop: Shop,
    member: Member | None,
    means: Means = NO_MEANS,
) -> Decision:
    """Decide a receipt. Reads no clock: every date comes from the receipt's moment."""
    context = _context(rules, receipt, shop, member, means)
    if receipt.given_minor:
        _spread_given(context, receipt.given_minor)
    found = _Found()
    if rules.programme.paused:
        found.skipped = [Skipped(rule.id, PROGRAMME_PAUSED()) for rule in rules.programme.rules]
        return _decision(context, rules, found)
    if receipt.codes or means.coupons:
        found.codes = resolve(context, rules, means.coupons)

    found.open = rules.open(context)
    _discounts(context, rules, found)
    available = means.available
    for kind, units in context.charged.values():
        available -= units if kind == rules.spend_kind else 0
    found.room, line_room = spend_room(context, rules, available)
    if receipt.spend is not None:
        found.spent = spend(context, rules, receipt.spend, found.room, line_room)
        if found.spent is not None and found.spent.kind in context.funds:
            context.funds[found.spent.kind] -= found.spent.units
    found.earned, not_earned = earn(context, rules, found.open[EARNING])
    found.skipped += not_earned
    for offer in found.earned:
        context.gave.setdefault(offer.rule, 0)
    if found.open[GIFTS]:
        found.gifts, not_given = give(context, rules, found.open[GIFTS])
        first = {row.rule: row for row in reversed(not_given)}
        told = {row.rule for row in found.skipped}
        found.skipped += [row for row in not_given if row is first[row.rule] and row.rule not in told]
    if context.coupons:
        found.codes += settle(context, rules)
    return _decision(context, rules, found)


def _discounts(context: Context, rules: Ruleset, found: _Found) -> None:
    def points_after() -> int:
        return sum(value_of(rules, offer) for offer in earn(context, rules, found.open[EARNING])[0])

    for candidates in found.open[:DISCOUNT_LANES]:
        if candidates:
            taken, skipped = run_lane(context, rules, candidates, points_after)
            found.taken += taken
            found.skipped += skipped


def _context(rules: Ruleset, receipt: Receipt, shop: Shop, member: Member | None, means: Means) -> Context:
    context = Context(receipt, shop, member, rules.filters)
    law = rules.law(context.day)
    context.under(law.classes, law.least)
    context.budgets = means.budgets
    context.gift_classes = means.classes
    context.holidays = rules.programme.holidays
    context.series = rules.programme.coupons
    if rules.costs:
        context.funds = dict(means.funds)
    return context


def greet(
    rules: Ruleset,
    receipt: Receipt,
    shop: Shop,
    member: Member,
    occasion: "Occasion",
) -> tuple[list[Earned], tuple[CapUse, ...]]:
    """What something that is no purchase gives (enrolling, an action, a birthday), and what that uses of caps;
    `receipt` is empty and tells only the moment.
    """
    if rules.programme.paused:
        return [], ()
    context = Context(receipt, shop, member, rules.filters)
    context.budgets = occasion.budgets
    context.action = occasion.action
    context.holidays = rules.programme.holidays
    earned = welcome(context, rules, occasion.trigger)
    for offer in earned:
        context.gave.setdefault(offer.rule, 0)
    return earned, _caps(context, rules, [], earned)


class Occasion(msgspec.Struct, frozen=True):
    """What is rewarded beside purchases: the trigger, which action where it is one, and what budgets have used."""

    trigger: Trigger = Trigger.ENROLMENT
    action: str = ""
    budgets: Mapping[str, Used] = {}


def _spread_given(context: Context, given: int) -> None:
    """Share what was given outside for the whole receipt: goods that the law protects bear it last."""
    room = [max(0, left) for left in context.left]
    guarded = room
    if not context.plain:
        guarded = [
            max(0, left - context.floors[i]) if context.class_of(i).discount else 0
            for i, left in enumerate(room)
        ]
    parts = allocate_within(min(given, sum(guarded)), guarded, guarded, context.order)
    if sum(parts) < min(given, sum(room)):
        rest = [most - part for most, part in zip(room, parts, strict=True)]
        more = allocate_within(min(given, sum(room)) - sum(parts), rest, rest, context.order)
        parts = [part + extra for part, extra in zip(parts, more, strict=True)]
    for i, part in enumerate(parts):
        context.left[i] -= part
    over = given - sum(parts)
    if over > 0 and context.left:
        context.left[context.order.index(0)] -= over


def _decision(context: Context, rules: Ruleset, found: _Found) -> Decision:
    receipt, goods = context.receipt, context.goods_count
    taken, spent, gifts = found.taken, found.spent, found.gifts
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
        caps=_caps(context, rules, taken, found.earned, found.codes),
        charges=tuple([Charge(rule, kind, units) for rule, (kind, units) in context.charged.items()]),
        codes=tuple(found.codes),
        gifts=() if gifts is None else tuple(gifts.gifts),
        issues=() if gifts is None else tuple(gifts.issues),
        perks=() if gifts is None else tuple(gifts.perks),
        messages=() if gifts is None else tuple(gifts.messages),
    )


def _caps(
    context: Context, rules: Ruleset, taken: list[Taken], earned: list[Earned], codes: Sequence[Code] = ()
) -> tuple[CapUse, ...]:
    capped = rules.capped
    if not capped:
        return ()
    gives: dict[str, tuple[int, int]] = {rule: (0, 0) for rule in context.gave if rule in capped}
    for code in codes:
        if code.used and code.public and COUPON_CAP + code.series in capped:
            gives[COUPON_CAP + code.series] = (0, 0)
    for row in taken:
        if row.rule in capped:
            money, points = gives.get(row.rule, (0, 0))
            gives[row.rule] = (money + row.minor, points)
    for offer in earned:
        if offer.rule in capped:
            money, points = gives.get(offer.rule, (0, 0))
            gives[offer.rule] = (money, points + offer.units)
    return cap_uses(context, gives, capped)
