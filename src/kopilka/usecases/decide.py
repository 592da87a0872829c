"""Steps that holding and closing share: the Decision of a receipt that is about to be booked, and its refusals."""

from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import evaluate
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.batch import Batch, Buyer
from kopilka.usecases.outcomes import Refused, Why
from kopilka.values.period import local_day


def decide(
    batch: Batch, receipt: Receipt, place: tuple[Shop, Ruleset], buyer: Buyer | None, *, sold: bool = False
) -> Decision | Refused:
    """Decide a receipt now. Asking for more points than are allowed is refused, unless the sale is a fact."""
    shop, rules = place
    member = (
        None
        if buyer is None
        else batch.member(buyer, rules, day=local_day(receipt.at, shop.zone), without=receipt.id)
    )
    decision = evaluate(rules, receipt, shop, member, batch.means(buyer, rules, without=receipt.id))
    wish = receipt.spend
    if wish is not None and wish.units and not sold:
        got = 0 if decision.spent is None else decision.spent.units
        if wish.kind and wish.kind != rules.programme.spend_kind():
            return Refused(
                "other_points", Why.INVALID, "spend.kind", {"expected": rules.programme.spend_kind()}
            )
        if got < wish.units:
            # Within the room, what stood in the way is the step or the least amount: say what they let through.
            fits = wish.units <= decision.room.units
            params: dict[str, int | str] = {"asked": wish.units, "most": got if fits else decision.room.units}
            if not fits and decision.room.reason is not None:
                params["reason"] = decision.room.reason.code
            return Refused("spend_too_much", Why.NOT_ALLOWED, "spend.points", params)
    return decision
