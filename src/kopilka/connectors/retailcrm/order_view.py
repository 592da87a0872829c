"""How an order looks now: quoted where nothing is reserved, as it was decided where it is. Reads only."""

from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_answers import Frame, order_json, with_vat
from kopilka.connectors.retailcrm.mapping_levels import level_id, levels_of
from kopilka.connectors.retailcrm.mapping_privileges import NONE, event_of, main_kind
from kopilka.connectors.retailcrm.order_book import BINDING, Scene, receipt_in
from kopilka.connectors.retailcrm.orders import HELD, REVERSED, Known, number_text
from kopilka.connectors.retailcrm.people import Account
from kopilka.connectors.retailcrm.wire import moment, plain
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Quote
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.period import local_day

QUOTED = "quoted"
OWN = frozenset({"items", "payments", "bonuses", "privilegeType", "customer", "delivery", "site", "currency"})


def sale_of(quoted: Quoted, rules: Ruleset) -> Sale:
    """A quote as a sale that nobody has made."""
    receipt = quoted.command.receipt
    return Sale(
        receipt, quoted.decision, QUOTED, local_day(receipt.at, rules.programme.zone), receipt.at,
        member_id=quoted.member_id,
    )  # fmt: skip


async def sale_now(ask: Ask, scene: Scene) -> Sale | None:
    """The receipt of an order as it is reserved or booked, else as it would be."""
    if scene.state == REVERSED or not scene.cart.items:
        return None
    if scene.sale is not None and scene.sale.state in BINDING:
        return scene.sale
    receipt = receipt_in(ask, scene, 0)
    quoted = await ask.services.counter.quote(Quote(receipt, scene.who, explain=False))
    return sale_of(quoted, scene.rules) if isinstance(quoted, Quoted) else None


async def frame_of(
    ask: Ask, rules: Ruleset, account: Account | None, decision: Decision | None, skus: list[str]
) -> Frame:
    """What stands around the numbers of an order, for a member (an account) or for nobody."""
    offers = await ask.run(ask.services.foreign.numbers, "sku", [sku for sku in skus if sku])
    told: dict[str, Any] = {}
    if account is not None:
        told["customer"] = _named(account)
        told["account"] = {
            "id": account.number,
            "amount": plain(await _free(ask, account, rules), _digits(rules)),
        }
        if account.may_spend and decision is not None and decision.level:
            told["level"] = await _level(ask, rules, decision.level)
    rule = "" if decision is None or account is None else event_of(rules, decision)
    if rule:
        told["event"] = {"id": await ask.number("rule", f"{rules.programme.programme}/{rule}")}
    return Frame(rules, "", offers=offers, **told)


def _named(account: Account) -> dict[str, Any]:
    customer = account.customer
    return {"id": customer.number} | ({"externalId": customer.external_id} if customer.external_id else {})


def _digits(rules: Ruleset) -> int:
    kind = rules.programme.points.get(main_kind(rules))
    return 0 if kind is None else kind.decimals


async def _free(ask: Ask, account: Account, rules: Ruleset) -> int:
    if account.member is None:
        return 0
    wallets = await ask.run(ask.services.views.wallets, (account.member.bucket, account.member.holder_id))
    kind = main_kind(rules)
    return next((max(0, row.free) for row in wallets if row.kind == kind), 0)


async def _level(ask: Ask, rules: Ruleset, level: str) -> dict[str, Any]:
    titles = {row.id: row.title for row in levels_of(rules, "ru" if ask.russian else "en")}
    return {"id": await ask.number("level", level_id(rules, level)), "name": titles.get(level, level)}


async def serialized(ask: Ask, scene: Scene) -> dict[str, Any]:
    """An order as the loyalty calls answer it."""
    known = scene.known
    sale = await sale_now(ask, scene)
    skus = [row.sku for row in scene.cart.items]
    frame = await frame_of(ask, scene.rules, scene.account, None if sale is None else sale.decision, skus)
    idle = known.order.idle and scene.state != HELD
    frame = msgspec.structs.replace(
        frame, site=known.shop.id, order_number=known.number, idle=idle,
        privilege=known.order.privilege if scene.who is not None else NONE,
        customer=frame.customer or customer_said(known),
    )  # fmt: skip
    rows = [
        msgspec.structs.replace(row, said=said)
        for row, said in zip(scene.cart.items, known.items(), strict=True)
    ]
    cart = msgspec.structs.replace(scene.cart, items=tuple(rows))
    if sale is not None:
        cart = with_vat(cart, sale)
    return {"id": known.number, "externalId": known.external_id, **order_json(cart, sale, frame)}


def customer_said(known: Known) -> dict[str, Any]:
    """The customer as the order names one that we do not know."""
    return {name: value for name, value in known.order.customer.items() if name in {"id", "externalId"}}


async def whole(ask: Ask, scene: Scene) -> dict[str, Any]:
    """An order with everything that was said of it."""
    known, told = scene.known, await serialized(ask, scene)
    facts = {name: value for name, value in known.order.facts.items() if name not in OWN}
    zone = scene.rules.programme.zone
    payments = {str(row["id"]): row for row in known.order.payments.values()}
    delivery = known.order.facts.get("delivery")
    return {
        **facts, **told,
        "number": number_text(known), "status": known.order.status, "createdAt": moment(known.order.at, zone),
        "delivery": {**(delivery if isinstance(delivery, dict) else {}), **told["delivery"]},
        "payments": payments or [],
    }  # fmt: skip
