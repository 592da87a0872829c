"""What would this receipt give? The same lines of code as closing it, without the write."""

import msgspec

from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import evaluate
from kopilka.usecases.batch import Batch
from kopilka.usecases.commands import Quote
from kopilka.usecases.outcomes import Refused
from kopilka.values.period import local_day


class Quoted(msgspec.Struct, frozen=True):
    """A quote: the command with its receipt as the catalogue fills it in, the Decision, and balances as they are now."""

    command: Quote
    decision: Decision
    member_id: str
    balances: dict[str, tuple[int, int]]


def quote_receipt(batch: Batch, command: Quote) -> Quoted | Refused:
    """Decide without writing. More points than allowed are quoted as what is allowed, with the reason."""
    receipt = batch.catalogue.filled(command.receipt)
    place = batch.place(receipt)
    if isinstance(place, Refused):
        return place
    buyer = batch.buyer(command.who)
    if isinstance(buyer, Refused):
        return buyer
    shop, rules = place
    day = local_day(receipt.at, shop.zone)
    member = None if buyer is None else batch.member(buyer, rules, day=day, without=receipt.id)
    decision = evaluate(rules, receipt, shop, member, batch.means(buyer, rules, without=receipt.id))
    if command.explain:
        decision = rules.told(decision, receipt.at, shop.zone)
    member_id = "" if buyer is None else buyer.who.member_id
    return Quoted(
        msgspec.structs.replace(command, receipt=receipt), decision, member_id, batch.balances(buyer)
    )
