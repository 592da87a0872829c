"""Sales at the till: counting, booking, taking back. Counting reserves nothing, and what is sold is booked as it was sold."""

from typing import Any

import msgspec

from kopilka.connectors.kit.facts import GoodsBack, book_return, book_sale
from kopilka.connectors.kit.fields import Fields
from kopilka.connectors.kit.services import receipt_id_of
from kopilka.connectors.moysklad.ask import BAD, NOT_FOUND, Ask, NoError, no
from kopilka.connectors.moysklad.counterparties import find, link
from kopilka.connectors.moysklad.manifest import CONFIRM_SPENDING
from kopilka.connectors.moysklad.mapping import (
    DISCOUNT,
    EARN,
    Position,
    bonus_out,
    goods_back,
    id_in,
    moment_of,
    money_agrees,
    names_of,
    number_name,
    own_id,
    payments_of,
    points_wish,
    positions_of,
    positions_out,
    receipt_of,
    rejoined,
    spent_wish,
    stated_of,
)
from kopilka.connectors.moysklad.words import EARNED, GIFT, SPENT
from kopilka.core.programme.document import Programme
from kopilka.core.receipt.receipt import LINES_MAX
from kopilka.usecases.commands import Close, Quote, Ref
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.period import local_day
from kopilka.words.formats import SPACE, points
from kopilka.words.reasons import in_language
from kopilka.words.tongue import tongue_of

DEMAND = "demand"
"""Sales under their other names: the return of one that had no id yet names its number."""
AWAITED = "awaited"
"""The state of a number that a return has named before its sale was told."""
CREATED = 201
SUMS_DIFFER = "sums_differ"


async def recalc(ask: Ask) -> tuple[int, object]:
    """What the till is to charge. Writes nothing."""
    body = ask.body()
    shop = await ask.shop(id_in(body.inner("retailStore", required=True)))
    agent = body.inner("agent", required=True)
    positions = _positions(body)
    programme = (await ask.rules(shop)).programme
    kind = programme.spend_kind()
    decimals = programme.points[kind].decimals if kind else 0
    wish = points_wish(body, decimals)
    member = await find(ask, agent)
    if member is not None and member.status != "active":
        raise NoError("member_blocked", field="agent")
    who = None if member is None else Ref("member", member.member_id)
    receipt = receipt_of(positions, (shop, programme.currency), ask.services.clock(), spend=wish)
    quoted = await ask.services.counter.quote(Quote(receipt, who))
    if isinstance(quoted, Quoted) and quoted.decision.spent is None and receipt.choice == DISCOUNT:
        # Nothing to spend: then the purchase earns, as it will when the till tells of it.
        receipt = msgspec.structs.replace(receipt, choice=EARN, spend=None)
        quoted = await ask.services.counter.quote(Quote(receipt, who))
    if isinstance(quoted, Refused):
        raise no(quoted)
    bonus = bonus_out(
        quoted, kind, decimals, spending=wish is not None, today=local_day(receipt.at, programme.zone)
    )
    bonus["receiptExtraInfo"] = "\n".join(_slip(ask, quoted, programme))
    spends = quoted.decision.spent is not None
    meta = {name: agent.inner("meta").text(name, most=1_000) for name in ("href", "id")}
    return 200, {
        "agent": {"meta": {name: value for name, value in meta.items() if value}},
        "positions": positions_out(positions, quoted),
        "bonusProgram": bonus,
        "needVerification": spends and ask.yes(CONFIRM_SPENDING.name),
    }


async def demand(ask: Ask) -> tuple[int, object]:
    """A sale that is a fact: booked as it was charged, whatever the balance is by now."""
    body = ask.body()
    shop = await ask.shop(id_in(body.inner("retailStore", required=True)))
    positions = rejoined(_positions(body))
    programme = (await ask.rules(shop)).programme
    kind = programme.spend_kind()
    decimals = programme.points[kind].decimals if kind else 0
    spent = body.inner("bonusProgram").units("bonusValueToSpend", decimals) or 0
    agent = body.inner("agent")
    member = await find(ask, agent)
    who = None if member is None else Ref("member", member.member_id)
    receipt_id = await _receipt_id(ask, body)
    at = moment_of(body, ask.zone(), ask.services.clock())
    receipt = receipt_of(positions, (shop, programme.currency), at, spend=spent_wish(spent), id_=receipt_id)
    receipt = msgspec.structs.replace(receipt, payments=payments_of(body))
    sold = await book_sale(ask.services, Close(receipt, who, stated_of(positions, spent), sold=True))
    if isinstance(sold.outcome, Refused):
        raise no(sold.outcome)
    if sold.note:
        ask.notes.append(sold.note)
    if member is not None:
        await link(ask, member, agent)
    return CREATED, {}


async def give_back(ask: Ask) -> tuple[int, object]:
    """Goods that came back: the points follow from the sale. Without its sale a return is reported."""
    body = ask.body()
    shop = await ask.shop(id_in(body.inner("retailStore", required=True)))
    goods = goods_back(_positions(body))
    names = _names(body, "return")
    receipt_id = await _returned_from(ask, body)
    at = moment_of(body, ask.zone(), ask.services.clock())
    back = GoodsBack(
        ask.connection.connection_id, receipt_id_of(ask.connection, names[0]), receipt_id, goods, at, shop.id
    )
    outcome = await book_return(ask.services, back)
    if isinstance(outcome, Refused) and outcome.code != "unknown_receipt":
        raise no(outcome, "positions")
    if isinstance(outcome, Refused):
        ask.notes.append(outcome.code)
    if not money_agrees(body, goods):
        ask.notes.append(SUMS_DIFFER)
    return CREATED, {}


async def gift_card(ask: Ask) -> tuple[int, object]:
    """There is no ledger of gift cards: certificates pay, and are nobody's balance here."""
    await ask.shop(ask.call.first("retailStoreId").strip().lower())
    raise NoError("unknown_gift_card", status=NOT_FOUND, field="name")


def _positions(body: Fields) -> list[Position]:
    found = positions_of(body, LINES_MAX)
    if len(found) > LINES_MAX:
        raise NoError("too_many_lines", status=BAD, field="positions", most=LINES_MAX)
    return found


def _names(body: Fields, kind: str) -> list[str]:
    """Under which names a document is known; without any it could not be told from a repeat."""
    names = names_of(body, kind)
    if not names:
        body.text("name", required=True)
        body.text("moment", required=True)
    return names


async def _receipt_id(ask: Ask, body: Fields) -> str:
    """Our id of a sale, kept under all its names before it is booked: it may come again with its id, or without."""
    names, id_ = _names(body, DEMAND), own_id(body)
    by_number = number_name(id_in(body.inner("retailStore")), body.text("name"))
    receipt_id = ""
    for name in [*names, by_number]:
        known = await _document(ask, name) if name else None
        if known is None or receipt_id:
            continue
        other = id_ and known.content.get("id") not in {"", id_}
        # Numbers begin anew: by its number a sale is known only where a return was waiting for it.
        if not other and (name != by_number or known.state == AWAITED):
            receipt_id = known.receipt_id
    receipt_id = receipt_id or receipt_id_of(ask.connection, names[0])
    for name in [*names, by_number]:
        if name:
            await _name(ask, name, receipt_id, id_=id_)
    return receipt_id


async def _returned_from(ask: Ask, body: Fields) -> str:
    """Our id of the sale that a return names, known already or not; empty where it names none."""
    sale = body.inner("demand")
    id_ = id_in(sale)
    by_number = number_name(id_in(body.inner("retailStore")), sale.text("name"))
    for name in (id_, by_number):
        known = await _document(ask, name) if name else None
        if known is not None:
            return known.receipt_id
    if id_ or not by_number:
        return receipt_id_of(ask.connection, id_) if id_ else ""
    receipt_id = receipt_id_of(ask.connection, by_number)
    await _name(ask, by_number, receipt_id, state=AWAITED)
    return receipt_id


async def _name(ask: Ask, name: str, receipt_id: str, *, id_: str = "", state: str = "") -> None:
    """Remember a name of a sale; the first to say it is right."""
    now = ask.services.clock()
    document = ForeignDocument(
        ask.connection.connection_id, DEMAND, name, {"id": id_}, now, receipt_id=receipt_id, state=state
    )
    await ask.services.run(ask.services.foreign.put, document)


async def _document(ask: Ask, name: str) -> ForeignDocument | None:
    return await ask.services.run(ask.services.foreign.document, ask.connection.connection_id, DEMAND, name)


def _slip(ask: Ask, quoted: Quoted, programme: Programme) -> list[str]:
    """Lines for the slip: what is spent and earned, gifts, and what the programme says to the buyer."""
    decision, language = quoted.decision, ask.language
    spoken = tongue_of(language, [programme]).points

    def said(kind: str, units: int) -> str:
        words = spoken[kind]
        return points(language, units, words.decimals, words.forms_in(language)).replace(SPACE, " ")

    rows = []
    if decision.spent is not None and decision.spent.units:
        rows.append(ask.say(SPENT, points=said(decision.spent.kind, decision.spent.units)))
    earned: dict[str, int] = {}
    for row in decision.earned:
        earned[row.kind] = earned.get(row.kind, 0) + row.units
    rows += [ask.say(EARNED, points=said(kind, units)) for kind, units in earned.items() if units]
    rows += [ask.say(GIFT, title=gift.sku) for gift in decision.gifts]
    rules = {rule.id: rule for rule in programme.rules}
    for message in decision.messages:
        if message.to == "cashier" or message.rule not in rules:
            continue
        effect: Any = rules[message.rule].effects[message.number]
        text = in_language(getattr(effect, message.to, {}), language)
        rows += [text] if text else []
    return rows
