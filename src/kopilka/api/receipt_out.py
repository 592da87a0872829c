"""Receipts as they go out: the Decision in decimals, line by line, and its explanation in the reader's words."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kopilka.api.coupons_out import CodeOut, GivenCouponOut, codes_out, given_out
from kopilka.api.fiscal_out import FiscalOut
from kopilka.api.numbers import DecimalOut
from kopilka.api.rewards_out import (
    CostOut,
    GivenGoodsOut,
    GivenPerkOut,
    MessageOut,
    costs_out,
    gifts_out,
    messages_out,
    perks_out,
)
from kopilka.api.speech import Speech
from kopilka.core.programme.document import PointsKind
from kopilka.core.receipt import Receipt, ranks
from kopilka.core.rules.decision import Decision
from kopilka.core.settlement.refund import Returned
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.views import ReturnFacts
from kopilka.values.money import decimal_text, exponent


class LineOut(msgspec.Struct, gc=False, omit_defaults=True):
    """A line after the Decision: sum = given + discount + points + paid. `points` is the money that points paid."""

    id: str
    sum: DecimalOut
    paid: DecimalOut
    given: DecimalOut = "0"
    discount: DecimalOut = "0"
    points: DecimalOut = "0"
    earned: Mapping[str, DecimalOut] = {}


class TakenOut(msgspec.Struct, gc=False):
    """Money that a rule takes off."""

    rule: str
    lane: str
    amount: DecimalOut


class SpentOut(msgspec.Struct, gc=False):
    """Points that pay, and their money."""

    kind: str
    points: DecimalOut
    amount: DecimalOut


class RoomOut(msgspec.Struct, gc=False, omit_defaults=True):
    """The most that points may pay here, and what limits it."""

    kind: str
    points: DecimalOut
    amount: DecimalOut
    reason: str = ""
    words: str = ""


class EarnedOut(msgspec.Struct, gc=False, omit_defaults=True):
    """Points that a rule gives, with their first and last day."""

    rule: str
    kind: str
    points: DecimalOut
    active_on: date
    last_on: date | None = None


class BalanceOut(msgspec.Struct, gc=False):
    """A wallet after the call: everything, and what can be spent at once."""

    total: DecimalOut
    free: DecimalOut


class RuleOut(msgspec.Struct, gc=False, omit_defaults=True):
    """A rule and what became of it; `reason` is a code, `words` say it to the reader."""

    rule: str
    title: str
    applied: bool
    reason: str = ""
    params: Mapping[str, int | str] = {}
    words: str = ""
    amount: DecimalOut = ""
    points: DecimalOut = ""


class ReturnOut(msgspec.Struct, omit_defaults=True):
    """A return: money to pay out, points given back to the buyer and taken back, by kind."""

    refund: DecimalOut
    points_back: Mapping[str, DecimalOut] = {}
    points_taken: Mapping[str, DecimalOut] = {}
    points_missed: Mapping[str, DecimalOut] = {}
    lines: Mapping[str, DecimalOut] = {}
    level: str = ""
    complete: bool = False
    id: str = ""
    at: datetime | None = None
    balances: Mapping[str, BalanceOut] = {}
    fiscal: FiscalOut | None = None


class ReceiptOut(msgspec.Struct, omit_defaults=True):
    """A receipt with its Decision."""

    id: str
    state: Annotated[str, Meta(description="quoted, held, closed, voided or released")]
    programme: str
    version: int
    currency: str
    at: datetime
    goods: DecimalOut
    due: DecimalOut
    paid: DecimalOut
    lines: list[LineOut]
    delivery: DecimalOut = "0"
    given: DecimalOut = "0"
    discount: DecimalOut = "0"
    shop: str = ""
    member_id: str = ""
    choice: str = ""
    level: str = ""
    level_won: str = ""
    taken: list[TakenOut] = []
    spent: SpentOut | None = None
    room: RoomOut | None = None
    earned: list[EarnedOut] = []
    codes: list[CodeOut] = []
    coupons: list[GivenCouponOut] = []
    gifts: list[GivenGoodsOut] = []
    perks: list[GivenPerkOut] = []
    messages: list[MessageOut] = []
    costs: list[CostOut] = []
    balances: Mapping[str, BalanceOut] = {}
    revision: int = 1
    recorded_at: datetime | None = None
    lapses_at: datetime | None = None
    variance: Mapping[str, DecimalOut] = {}
    rules: list[RuleOut] = []
    returns: list[ReturnOut] = []
    cashier: str = ""
    customer: str = ""
    unlock: str = ""
    fiscal: FiscalOut | None = None


def decided(receipt: Receipt, decision: Decision, state: str, speech: Speech, *, explain: bool) -> ReceiptOut:
    """A Decision in decimals; `explain` adds what became of every rule, in words."""
    digits, kinds = exponent(decision.currency), speech.programme.points
    out = ReceiptOut(
        receipt.id, state, decision.programme, decision.version, decision.currency, receipt.at,
        decimal_text(decision.goods_minor, digits), decimal_text(decision.due_minor, digits),
        decimal_text(decision.paid_minor, digits), _lines(receipt, decision, digits, kinds),
        decimal_text(decision.delivery_minor, digits), decimal_text(decision.given_minor, digits),
        decimal_text(decision.discount_minor, digits), receipt.shop, choice=receipt.choice, level=decision.level,
    )  # fmt: skip
    out.taken = [TakenOut(row.rule, row.lane, decimal_text(row.minor, digits)) for row in decision.taken]
    spent = decision.spent
    if spent is not None:
        units = decimal_text(spent.units, _decimals(kinds, spent.kind))
        out.spent = SpentOut(spent.kind, units, decimal_text(spent.minor, digits))
    out.room = _room(decision, digits, speech)
    out.earned = [
        EarnedOut(
            row.rule,
            row.kind,
            decimal_text(row.units, _decimals(kinds, row.kind)),
            row.active_on,
            row.last_on,
        )
        for row in decision.earned
    ]
    if decision.codes or decision.issues:
        out.codes, out.coupons = codes_out(decision, speech), given_out(decision, speech)
    if decision.gifts or decision.perks or decision.messages or decision.charges:
        out.gifts, out.perks = gifts_out(decision), perks_out(decision, speech)
        out.messages, out.costs = messages_out(decision, speech), costs_out(decision, speech)
    if explain:
        out.rules = _rules(speech.told(decision), digits, speech)
        spoken = speech.teller.spoken(receipt, decision, closed=state in {"closed", "voided"})
        out.cashier, out.customer, out.unlock = spoken.cashier, spoken.customer, spoken.unlock
    return out


def of_sale(sale: Sale, speech: Speech, *, explain: bool) -> ReceiptOut:
    """A stored sale."""
    out = decided(sale.receipt, sale.decision, sale.state, speech, explain=explain)
    out.member_id, out.level_won, out.revision = sale.member_id, sale.level_won, sale.revision
    out.recorded_at, out.lapses_at = sale.recorded_at, sale.lapses_at
    if sale.issued:
        out.coupons = given_out(sale.decision, speech, sale)
    if sale.variance:
        digits, kinds = exponent(sale.decision.currency), speech.programme.points
        paying = _decimals(kinds, speech.programme.spend_kind())
        out.variance = {
            name: decimal_text(units, paying if name == "points" else digits)
            for name, units in sale.variance.items()
        }
    return out


def balances_out(balances: Mapping[str, tuple[int, int]], speech: Speech) -> dict[str, BalanceOut]:
    """Balances by kind in decimals."""
    rows = {}
    for kind, (total, free) in balances.items():
        decimals = speech.decimals(kind)
        rows[kind] = BalanceOut(decimal_text(total, decimals), decimal_text(free, decimals))
    return rows


def of_return(returned: Returned, currency: str, speech: Speech) -> ReturnOut:
    """What a return did or would do."""
    digits = exponent(currency)

    def said(units: Mapping[str, int]) -> dict[str, str]:
        return {kind: decimal_text(each, speech.decimals(kind)) for kind, each in units.items()}

    return ReturnOut(
        decimal_text(returned.refund_minor, digits), said(returned.points_back), said(returned.points_taken),
        said(returned.points_missed), {line: decimal_text(part, digits) for line, part in returned.lines},
        returned.level, returned.complete,
    )  # fmt: skip


def of_facts(facts: ReturnFacts, currency: str, speech: Speech) -> ReturnOut:
    """A return in the list of a receipt."""
    back = {kind: decimal_text(units, speech.decimals(kind)) for kind, units in facts.points_back.items()}
    taken = {kind: decimal_text(units, speech.decimals(kind)) for kind, units in facts.points_taken.items()}
    refund = decimal_text(facts.refund_minor, exponent(currency))
    return ReturnOut(refund, back, taken, id=facts.return_id, at=facts.returned_at)


def _decimals(kinds: Mapping[str, PointsKind], kind: str) -> int:
    found = kinds.get(kind)
    return 0 if found is None else found.decimals


def _lines(
    receipt: Receipt, decision: Decision, digits: int, kinds: Mapping[str, PointsKind]
) -> list[LineOut]:
    rows = list(receipt.all_lines())
    points = decision.spent.parts if decision.spent is not None else (0,) * len(rows)
    rules: list[int] = [0] * len(rows)
    for taken in decision.taken:
        for i, part in enumerate(taken.parts):
            rules[i] += part
    earned: list[dict[str, int]] = [{} for _ in rows]
    if decision.earned:
        order = ranks(rows)
        for row in decision.earned:
            for i, part in enumerate(decision.earned_parts(row, order)):
                if part:
                    earned[i][row.kind] = earned[i].get(row.kind, 0) + part
    none = decimal_text(0, digits)

    def said(minor: int) -> str:
        return decimal_text(minor, digits) if minor else none

    return [
        LineOut(
            line.id, said(line.sum_minor), said(decision.left[i] - points[i]),
            said(line.sum_minor - decision.left[i] - rules[i]), said(rules[i]), said(points[i]),
            {kind: decimal_text(units, _decimals(kinds, kind)) for kind, units in earned[i].items()},
        )
        for i, line in enumerate(rows)
    ]  # fmt: skip


def _room(decision: Decision, digits: int, speech: Speech) -> RoomOut | None:
    room = decision.room
    if not room.kind and room.reason is None:
        return None
    out = RoomOut(
        room.kind,
        decimal_text(room.units, _decimals(speech.programme.points, room.kind)),
        decimal_text(room.minor, digits),
    )
    if room.reason is not None:
        out.reason, out.words = room.reason.code, speech.said(room.reason)
    return out


def _rules(decision: Decision, digits: int, speech: Speech) -> list[RuleOut]:
    title = speech.tongue.rules
    rows = [
        RuleOut(row.rule, title.get(row.rule, row.rule), True, amount=decimal_text(row.minor, digits))
        for row in decision.taken
    ]
    rows += [
        RuleOut(
            row.rule, title.get(row.rule, row.rule), True,
            points=decimal_text(row.units, _decimals(speech.programme.points, row.kind)),
        )
        for row in decision.earned
    ]  # fmt: skip
    rows += [
        RuleOut(
            row.rule,
            title.get(row.rule, row.rule),
            False,
            row.reason.code,
            row.reason.params,
            speech.said(row.reason),
        )
        for row in decision.skipped
    ]
    return rows
