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
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.sale import Sale


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
    """The purchase as history sees it: lines of which something was kept; None where nothing was."""
    progress, lines = sale.done(), sale.receipt.lines
    kept = lines
    if any(progress):
        rows = zip(lines, progress, sale.wholes(), strict=False)
        kept = tuple([line for line, done, whole in rows if done < whole])
    gifts = tuple([gift.sku for gift in sale.decision.gifts])
    return Past(sale.day, kept, gifts) if kept else None


def remember(sale: Sale, belongings: Belongings) -> None:
    """Bring the member's past up to a sale's present state."""
    past = past_of(sale)
    if past is None:
        belongings.past.pop(sale.receipt.id, None)
    else:
        belongings.past[sale.receipt.id] = past
