"""Paying with points: the most that is allowed here and why, and how it is shared over the lines."""

from kopilka.core.programme.document import PointsKind, Spending
from kopilka.core.receipt import SpendRequest
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import SpendRoom, Spent
from kopilka.core.rules.effects.earn import HUNDREDTHS
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.rules.ruleset import Ruleset
from kopilka.values.quantity import ONE
from kopilka.values.rounding import PERCENT_WHOLE
from kopilka.values.share import allocate, allocate_within

NO_SPENDING = reason_kind(
    "no_spending", ru="программа не принимает бонусы в оплату", en="points do not pay here"
)
SHARE_LIMIT = reason_kind(
    "spend_share",
    ru="бонусами можно оплатить не больше {share:percent} покупки",
    en="points pay at most {share:percent}",
)
BALANCE_LIMIT = reason_kind("spend_balance", ru="столько бонусов на счёте", en="this is the balance")
GOODS_LIMIT = reason_kind(
    "spend_goods", ru="эти товары нельзя оплатить бонусами", en="these goods cannot be paid with points"
)
KEEP_LIMIT = reason_kind(
    "spend_keep", ru="каждая штука стоит хотя бы {keep:money}", en="each piece costs {keep:money} at least"
)
LEAST_LIMIT = reason_kind(
    "spend_least", ru="бонусами платят от {least:points}", en="points pay from {least:points} on"
)
MEMBER_LIMIT = reason_kind("spend_member", ru="таков лимит участника", en="this is the member's limit")


def spend_room(context: Context, rules: Ruleset, available: int) -> tuple[SpendRoom, list[int]]:
    """The most units that may pay, the reason for the limit, and what each line can bear."""
    spending = rules.programme.spend
    kind_id = rules.spend_kind
    if spending is None or not kind_id:
        return SpendRoom(reason=NO_SPENDING()), []
    if context.member is None:
        return SpendRoom(kind_id, reason=MEMBERS_ONLY()), []
    for check in rules.spend_checks:
        refusal = check(context)
        if refusal is not None:
            return SpendRoom(kind_id, reason=refusal), []
    kind = rules.programme.points[kind_id]
    room, share = _line_room(context, rules, spending), _share(context, spending)
    if context.plain:
        bearable = max(0, sum(context.left))
        without = 0 if spending.delivery else sum(context.left[context.goods_count :])
        total = max(0, sum(context.left) - without)
    else:
        bearable, total = _bearable(context), _payable(context, spending)
    by_share, by_goods = total * share // PERCENT_WHOLE, min(sum(room), bearable)
    most = min(by_share, by_goods) * kind.scale // kind.worth
    limit = context.member.spend_max_units
    if available < most and (limit is None or available <= limit):
        most, reason = max(0, available), BALANCE_LIMIT()
    elif limit is not None and limit < most:
        most, reason = max(0, limit), MEMBER_LIMIT()
    else:
        reason = SHARE_LIMIT(share=share) if by_share <= by_goods else _of_goods(spending, room)
    most = _stepped(most, spending, kind)
    least = _least(spending, kind)
    if most < least:
        return SpendRoom(kind_id, reason=LEAST_LIMIT(least=least)), room
    return SpendRoom(kind_id, most, most * kind.worth // kind.scale, reason), room


def _of_goods(spending: Spending, room: list[int]) -> Reason:
    return KEEP_LIMIT(keep=spending.keep) if spending.keep and any(room) else GOODS_LIMIT()


def _line_room(context: Context, rules: Ruleset, spending: Spending) -> list[int]:
    caps = rules.programme.caps
    payable = len(context.lines) if spending.delivery else context.goods_count
    limited = caps.with_points and caps.line is not None
    if context.plain and not (rules.spend_bit or spending.keep or limited):
        room = (
            list(context.left)
            if min(context.left, default=0) >= 0
            else [max(0, left) for left in context.left]
        )
        if payable < len(room):
            room[payable] = 0
        return room
    room = [0] * len(context.lines)
    for i in context.among(range(payable), rules.spend_bit):
        most = context.left[i]
        if not context.plain:
            most = most - context.paid_floor(i) if context.class_of(i).spend else 0
        if spending.keep:
            most = min(most, context.left[i] - spending.keep * -(-context.lines[i].quantity // ONE))
        if limited and caps.line is not None:
            line = context.lines[i]
            taken = line.sum_minor - line.given_minor - context.left[i]
            most = min(most, line.sum_minor * caps.line // PERCENT_WHOLE - taken)
        if most > 0:
            room[i] = most
    return room


def _payable(context: Context, spending: Spending) -> int:
    """What the largest share is taken of: the goods, and delivery where points may pay it. Goods of a class that takes
    no part in spending make no room for paying more of others.
    """
    places = range(len(context.lines) if spending.delivery else context.goods_count)
    return max(0, sum([context.left[i] for i in places if context.class_of(i).spend]))


def _bearable(context: Context) -> int:
    """The most that points may pay without a discount given outside, which exceeds its line, falling on goods that
    the law protects.
    """
    left = sum(context.left)
    if not context.plain and min(context.left) < 0:
        for i, price in enumerate(context.left):
            guarded = context.paid_floor(i) if context.class_of(i).spend else price
            left -= min(max(0, price), max(0, guarded))
    return max(0, left)


def _least(spending: Spending, kind: PointsKind) -> int:
    return 0 if spending.least is None else spending.least * kind.scale // HUNDREDTHS


def _share(context: Context, spending: Spending) -> int:
    if not spending.inside:
        return spending.up_to
    shop = context.shop
    named = [share for id_, share in spending.inside.items() if id_ == shop.id or id_ in shop.groups]
    return min(named) if named else spending.up_to


def _stepped(units: int, spending: Spending, kind: PointsKind) -> int:
    step = 1 if spending.step is None else max(1, spending.step * kind.scale // HUNDREDTHS)
    return units // step * step


def spend(
    context: Context, rules: Ruleset, wish: SpendRequest, room: SpendRoom, line_room: list[int]
) -> Spent | None:
    """Points that pay: what was wished, at most what there is room for, in whole steps and from the least amount on.
    Marks them on the lines.
    """
    spending = rules.programme.spend
    units = room.units if wish.units is None else min(wish.units, room.units)
    if units <= 0 or spending is None:
        return None
    kind = rules.programme.points[room.kind]
    units = _stepped(units, spending, kind)
    if units < max(1, _least(spending, kind)):
        return None
    minor = units * kind.worth // kind.scale
    weights = [max(0, left) if line_room[i] else 0 for i, left in enumerate(context.left)]
    if weights == line_room:
        parts = allocate(minor, weights, context.order)  # shares in proportion to the room never leave it
    else:
        parts = allocate_within(minor, weights, line_room, context.order)
    context.points = parts
    context.net = [left - part for left, part in zip(context.left, parts, strict=True)]
    return Spent(room.kind, units, minor, tuple(parts))
