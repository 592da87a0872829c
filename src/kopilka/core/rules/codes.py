"""Codes that are shown with a receipt: which coupons they are, whether they are good, and which were used up."""

from collections.abc import Mapping, Sequence
from datetime import date

from kopilka.core.member.coupon import CANCELLED, HELD, NEW, USED, Coupon, well_formed
from kopilka.core.programme.codes import normalised
from kopilka.core.programme.document import Caps
from kopilka.core.rules.conditions.member import MEMBERS_ONLY
from kopilka.core.rules.context import Context
from kopilka.core.rules.decision import Code
from kopilka.core.rules.limits import MEMBER_CAP_USED, used_up
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.rules.ruleset import COUPON_CAP, Ruleset

UNKNOWN = reason_kind("code_unknown", ru="такого кода нет", en="there is no such code")
MISTYPED = reason_kind(
    "code_mistyped",
    ru="такого кода нет: проверьте, нет ли опечатки",
    en="there is no such code: look whether it is typed right",
)
USED_UP = reason_kind(
    "code_used_up",
    ru="код больше не действует: он был на {uses:count|применение|применения|применений}, и все они израсходованы",
    en="the code works no more: it was for {uses:count|use|uses}, and all of them are gone",
)
USED_BY_MEMBER = reason_kind(
    "code_used_by_member",
    ru="покупатель уже применил этот код: можно {uses:count|раз|раза|раз}",
    en="the customer has used this code already: it is for {uses:count|time|times} each",
)
TOO_EARLY = reason_kind(
    "code_too_early", ru="код действует с {day:date}", en="the code works from {day:date}"
)
TOO_LATE = reason_kind(
    "code_too_late", ru="код действовал до {day:date}", en="the code worked until {day:date}"
)
SPENT = reason_kind("code_used", ru="код уже использован", en="the code has been used")
RESERVED = reason_kind(
    "code_reserved",
    ru="код занят другим чеком, который ещё не закрыт",
    en="another open receipt holds the code",
)
OTHERS = reason_kind("code_of_other", ru="это чужой купон", en="the coupon is somebody else's")
NOT_ACTIVATED = reason_kind(
    "code_not_activated", ru="купон ещё не активирован", en="the coupon is not activated yet", unlocks=True
)
WITHDRAWN = reason_kind("code_withdrawn", ru="купон отменён", en="the coupon was withdrawn")
IDLE = reason_kind(
    "code_idle",
    ru="код верный, но на эти товары или условия не действует; он не израсходован",
    en="the code is right but gives nothing here; it is not used up",
)


def resolve(context: Context, rules: Ruleset, found: Mapping[str, Coupon]) -> list[Code]:
    """Put the coupons that are good here into the context; the codes that are not come back with the reason. `found`
    are coupons by code: those shown that exist, and the member's own that apply by themselves.
    """
    good: dict[str, list[Coupon]] = {}
    refused: list[Code] = []
    shown = dict.fromkeys(normalised(code) for code in context.receipt.codes)
    for code in shown:
        public = rules.public.get(code)
        coupon = found.get(code)
        if public is not None:
            series, row = public
            coupon = Coupon(code, rules.programme.programme, series, active_on=row.starts, last_on=row.until)
            reason = _public(context, rules, series, coupon)
        elif coupon is None or coupon.programme != rules.programme.programme:
            reason = UNKNOWN() if coupon is not None or well_formed(code) else MISTYPED()
        else:
            reason = _own(context, rules, coupon)
        if reason is None and coupon is not None:
            good.setdefault(coupon.series, []).append(coupon)
        else:
            series = "" if coupon is None or coupon.programme != rules.programme.programme else coupon.series
            refused.append(Code(code, series, reason=reason, public=public is not None))
    for code, coupon in found.items():
        kind = rules.programme.coupons.get(coupon.series)
        by_itself = kind is not None and kind.auto and coupon.programme == rules.programme.programme
        if code not in shown and by_itself and _own(context, rules, coupon) is None:
            good.setdefault(coupon.series, []).append(coupon)
    context.coupons = good
    return refused


def _public(context: Context, rules: Ruleset, series: str, coupon: Coupon) -> Reason | None:
    caps = rules.capped.get(COUPON_CAP + series)
    if caps is not None and caps.member is not None and context.member is None:
        return MEMBERS_ONLY()
    reason = wrong_day(coupon, context.day)
    if reason is not None or caps is None:
        return reason
    return _limited(used_up(context, COUPON_CAP + series, caps), caps)


def _limited(limit: Reason | None, caps: Caps) -> Reason | None:
    """Which limit of a public code is reached, in words of codes and not of rules."""
    if limit is None:
        return None
    if limit.code == MEMBER_CAP_USED.code:
        return USED_BY_MEMBER(uses=0 if caps.member is None else caps.member.uses or 0)
    return USED_UP(uses=0 if caps.budget is None else caps.budget.uses or 0)


def _own(context: Context, rules: Ruleset, coupon: Coupon) -> Reason | None:
    if coupon.series not in rules.programme.coupons:
        return UNKNOWN()
    if coupon.state == CANCELLED:
        return WITHDRAWN()
    if coupon.state == USED:
        return SPENT()
    if coupon.state == HELD and coupon.receipt != context.receipt.id:
        return RESERVED()
    member = context.member
    if coupon.holder_id and (member is None or member.holder_id != coupon.holder_id):
        return OTHERS()
    if coupon.state == NEW:
        return NOT_ACTIVATED()
    return wrong_day(coupon, context.day)


def wrong_day(coupon: Coupon, day: date) -> Reason | None:
    """Why a coupon does not work on a day."""
    if coupon.active_on is not None and day < coupon.active_on:
        return TOO_EARLY(day=coupon.active_on.isoformat())
    if coupon.last_on is not None and day > coupon.last_on:
        return TOO_LATE(day=coupon.last_on.isoformat())
    return None


def settle(context: Context, rules: Ruleset) -> list[Code]:
    """What became of the good codes: of each series that a rule gave something for, the coupon that ends first is used."""
    wanted: set[str] = set()
    for rule in context.gave:
        wanted.update(rules.coupon_rules.get(rule, ()))
    rows: list[Code] = []
    shown = {normalised(code) for code in context.receipt.codes}
    for series, coupons in sorted(context.coupons.items()):
        ranked: Sequence[Coupon] = sorted(
            coupons, key=lambda c: (c.code not in shown, c.last_on or date.max, c.code)
        )
        for place, coupon in enumerate(ranked):
            public = bool(rules.programme.coupons[series].code) and coupon.code in rules.public
            if place == 0 and series in wanted:
                rows.append(Code(coupon.code, series, used=True, public=public))
            elif coupon.code in shown:
                rows.append(Code(coupon.code, series, reason=IDLE(), public=public))
    return rows
