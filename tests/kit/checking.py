"""One condition asked by itself: written as in a document, about a receipt and a member made of plain facts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from world import ZONE, programme_of

from kopilka.core.member.coupon import Coupon
from kopilka.core.member.member import Member, Past
from kopilka.core.receipt import Line, Payment, Receipt, Shop
from kopilka.core.rules.condition import Check
from kopilka.core.rules.context import Context
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Ruleset
from kopilka.values.period import zone

NOON = "2026-03-04 12:00"
DOCUMENT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {{bonus: {{worth: 1.00}}}}
levels: {{ladder: [{{id: base, from: 0}}, {{id: gold, from: 1000}}]}}
perks: {{consultant: {{title: Consultant}}, early: {{title: Early}}}}
coupons: {{spring: {{code: SPRING}}}}
holidays: [2026-03-08, 2026-05-01]
classes: {{gift: {{count: no}}}}
rules:
  - {{id: asked, {when}, earn: 5%}}
"""


def rules_of(when: str) -> Ruleset:
    return Ruleset(programme_of(DOCUMENT.format(when=f"when: {{ {when} }}")))


def condition_of(rules: Ruleset) -> Check:
    """The rule's only condition."""
    found = rules.programme.rules[0].when[0]
    assert isinstance(found, Check)
    return found


def moment(text: str, zone_name: str) -> datetime:
    """A moment as the clock on the wall shows it; `/2` is the second time that the hour comes."""
    local, _, second = text.partition("/")
    return datetime.fromisoformat(local).replace(tzinfo=zone(zone_name), fold=int(second == "2"))


def context_of(
    rules: Ruleset, member: Member | None, *, at: str = NOON, zone_name: str = ZONE, **facts: Any
) -> Context:
    """A receipt of one line of 100.00, changed by `facts`; the context as the engine would make it."""
    delivery, coupons, action = facts.pop("delivery", None), facts.pop("coupons", ()), facts.pop("action", "")
    lines = facts.pop("lines", (Line("a", "sku-a", 1000, 10_000),))
    when = moment(at, zone_name)
    receipt = Receipt("r", "s1", when, "RUB", lines, delivery, **facts)
    context = Context(receipt, Shop("s1", zone_name, "club", ("outlet",)), member, rules.filters)
    law = rules.law(context.day)
    context.under(law.classes, law.least)
    context.holidays = rules.programme.holidays
    context.action = action
    context.coupons = {series: [Coupon("CODE", "club", series)] for series in coupons}
    return context


def asked(when: str, member: Member | None, **facts: Any) -> Reason | None:
    """What the condition answers."""
    rules = rules_of(when)
    return condition_of(rules).check(context_of(rules, member, **facts))


def answer(when: str, member: Member | None, **facts: Any) -> str:
    """`met`, or the code of the reason with its parameters: `goods_total_below missing=100`."""
    reason = asked(when, member, **facts)
    if reason is None:
        return "met"
    return " ".join([reason.code, *[f"{name}={value}" for name, value in reason.params.items()]])


def person(**facts: Any) -> Member:
    """A member of whom nothing is known but the facts."""
    return Member("hdr_1", "mem_1", **{"level": "base", "level_rank": 0, **facts})


def bought(days: Mapping[str, int]) -> dict[str, Any]:
    """So many purchases on each day, as a member's facts."""
    rows = {date.fromisoformat(day): [1000 * count, count, 0] for day, count in days.items()}
    return {"days": rows, "receipts": sum(days.values())}


def past(day: str, *lines: Line) -> Past:
    return Past(date.fromisoformat(day), lines)


def paid(**parts: int) -> tuple[Payment, ...]:
    return tuple(Payment(kind, amount) for kind, amount in parts.items())
