"""What a Decision does beside points: coupons are held, used, given and taken back; perks come and go; the purchase
becomes a part of the member's past.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from kopilka.core.member.belongings import Belongings
from kopilka.core.member.coupon import ACTIVE, CANCELLED, HELD, NEW, USED, Coupon
from kopilka.core.member.member import Past, Perk
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Line
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.sale import Sale
from kopilka.values.share import cumulative


def shown_coupons(decision: Decision) -> list[str]:
    """Codes of the coupons that a Decision uses up; public codes are counted, not kept."""
    return [code.code for code in decision.codes if code.used and not code.public]


def use_coupons(
    decision: Decision, receipt: str, coupons: Mapping[str, Coupon], *, until: datetime | None = None
) -> list[Coupon]:
    """The coupons of a Decision, now used for a receipt, or held by it `until` its hold lapses."""
    state = USED if until is None else HELD
    found = [coupons[code] for code in shown_coupons(decision) if code in coupons]
    return [
        msgspec.structs.replace(coupon, state=state, receipt=receipt, lapses_at=until) for coupon in found
    ]


def free_coupons(decision: Decision, receipt: str, coupons: Mapping[str, Coupon]) -> list[Coupon]:
    """The coupons of a Decision, good again: the hold ended, or everything was returned."""
    found = [coupons[code] for code in shown_coupons(decision) if code in coupons]
    mine = [coupon for coupon in found if coupon.receipt == receipt and coupon.state in (HELD, USED)]
    return [msgspec.structs.replace(coupon, state=ACTIVE, receipt="", lapses_at=None) for coupon in mine]


def issue_coupons(programme: Programme, sale: Sale, holder: str, codes: Iterator[str]) -> list[Coupon]:
    """The coupons that a Decision gives, each with a fresh code."""
    rows = []
    for issue in sale.decision.issues:
        waits = programme.coupons[issue.series].activation
        rows.append(
            Coupon(
                next(codes), programme.programme, issue.series, NEW if waits else ACTIVE, holder,
                issue.active_on, issue.last_on, source=sale.receipt.id,
            )
        )  # fmt: skip
    return rows


def cancel_issued(sale: Sale, coupons: Mapping[str, Coupon]) -> list[Coupon]:
    """The coupons that a returned receipt had given and that nobody has used: withdrawn. One that another open receipt
    holds is withdrawn too; if that receipt closes after all, it was promised and is used.
    """
    found = [coupons[code] for code in sale.issued if code in coupons]
    unused = [coupon for coupon in found if coupon.state in (NEW, ACTIVE, HELD)]
    return [msgspec.structs.replace(coupon, state=CANCELLED) for coupon in unused]


def give_perks(programme: Programme, sale: Sale, belongings: Belongings) -> None:
    """Keep the perks of a Decision that are given for a time; others hold only while their rule's conditions do."""
    for row in sale.decision.perks:
        if row.kept:
            perk = Perk(row.perk, sale.day, row.last_on, sale.receipt.id)
            belongings.give(programme.programme, perk)


def past_of(sale: Sale) -> Past | None:
    """The purchase as history sees it: of every line the pieces that were kept and the money paid for them, as levels
    count it; None where nothing was kept.
    """
    rows = zip(sale.receipt.lines, sale.done(), sale.wholes(), sale.paid_parts(), strict=False)
    kept = tuple([_kept(line, done, whole, paid) for line, done, whole, paid in rows if done < whole])
    gifts = tuple([gift.sku for gift in sale.decision.gifts])
    return Past(sale.day, kept, gifts) if kept else None


def _kept(line: Line, done: int, whole: int, paid: int) -> Line:
    """A line as far as it was kept; nearly always that is all of it, at its price."""
    quantity, money = line.quantity, max(0, paid)
    if done:
        quantity -= cumulative(quantity, done, whole)
        money -= cumulative(money, done, whole)
    if quantity == line.quantity and money == line.sum_minor:
        return line
    return msgspec.structs.replace(line, quantity=quantity, sum_minor=money)


def remember(sale: Sale, belongings: Belongings) -> None:
    """Bring the member's past up to a sale's present state."""
    past = past_of(sale)
    if past is None:
        belongings.past.pop(sale.receipt.id, None)
    else:
        belongings.past[sale.receipt.id] = past
