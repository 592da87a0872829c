"""Receipts: quote, hold, release, close, void, return, read. The hot verbs ride in batches."""

import msgspec

from kopilka.api import fiscal_out
from kopilka.api.checking import read
from kopilka.api.door import REPLAYED, Doors, Param, Reply, Request, Route
from kopilka.api.problems import FieldMistake, Problem, of_refusal
from kopilka.api.receipt_in import CloseIn, QuoteIn, ReceiptIn, ReturnIn, VoidIn, refuse, translate, wish_of
from kopilka.api.receipt_out import (
    ReceiptOut,
    ReturnOut,
    balances_out,
    decided,
    of_facts,
    of_return,
    of_sale,
)
from kopilka.api.texts import Mistakes, utc
from kopilka.core.receipt import Receipt
from kopilka.core.settlement.refund import Returned
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Close, Command, Hold, Quote, Release, Return, Void
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.views import ReceiptView
from kopilka.values.money import decimal_text, exponent

_quote = msgspec.json.Decoder(QuoteIn)
_hold = msgspec.json.Decoder(ReceiptIn)
_close = msgspec.json.Decoder(CloseIn)
_void = msgspec.json.Decoder(VoidIn)
_return = msgspec.json.Decoder(ReturnIn)
ID_LENGTH_MAX = 128
USUAL_CURRENCY = "RUB"
"""Only for what a receipt that nobody knows might have been paid in."""


async def quote(doors: Doors, request: Request) -> Reply:
    """Count a receipt without writing anything."""
    door = read(_quote, request.body)
    receipt, who, _ = translate(door, door.id, await doors.knowing(door.shop))
    request.must_act_for(receipt.shop, receipt.till)
    _guessing(doors, request, receipt)
    outcome = await doors.counter.quote(Quote(receipt, who))
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    decision = outcome.decision
    doors.guesses.note_codes(request.key.key_id, decision.codes)
    speech = await doors.speech(decision.programme, decision.version, request.language)
    out = decided(receipt, decision, "quoted", speech, explain=request.flag("explain"))
    out.member_id, out.balances = outcome.member_id, balances_out(outcome.balances, speech)
    if request.flag(FISCAL.name):
        out.fiscal = await fiscal_out.of_sold(doors, outcome.command.receipt, decision, speech)
    return Reply(out)


async def hold(doors: Doors, request: Request) -> Reply:
    """Reserve points for a receipt."""
    id_ = receipt_id(request)
    door = read(_hold, request.body)
    receipt, who, _ = translate(door, id_, await doors.knowing(door.shop))
    request.must_act_for(receipt.shop, receipt.till)
    _guessing(doors, request, receipt)
    key = request.idempotency_key(required=False)
    return await _booked(doors, request, Hold(receipt, who, request.key.key_id, key))


async def close(doors: Doors, request: Request) -> Reply:
    """The sale is done."""
    return await _booked(
        doors, request, await closing(doors, request, read(_close, request.body), receipt_id(request))
    )


async def closing(doors: Doors, request: Request, door: CloseIn, id_: str, path: str = "") -> Close:
    """The command of a close."""
    receipt, who, stated = translate(door, id_, await doors.knowing(door.shop), path)
    request.must_act_for(receipt.shop, receipt.till)
    if not door.sold:  # what is sold is a fact, whatever codes were tried
        _guessing(doors, request, receipt)
    key = request.idempotency_key(required=False) if not path else ""
    return Close(receipt, who, stated, door.sold, request.key.key_id, key)


def _guessing(doors: Doors, request: Request, receipt: Receipt) -> None:
    """A key that has shown too many wrong codes lately shows no more for a while."""
    if receipt.codes:
        doors.guesses.check(request.key.key_id)


async def release(doors: Doors, request: Request) -> Reply:
    """The sale did not happen."""
    id_ = receipt_id(request)
    await _own(doors, request, id_)
    return await _booked(doors, request, Release(id_, request.key.key_id))


async def void(doors: Doors, request: Request) -> Reply:
    """Undo a receipt on its day."""
    id_ = receipt_id(request)
    door = read(_void, request.body)
    mistakes = Mistakes()
    at = utc(door.at, "at", mistakes)
    refuse(mistakes)
    await _own(doors, request, id_)
    return await _booked(doors, request, Void(id_, at, request.key.key_id))


async def return_goods(doors: Doors, request: Request) -> Reply:
    """Take goods back."""
    door = read(_return, request.body)
    command, currency = await returning(doors, request, door, receipt_id(request))
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    return await _returned(doors, request, outcome, door, currency)


async def quote_return(doors: Doors, request: Request) -> Reply:
    """What a return would do."""
    door = read(_return, request.body)
    command, currency = await returning(doors, request, door, receipt_id(request))
    outcome = await doors.counter.quote_return(command)
    if isinstance(outcome, Refused):
        raise of_refusal(outcome)
    currency = currency or await _currency(doors, command.receipt_id)
    out = of_return(outcome, currency, await doors.speech_now(request.language))
    if request.flag(FISCAL.name):
        view = await doors.run(doors.services.views.receipt, command.receipt_id)
        if view is not None:
            await _print_return(doors, request, out, (view.stored.sale, outcome))
    return Reply(out)


async def returning(
    doors: Doors, request: Request, door: ReturnIn, id_: str, path: str = ""
) -> tuple[Return, str]:
    """The command of a return, with the currency of its receipt."""
    currency = "" if door.amount is None else await _currency(doors, id_)
    mistakes = Mistakes()
    wish, at = wish_of(door, currency or USUAL_CURRENCY, mistakes), utc(door.at, "at", mistakes)
    refuse(mistakes, path)
    request.must_act_for(door.shop or request.key.shop)
    return Return(id_, door.id, wish, at, door.shop or request.key.shop, request.key.key_id), currency


async def _currency(doors: Doors, id_: str) -> str:
    """The currency of a receipt; an unknown receipt is refused later, by the use case."""
    view = await doors.run(doors.services.views.receipt, id_)
    return USUAL_CURRENCY if view is None else view.stored.sale.decision.currency


async def show(doors: Doors, request: Request) -> Reply:
    """A receipt with its explanation."""
    view = await doors.run(doors.services.views.receipt, receipt_id(request))
    if view is None or (request.key.shop and view.stored.sale.receipt.shop != request.key.shop):
        raise Problem("unknown_receipt")
    return Reply(await shown(doors, request, view))


async def shown(doors: Doors, request: Request, view: ReceiptView) -> ReceiptOut:
    """A stored receipt in words."""
    sale = view.stored.sale
    speech = await doors.speech(sale.decision.programme, sale.decision.version, request.language)
    out = of_sale(sale, speech, explain=True)
    out.returns = [of_facts(facts, sale.decision.currency, speech) for facts in view.returns]
    if request.flag(FISCAL.name):
        out.fiscal = await fiscal_out.of_sold(doors, sale.receipt, sale.decision, speech)
        for row, facts in zip(out.returns, view.returns, strict=True):
            row.fiscal = await fiscal_out.of_given_back(doors, sale, (facts.before, facts.after), speech)
    return out


def receipt_id(request: Request) -> str:
    """The receipt that the address names."""
    id_ = request.args[0]
    if len(id_) > ID_LENGTH_MAX:
        raise Problem("invalid", errors=[FieldMistake("id", "wrong", "a text of 1 to 128 characters")])
    return id_


async def _own(doors: Doors, request: Request, id_: str) -> None:
    """A key of one shop touches receipts of that shop only."""
    if not request.key.shop:
        return
    view = await doors.run(doors.services.views.receipt, id_)
    if view is not None:
        request.must_act_for(view.stored.sale.receipt.shop, view.stored.sale.receipt.till)


async def _booked(doors: Doors, request: Request, command: Command) -> Reply:
    outcome = await doors.counter.carry_out(command)
    if isinstance(outcome, Refused):
        raise _differing(command, outcome)
    return Reply(await done_out(doors, request, outcome), headers=REPLAYED if outcome.replayed else ())


def _differing(command: Command, refused: Refused) -> Problem:
    """A refusal; where sums differ from those decided, each with its difference (taken minus decided)."""
    problem = of_refusal(refused)
    if refused.code != "differs_from_decision" or not isinstance(command, Close):
        return problem
    digits = exponent(command.receipt.currency)
    problem.errors = tuple(
        FieldMistake(
            "stated.points" if name == "points" else f"stated.lines.{name}",
            "differs",
            params={"difference": str(units) if name == "points" else decimal_text(int(units), digits)},
        )
        for name, units in refused.params.items()
    )
    return problem


async def done_out(doors: Doors, request: Request, outcome: Done) -> ReceiptOut:
    """What a verb did to a receipt."""
    sale = outcome.sale
    if sale is None:
        raise Problem("unknown_receipt")
    speech = await doors.speech(sale.decision.programme, sale.decision.version, request.language)
    out = of_sale(sale, speech, explain=request.flag("explain"))
    out.balances = balances_out(outcome.balances, speech)
    if request.flag(FISCAL.name):
        out.fiscal = await fiscal_out.of_sold(doors, sale.receipt, sale.decision, speech)
    if outcome.verb in {"hold", "close"} and not outcome.replayed:
        doors.guesses.note_codes(request.key.key_id, sale.decision.codes)
    return out


async def _print_return(doors: Doors, request: Request, out: ReturnOut, told: tuple[Sale, Returned]) -> None:
    """Add the fiscal view of a return."""
    sale, returned = told
    speech = await doors.speech(sale.decision.programme, sale.decision.version, request.language)
    out.fiscal = await fiscal_out.of_given_back(doors, sale, (returned.before, returned.after), speech)


async def _returned(doors: Doors, request: Request, outcome: Done, door: ReturnIn, currency: str) -> Reply:
    if outcome.returned is None:
        raise Problem("unknown_receipt")
    if outcome.sale is not None:
        decision = outcome.sale.decision
        currency, speech = (
            decision.currency,
            await doors.speech(decision.programme, decision.version, request.language),
        )
    else:
        speech = await doors.speech_now(request.language)
    out = of_return(outcome.returned, currency or USUAL_CURRENCY, speech)
    out.id, out.at = door.id, utc(door.at, "at", Mistakes())
    out.balances = balances_out(outcome.balances, speech)
    if request.flag(FISCAL.name) and outcome.sale is not None:
        await _print_return(doors, request, out, (outcome.sale, outcome.returned))
    return Reply(out, headers=REPLAYED if outcome.replayed else ())


EXPLAIN = Param("explain", "`1` adds what became of every rule, in words (`Accept-Language`).")
FISCAL = Param(
    "fiscal",
    "`1` adds what a till has to print: lines whose price × quantity is their sum, and payments by tag.",
)
_WHO = ("unknown_shop", "unknown_member", "card_blocked", "member_blocked", "other_currency", "in_the_future")
_CODES = "too_many_codes"
_STATE = ("receipt_exists", "other_member", "key_reused")
ROUTES = (
    Route(
        "POST", "/v1/receipts/quote", quote, "Count a receipt: prices, points to spend and to earn", "receipts",
        QuoteIn, ReceiptOut, params=(EXPLAIN, FISCAL), problems=(*_WHO, _CODES), words="Writes nothing.",
    ),
    Route(
        "POST", "/v1/receipts/{id}/hold", hold, "Reserve the points of a receipt", "receipts", ReceiptIn,
        ReceiptOut, params=(EXPLAIN, FISCAL), idempotent="optional", problems=(*_WHO, *_STATE, "spend_too_much", _CODES),
        words="Holding again with other content replaces the hold. A hold ends by itself after the programme's time.",
    ),
    Route(
        "POST", "/v1/receipts/{id}/release", release, "Let a hold go", "receipts", None, ReceiptOut,
        problems=("unknown_receipt", "not_held"),
    ),
    Route(
        "POST", "/v1/receipts/{id}/close", close, "Close a receipt: the sale is done", "receipts", CloseIn,
        ReceiptOut, params=(EXPLAIN, FISCAL), idempotent="optional",
        problems=(*_WHO, *_STATE, "spend_too_much", "hold_changed", "hold_lapsed", "differs_from_decision", _CODES),
        words="The receipt's id makes repeats harmless: the same content gets the stored answer, for ever.",
    ),
    Route(
        "POST", "/v1/receipts/{id}/void", void, "Undo a closed receipt as a whole, on its own day", "receipts",
        VoidIn, ReceiptOut, problems=("unknown_receipt", "not_closed", "not_same_day", "returned_already"),
    ),
    Route(
        "POST", "/v1/receipts/{id}/returns", return_goods, "Take goods back", "receipts", ReturnIn, ReturnOut, params=(FISCAL,),
        problems=("unknown_receipt", "not_closed", "nothing_left", "unknown_line", "more_than_bought", "more_than_paid",
                  "return_exists"),
    ),
    Route(
        "POST", "/v1/receipts/{id}/returns/quote", quote_return, "What a return would do", "receipts", ReturnIn,
        ReturnOut, params=(FISCAL,),
        problems=("unknown_receipt", "not_closed", "nothing_left", "unknown_line", "more_than_bought", "more_than_paid"),
    ),
    Route(
        "GET", "/v1/receipts/{id}", show, "A receipt with its explanation", "receipts", None, ReceiptOut,
        params=(FISCAL,), problems=("unknown_receipt",),
    ),
)  # fmt: skip
