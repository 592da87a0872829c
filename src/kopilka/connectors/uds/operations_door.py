"""Operations: what a bill comes to, and the sale itself."""

import msgspec

from kopilka.connectors.kit.services import receipt_id_of
from kopilka.connectors.uds import telling, words
from kopilka.connectors.uds.ask import CODE, PHONE, UID, Ask, Named
from kopilka.connectors.uds.handling import Table
from kopilka.connectors.uds.mapping import (
    Bill,
    Place,
    bill_of,
    calc_out,
    customer_out,
    receipt_of,
    same_bill,
    stranger_out,
    tags_in,
)
from kopilka.connectors.uds.wire import Body, UdsError, bad, body_of
from kopilka.core.member.member import Member
from kopilka.core.receipt import SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import evaluate
from kopilka.core.settlement.sale import CLOSED, VOIDED
from kopilka.usecases.commands import Close, Quote, Ref, Stated
from kopilka.usecases.members import MemberChange, PersonChange
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import ReceiptView
from kopilka.values.ids import RECEIPT

CASH_OFF_MAX = 1
"""Sums may differ by so many kopecks."""
NONCE_MAX = 100


class Counted(msgspec.Struct, frozen=True):
    """A bill as it was counted: the Decision, the wish to spend, and what the buyer has."""

    decision: Decision
    spend: SpendRequest | None
    free: int


async def count(ask: Ask, named: Named, bill: Bill, place: Place, receipt_id: str = "quote") -> Counted:
    """Count a bill; the points that pay must be allowed, whole, there, and within the limit."""
    units = ask.scores.units(bill.points) if bill.points else 0
    if bill.points and not ask.payable(named):
        raise UdsError("withdrawNotPermitted", "receipt.points", ask.scores.told(units or 0))
    if units is None:
        raise bad("receipt.points", words.BAD_POINTS)
    spend = SpendRequest(units, ask.rules.spend_kind) if units else None
    receipt = receipt_of(bill, place, receipt_id, spend)
    if named.view is None:
        decision, free = evaluate(ask.rules, receipt, ask.shop, newcomer(ask)), 0
    else:
        quoted = await ask.services.counter.quote(
            Quote(receipt, Ref("member", named.view.member_id), explain=False)
        )
        if isinstance(quoted, Refused):
            raise of_refusal(quoted, ask)
        decision, free = quoted.decision, quoted.balances.get(ask.scores.kind, (0, 0))[1]
    if units > free:
        raise UdsError("insufficientFunds", "receipt.points", ask.scores.told(units))
    if units != (0 if decision.spent is None else decision.spent.units):
        raise UdsError("discountLimitExceed", "receipt.points", ask.scores.told(units))
    return Counted(decision, spend, free)


def newcomer(ask: Ask) -> Member:
    """Whoever would join by buying: on the lowest level, with nothing bought before."""
    levels = ask.rules.programme.levels
    return Member("", "", "" if levels is None else levels.ladder[0].id, -1 if levels is None else 0)


async def calculated(ask: Ask, named: Named, bill: Bill) -> dict[str, object]:
    """PurchaseCalc of a bill."""
    counted = await count(ask, named, bill, ask.place())
    return calc_out(counted.decision, bill, ask.scores, ask.terms, payable=ask.payable(named))


def _participant(body: Body) -> Body:
    """Whom the body names: `code` at the top, or `phone` or `uid` of the participant."""
    inner = body.inner("participant")
    fields = {CODE: body.text(CODE)}
    if inner is not None:
        fields |= {PHONE: inner.text(PHONE), UID: inner.text(UID)}
        if fields[PHONE] and fields[UID]:
            fields[PHONE] = ""  # a client that knows both means the same person; points are not spent by uid
    return Body({name: value for name, value in fields.items() if value})


def _receipt(body: Body) -> Body:
    inner = body.inner("receipt")
    if inner is None:
        raise bad("receipt", words.REQUIRED)
    return inner


async def _named(ask: Ask, body: Body, receipt_id: str = "") -> Named:
    named = await ask.named(_participant(body), receipt_id)
    if named.by == PHONE and not ask.purchase_by_phone:
        raise UdsError("purchaseByPhoneDisabled")
    return named


async def calc(ask: Ask) -> object:
    """What a bill comes to. An unknown phone is counted as whoever would join by buying."""
    body = body_of(ask.call)
    await ask.open()
    bill = bill_of(_receipt(body), ask.scores.digits)
    named = await _named(ask, body)
    purchase = await calculated(ask, named, bill)
    if named.view is None:
        return {"user": stranger_out(named.value, ask.terms), "purchase": purchase}
    user = customer_out(await ask.someone(named.view), ask.scores, ask.terms)
    return {"user": user, "purchase": purchase}


async def create(ask: Ask) -> object:
    """A sale. The same nonce again gets the stored operation."""
    body = body_of(ask.call)
    cashier = body.inner("cashier") or Body({})
    await ask.open(cashier.text("externalId", 64))
    place = ask.place(cashier.text("externalId", 64))
    fields = _receipt(body)
    bill = bill_of(fields, ask.scores.digits)
    if bill.cash is None:
        raise bad(fields.name("cash"), words.REQUIRED)
    nonce = body.text("nonce", NONCE_MAX)
    receipt_id = receipt_id_of(ask.connection, nonce) if nonce else ask.services.new_id(RECEIPT)
    stored = await _stored(ask, receipt_id) if nonce else None
    if stored is not None:
        return await _repeated(ask, stored, bill, body)
    tags = tags_in(body, "tags", await ask.tag_names(body.wholes("tags", 100)))
    named = await _named(ask, body, receipt_id)
    counted = await count(ask, named, bill, place, receipt_id)
    check_sum(bill, counted.decision, ask)
    said = {"number": bill.number, "cashier": cashier.text("name")}
    view = named.view or await ask.join(named.value)
    await ask.run(telling.remember, ask, receipt_id, view.member_id, said)
    done = await _close(
        ask, Named(named.by, named.value, view), _Sale(receipt_id, bill, place, counted.spend)
    )
    if tags:
        change = MemberChange(add_tags=tags)
        actor = ask.connection.connection_id
        await ask.run(ask.services.members.change, view.member_id, change, PersonChange(), (), actor)
    return done


class _Sale(msgspec.Struct, frozen=True):
    """What is to be closed."""

    receipt_id: str
    bill: Bill
    place: Place
    spend: SpendRequest | None


async def _close(ask: Ask, named: Named, sale: _Sale) -> dict[str, object]:
    """Close the receipt. The till prints only when we say yes, so what meanwhile has changed refuses the sale."""
    if named.view is None:
        raise UdsError("notFound")
    verifications, id_ = ask.services.verifications, sale.receipt_id
    if named.by == CODE:
        await ask.run(verifications.use_code, named.value, id_)
        if await ask.run(verifications.owner_of, named.value, id_) != named.view.member_id:
            raise UdsError("notFound", CODE, named.value)
    units = 0 if sale.spend is None else sale.spend.units
    receipt = receipt_of(sale.bill, sale.place, id_, sale.spend)
    who, client = Ref("member", named.view.member_id), ask.connection.connection_id
    outcome = await ask.services.counter.carry_out(
        Close(receipt, who, Stated(points_units=units), client=client)
    )
    if not isinstance(outcome, Refused) and outcome.sale is not None:
        return await telling.sale_told(ask, outcome.sale)
    refused = outcome if isinstance(outcome, Refused) else Refused("unknown_receipt")
    stored = await _stored(ask, id_) if refused.code == "receipt_exists" else None
    if stored is not None:
        # The same call at the same moment was quicker.
        if same_bill(sale.bill, units or 0, stored.stored.sale):
            return await telling.purchase(ask, stored)
        raise bad("nonce", words.NONCE_USED)
    if named.by == CODE:
        await ask.run(verifications.free_code, named.value, id_)
    raise of_refusal(refused, ask)


async def _stored(ask: Ask, receipt_id: str) -> ReceiptView | None:
    view = await ask.run(ask.services.views.receipt, receipt_id)
    return view if view is not None and view.stored.sale.state in {CLOSED, VOIDED} else None


async def _repeated(ask: Ask, view: ReceiptView, bill: Bill, body: Body) -> dict[str, object]:
    """The stored operation of a nonce, if it is of the same bill and buyer. A code may be out of date by now."""
    sale = view.stored.sale
    units = ask.scores.units(bill.points)
    try:
        named = await ask.named(_participant(body), sale.receipt.id)
    except UdsError as error:
        if error.code not in {"notFound", "participantIsBlocked"}:
            raise
        named = None
    other = named is not None and named.view is not None and named.view.member_id != sale.member_id
    if other or units is None or not same_bill(bill, units, sale) or sale.receipt.shop != ask.shop.id:
        raise bad("nonce", words.NONCE_USED)
    return await telling.purchase(ask, view)


def check_sum(bill: Bill, decision: Decision, ask: Ask) -> None:
    """Money and points must be what the bill comes to, within a kopeck."""
    paid = (bill.cash or 0) + bill.points
    if abs(paid - decision.due_minor) > CASH_OFF_MAX:
        raise UdsError(
            "invalidChecksum", "receipt.cash", ask.scores.told(ask.scores.units(bill.cash or 0) or 0)
        )


def of_refusal(refused: Refused, ask: Ask) -> UdsError:  # noqa: ARG001 - one shape for all doors
    """A refusal of ours in UDS's words."""
    match refused.code:
        case "member_blocked" | "card_blocked":
            return UdsError("participantIsBlocked")
        case "spend_too_much":
            short = refused.params.get("reason") == "spend_balance"
            return UdsError("insufficientFunds" if short else "discountLimitExceed", "receipt.points")
        case "unknown_member":
            return UdsError("notFound")
        case "unknown_shop" | "unknown_programme":
            return UdsError("companyIsInactive")
        case _:
            return bad("receipt", words.CHANGED, refused.code)


ROUTES: Table = (("POST", "operations/calc", calc), ("POST", "operations", create))
