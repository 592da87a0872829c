"""What an order would give, by every privilege there is. Reads only: nothing is reserved."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_answers import calculations_json, order_json, rate_of, with_vat
from kopilka.connectors.retailcrm.mapping_orders import (
    Cart,
    Place,
    Spending,
    cart_of,
    objects,
    receipt_of,
    units_of,
)
from kopilka.connectors.retailcrm.mapping_privileges import (
    LEVEL,
    NONE,
    Told,
    best,
    choice_of,
    chosen,
    given,
    main_kind,
    told,
)
from kopilka.connectors.retailcrm.order_book import made_round, promo_types, ruleset_of, skus_of
from kopilka.connectors.retailcrm.order_view import frame_of, sale_of
from kopilka.connectors.retailcrm.orders import base_receipt
from kopilka.connectors.retailcrm.people import Account, account_of, customer_named
from kopilka.connectors.retailcrm.refusals import wrong_of
from kopilka.connectors.retailcrm.wire import Route, id_text, wrong_entity
from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.commands import Quote
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.money import exponent


class Sum(msgspec.Struct, frozen=True):
    """What is to be counted."""

    shop: Shop
    rules: Ruleset
    account: Account | None
    cart: Cart
    units: int
    receipt_id: str
    at: datetime
    rounds: bool = False


async def calculate(ask: Ask) -> Mapping[str, Any]:
    """Count an order. More bonuses than allowed are counted as what is allowed."""
    order = ask.entity("order")
    task = await _sum(ask, order)
    rows, quotes = await _privileges(ask, task)
    winner = best(rows, task.rules)
    asked = order.get("privilegeType")
    shown = next((row for row in rows if row.privilege == asked), None)
    if shown is None:
        # Not said, or not to be had: the level's for a member, and nothing for anybody else.
        fallback = winner.privilege if not asked else LEVEL
        shown = next((row for row in rows if row.privilege == fallback), rows[0])
    cart, quoted = quotes[shown.privilege]
    sale = sale_of(quoted, task.rules)
    frame = await frame_of(
        ask, task.rules, task.account, shown.decision, [row.sku for row in task.cart.items]
    )
    customer = order.get("customer")
    said = {
        name: value
        for name, value in (customer if isinstance(customer, dict) else {}).items()
        if name in {"id", "externalId"}
    }
    frame = msgspec.structs.replace(
        frame, site=task.shop.id, privilege=shown.privilege, customer=frame.customer or said,
        level={} if shown.privilege == NONE else frame.level,
    )  # fmt: skip
    programme = task.rules.programme
    events = {row.event for row in rows if row.event}
    numbers = {rule: await ask.number("rule", f"{programme.programme}/{rule}") for rule in sorted(events)}
    name = programme.title.get("ru" if ask.russian else "en") or next(
        iter(programme.title.values()), programme.programme
    )
    return {
        "order": order_json(with_vat(cart, sale), sale, frame),
        "calculations": calculations_json(rows, winner, frame, numbers),
        "loyalty": {"name": name, "chargeRate": rate_of(task.rules)},
    }


async def _sum(ask: Ask, order: Mapping[str, Any]) -> Sum:
    shop = await ask.shop(order.get("site"))
    rules = await ruleset_of(ask, shop, ask.now)
    customer = order.get("customer") or {}
    if not isinstance(customer, dict):
        raise wrong_entity("customer", "This value is not valid.")
    account = await account_of(ask, await customer_named(ask, customer, shop))
    items = objects(order.get("items"), "items")
    if not items:
        raise wrong_entity("items", "This value should not be blank.")
    currency = order.get("currency")
    if currency and currency != rules.programme.currency:
        raise wrong_entity("currency", f"The currency of the loyalty program is {rules.programme.currency}.")
    digits = exponent(rules.programme.currency)
    cart = cart_of(
        order, [{**row, "n": i} for i, row in enumerate(items, 1)], digits, await skus_of(ask, items)
    )
    kind = rules.programme.points.get(main_kind(rules))
    units = units_of(ask.text("bonuses"), 0 if kind is None else kind.decimals)
    external_id = id_text(order.get("externalId"), "order.externalId")
    receipt_id = base_receipt(ask, f"{shop.id}:{external_id}") if external_id else "quote"
    return Sum(
        shop,
        rules,
        account,
        cart,
        units if kind is not None else 0,
        receipt_id,
        ask.now,
        order.get("applyRound") is True,
    )


async def _privileges(ask: Ask, task: Sum) -> tuple[list[Told], dict[str, tuple[Cart, Quoted]]]:
    """What each privilege gives that the buyer may have, none first."""
    who = None if task.account is None else task.account.ref
    names = [NONE] if who is None else [NONE, LEVEL, *chosen(task.rules)]
    found = await asyncio.gather(*[_quoted(ask, task, name) for name in names])
    quotes = dict(zip(names, found, strict=True))
    if LEVEL in quotes:
        for name in given(task.rules, quotes[LEVEL][1].decision):
            # Whoever is a member has it without choosing: what the level gives has it in it.
            quotes.setdefault(name, quotes[LEVEL])
    return [told(name, quote.decision, task.rules) for name, (_, quote) in quotes.items()], quotes


async def _quoted(ask: Ask, task: Sum, privilege: str) -> tuple[Cart, Quoted]:
    currency = task.rules.programme.currency
    place = Place(task.receipt_id, task.shop.id, task.at, currency, exponent(currency))
    guest = privilege == NONE or task.account is None
    spending = Spending(0 if guest else task.units, main_kind(task.rules), choice_of(privilege, task.rules))
    who = None if guest or task.account is None else task.account.ref

    async def quote(cart: Cart) -> Quoted:
        receipt = receipt_of(cart, place, spending, promo_types(ask))
        quoted = await ask.services.counter.quote(Quote(receipt, who, explain=False))
        if isinstance(quoted, Refused):
            raise wrong_of(ask, task.rules, quoted)
        return quoted

    if not task.rounds:
        return task.cart, await quote(task.cart)
    cart, _, quoted = await made_round(task.cart, currency, quote)
    return cart, quoted or await quote(cart)


ROUTES: tuple[Route, ...] = (("POST", "/api/v5/loyalty/calculate", calculate),)
