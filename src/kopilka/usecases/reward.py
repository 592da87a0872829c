"""Steps that closing and returning share: coupons and perks of a sale come and go, and the member's past is brought up."""

import msgspec

from kopilka.core.event import COUPON_ISSUED, COUPON_USED, PERK_GIVEN, Event
from kopilka.core.member.coupon import Coupon
from kopilka.core.programme.document import Programme
from kopilka.core.settlement.rewards import (
    cancel_issued,
    free_coupons,
    give_perks,
    issue_coupons,
    remember,
    shown_coupons,
    use_coupons,
)
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.batch import Batch, Buyer
from kopilka.usecases.ports import Holding


def reward(batch: Batch, programme: Programme, sale: Sale, buyer: Buyer | None) -> tuple[Sale, list[Event]]:
    """Use up the coupons of a closed sale, give what it gives beside points; the sale comes back with the codes."""
    decision, id_, at = sale.decision, sale.receipt.id, sale.receipt.at
    holder = "" if buyer is None else buyer.holding.holder_id
    used = use_coupons(decision, id_, batch.coupons(shown_coupons(decision)))
    batch.put_coupons(used)
    events = [Event(COUPON_USED, holder, at, id_, named(coupon)) for coupon in used]
    if buyer is None:
        return sale, events
    codes = batch.new_codes(programme, [issue.series for issue in decision.issues])
    issued = issue_coupons(programme, sale, holder, codes)
    batch.put_coupons(issued)
    events += [Event(COUPON_ISSUED, holder, at, id_, named(coupon)) for coupon in issued]
    give_perks(programme, sale, buyer.holding.belongings)
    events += [Event(PERK_GIVEN, holder, at, id_, {"perk": row.perk}) for row in decision.perks if row.kept]
    sale = msgspec.structs.replace(sale, issued=tuple([coupon.code for coupon in issued]))
    remember(sale, buyer.holding.belongings)
    return sale, events


def unreward(batch: Batch, sale: Sale, holding: Holding | None, *, complete: bool) -> None:
    """A return: when everything has come back, coupons are good again, and what was given is taken back."""
    decision, id_ = sale.decision, sale.receipt.id
    if complete:
        batch.put_coupons(free_coupons(decision, id_, batch.coupons(shown_coupons(decision))))
        batch.put_coupons(cancel_issued(sale, batch.coupons(list(sale.issued))))
    if holding is not None:
        if complete:
            holding.belongings.take(decision.programme, id_)
        remember(sale, holding.belongings)


def named(coupon: Coupon) -> dict[str, object]:
    """What an event says of a coupon: its series, never its code, which is as good as money."""
    return {"series": coupon.series, "source": coupon.source}
