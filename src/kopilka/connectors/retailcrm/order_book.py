"""What orders do to the ledger: a sale is reserved while the order is under way, booked when it is completed, given back
when goods or the whole of it go. The ledger is brought to what the order says now, so that repeats and races end alike.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_answers import totals_of
from kopilka.connectors.retailcrm.mapping_history import order_changes
from kopilka.connectors.retailcrm.mapping_orders import (
    Cart,
    Place,
    Spending,
    as_held,
    cart_of,
    left_of,
    less_of,
    offer_ids,
    paid_by,
    receipt_of,
    rounded_by,
    stated_of,
    units_of,
)
from kopilka.connectors.retailcrm.mapping_privileges import NONE, choice_of, main_kind
from kopilka.connectors.retailcrm.orders import (
    CLOSED,
    HELD,
    PLACED,
    REVERSED,
    Known,
    base_receipt,
    cancelled,
    completed,
    document_of,
    listed_setting,
    order_by_id,
    turn_of,
)
from kopilka.connectors.retailcrm.people import Account, account_of, customer_named
from kopilka.connectors.retailcrm.refusals import wrong_of
from kopilka.connectors.retailcrm.wire import WrongCallError
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement import sale as sales
from kopilka.core.settlement.sale import Sale
from kopilka.usecases.commands import Close, Command, Hold, Quote, Ref, Release, Return
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.quote_receipt import Quoted
from kopilka.values.money import exponent

HOLD_DAYS, PROMO = "14", "promo"
TRIES, PAUSE, ROUNDS, MINUTES_A_DAY, DAYS_MAX = 20, 0.01, 8, 24 * 60, 365
RACES = frozenset(
    {
        "receipt_exists", "other_member", "not_held", "not_closed", "hold_changed", "hold_lapsed", "return_exists",
        "nothing_left", "more_than_bought", "unknown_receipt",
    }
)  # fmt: skip
"""Refusals which say that somebody else was faster: read again what there is."""


BINDING = frozenset({sales.HELD, sales.CLOSED})
"""States of a receipt in which its Decision stands."""


class RacedError(Exception):
    """Somebody else changed the same order meanwhile."""


class Scene(msgspec.Struct, frozen=True):
    """An order with all that matters for it now: the programme, who buys, what is bought, and its receipt as it stands.
    `refused` says why nothing could be reserved or booked.
    """

    known: Known
    rules: Ruleset
    account: Account | None
    cart: Cart
    receipt_id: str
    sale: Sale | None = None
    returns: int = 0
    refused: Refused | None = None

    @property
    def who(self) -> Ref | None:
        """The member whose loyalty the order moves; None where it moves nobody's."""
        if self.account is None or not self.account.may_spend or self.known.order.privilege == NONE:
            return None
        return self.account.ref

    @property
    def kind(self) -> str:
        """The kind of points that bonuses are."""
        return main_kind(self.rules)

    @property
    def spent_units(self) -> int:
        """Points that its receipt reserves or has taken."""
        spent = None if self.sale is None else self.sale.decision.spent
        return 0 if spent is None else spent.units

    @property
    def state(self) -> str:
        """The state of the order's document."""
        if self.sale is None or self.sale.state in {sales.RELEASED, sales.VOIDED}:
            return PLACED
        if self.sale.state == sales.HELD:
            return HELD
        return CLOSED if any(left_of(self.sale).values()) else REVERSED


async def ruleset_of(ask: Ask, shop: Shop, at: datetime) -> Ruleset:
    """The programme version that decides an order of a shop."""
    known = await ask.services.catalogue(shop.id)
    return known.ruleset(shop.programme, at) or await ask.rules(shop)


async def skus_of(ask: Ask, items: list[dict[str, object]]) -> dict[str, str]:
    """Skus by the offer ids that we gave."""
    found = {}
    for number in offer_ids(items):
        sku = await ask.id_of("sku", number)
        if sku is not None:
            found[number] = sku
    return found


async def made_round(
    cart: Cart, currency: str, quote: Callable[[Cart], Awaitable[Quoted | None]]
) -> tuple[Cart, int, Quoted | None]:
    """A cart whose total is whole, what had to be taken off it for that, and how it is counted then. What is taken off
    changes discounts and bonuses, so it is found step by step; where it cannot be found, nothing is rounded.
    """
    unit, off, first = 10 ** exponent(currency), 0, await quote(cart)
    quoted, tried = first, cart
    for _ in range(ROUNDS):
        rest = 0 if quoted is None else quoted.decision.paid_minor % unit
        if not rest:
            return tried, off, quoted
        off += rest
        tried = rounded_by(cart, off)
        quoted = await quote(tried)
    return cart, 0, first


def promo_types(ask: Ask) -> frozenset[str]:
    """Price types that are promotional prices already."""
    return listed_setting(ask, "promo_price_types", PROMO)


async def scene_of(ask: Ask, known: Known) -> Scene:
    """Look at an order."""
    order, shop = known.order, known.shop
    rules = await ruleset_of(ask, shop, order.at)
    account = await account_of(ask, await customer_named(ask, order.customer, shop))
    digits = exponent(rules.programme.currency)
    cart = cart_of(order.facts, order.items, digits, await skus_of(ask, order.items))
    cart = rounded_by(paid_by(cart, list(order.payments.values()), digits), order.round_minor)
    receipt_id = turn_of(base_receipt(ask, known.id), order.turn)
    view = await ask.run(ask.services.views.receipt, receipt_id)
    if view is None:
        return Scene(known, rules, account, cart, receipt_id)
    return Scene(known, rules, account, cart, receipt_id, view.stored.sale, len(view.returns))


def receipt_in(ask: Ask, scene: Scene, units: int = 0, choice: str | None = None) -> Receipt:
    """The receipt that an order is, with so many points spent."""
    known, currency = scene.known, scene.rules.programme.currency
    word = choice_of(known.order.privilege, scene.rules) if choice is None else choice
    place = Place(scene.receipt_id, known.shop.id, known.order.at, currency, exponent(currency))
    return receipt_of(scene.cart, place, Spending(units, scene.kind, word), promo_types(ask))


class Asked(msgspec.Struct, frozen=True):
    """Points that are to be reserved now, and for how many minutes: shortly while a code is `awaited`."""

    units: int
    minutes: int
    awaited: bool = False


async def asked_of(ask: Ask, scene: Scene) -> Asked:
    """What an order asks for, as far as it has been confirmed or may still be."""
    order, days = scene.known.order, ask.connection.setting("hold_days", HOLD_DAYS)
    usual = min(DAYS_MAX, max(1, int(days))) if days.isascii() and days.isdigit() else int(HOLD_DAYS)
    minutes = usual * MINUTES_A_DAY
    kind = scene.rules.programme.points.get(scene.kind)
    units = 0 if kind is None or order.idle else units_of(order.bonuses, kind.decimals)
    if (
        not units
        or ask.connection.setting("confirm_charge", "no") != "yes"
        or order.confirmed == order.bonuses
    ):
        return Asked(units, minutes)
    check = await ask.run(ask.services.verifications.get, order.check_id) if order.check_id else None
    if check is None or (check.verified_at is None and check.expires_at <= ask.now):
        return Asked(0, minutes)
    if check.verified_at is not None:
        return Asked(units, minutes)
    return Asked(units, (check.expires_at - ask.now) // timedelta(minutes=1) + 1, awaited=True)


# -- the ledger ---------------------------------------------------------------------------------------------------------


async def bring(ask: Ask, known: Known, *, strict: bool = False) -> Scene:
    """Bring the ledger to what an order says. `strict`: what cannot be reserved is an error, else the order stays
    without it, for an order is a fact.
    """
    scene = await scene_of(ask, known)
    if scene.sale is not None and scene.sale.state == sales.CLOSED:
        return await _give_back(ask, scene)
    who = scene.who
    if scene.sale is not None and who is not None and scene.sale.member_id != who.value:
        await _release(ask, scene)
        order = msgspec.structs.replace(known.order, turn=known.order.turn + 1)
        scene = await scene_of(ask, known.with_order(order))
    order = scene.known.order
    if who is None or not scene.cart.items or cancelled(ask, order.status):
        return await _release(ask, scene)
    if completed(ask, order.status):
        return await _close(ask, scene, who)
    return await _hold(ask, scene, who, strict=strict) if order.applied else await _release(ask, scene)


async def _hold(ask: Ask, scene: Scene, who: Ref, *, strict: bool = False) -> Scene:
    asked = await asked_of(ask, scene)
    units, minutes = asked.units, asked.minutes
    if scene.known.order.rounds:
        scene = await _rounded(ask, scene, who, units)
    receipt = receipt_in(ask, scene, units)
    if units and not strict:
        quoted = await ask.services.counter.quote(Quote(receipt, who, explain=False))
        spent = quoted.decision.spent if isinstance(quoted, Quoted) else None
        receipt = receipt_in(ask, scene, 0 if spent is None else spent.units)
    command = Hold(receipt, who, ask.connection.connection_id, minutes=minutes)
    done = await _carry_out(ask, command)
    if isinstance(done, Done):
        return msgspec.structs.replace(scene, sale=done.sale)
    if strict:
        raise wrong_of(ask, scene.rules, done)
    if done.code == "spend_too_much":
        raise RacedError
    # What was reserved for another cart must not stand for this one.
    return msgspec.structs.replace(await _release(ask, scene), refused=done)


async def _rounded(ask: Ask, scene: Scene, who: Ref, units: int) -> Scene:
    """The order with its total rounded down to whole units of money by a discount of its own."""

    async def quote(cart: Cart) -> Quoted | None:
        receipt = receipt_in(ask, msgspec.structs.replace(scene, cart=cart), units)
        quoted = await ask.services.counter.quote(Quote(receipt, who, explain=False))
        return quoted if isinstance(quoted, Quoted) else None

    cart, minor, _ = await made_round(rounded_by(scene.cart, 0), scene.rules.programme.currency, quote)
    order = msgspec.structs.replace(scene.known.order, round_minor=minor)
    return msgspec.structs.replace(scene, cart=cart, known=scene.known.with_order(order))


async def _close(ask: Ask, scene: Scene, who: Ref) -> Scene:
    asked = await asked_of(ask, scene)
    # An order that is completed before its code was entered was sold without the bonuses.
    units = 0 if asked.awaited else asked.units
    held = scene.sale if scene.sale is not None and scene.sale.state == sales.HELD else None
    if held is not None and scene.spent_units and not units:
        scene, held = await _release(ask, scene), None
    word = choice_of(scene.known.order.privilege, scene.rules)
    if held is not None and not (as_held(scene.cart, held) and held.receipt.choice == word):
        scene = await _hold(ask, scene, who)
        held = scene.sale if scene.sale is not None and scene.sale.state == sales.HELD else None
    client = ask.connection.connection_id
    if held is not None:
        command = Close(held.receipt, who, stated_of(held), sold=True, client=client)
    else:
        command = Close(receipt_in(ask, scene, units), who, sold=True, client=client)
    done = await _carry_out(ask, command)
    if isinstance(done, Done):
        return msgspec.structs.replace(scene, sale=done.sale)
    return msgspec.structs.replace(scene, refused=done)


async def _release(ask: Ask, scene: Scene) -> Scene:
    if scene.sale is None or scene.sale.state != sales.HELD:
        return scene
    done = await _carry_out(ask, Release(scene.receipt_id, ask.connection.connection_id))
    return msgspec.structs.replace(scene, sale=done.sale) if isinstance(done, Done) else scene


async def _give_back(ask: Ask, scene: Scene) -> Scene:
    """Give back what an order has less of than was booked. What it has more of needs an order of its own."""
    sale, order = scene.sale, scene.known.order
    if sale is None:
        return scene
    whole = order.idle or cancelled(ask, order.status)
    wish = less_of(sale, None if whole else scene.cart)
    if wish is None:
        return scene
    id_ = f"{scene.receipt_id}:{scene.returns + 1}"
    client = ask.connection.connection_id
    done = await _carry_out(ask, Return(scene.receipt_id, id_, wish, ask.now, scene.known.shop.id, client))
    if isinstance(done, Refused):
        return msgspec.structs.replace(scene, refused=done)
    return msgspec.structs.replace(scene, sale=done.sale, returns=scene.returns + 1)


async def _carry_out(ask: Ask, command: Command) -> Done | Refused:
    done = await ask.services.counter.carry_out(command)
    if isinstance(done, Refused) and done.code in RACES:
        raise RacedError
    return done


# -- changing -----------------------------------------------------------------------------------------------------------

Load = Callable[[], Awaitable[Known]]
Edit = Callable[[Known], Awaitable[Known]]


async def change(ask: Ask, load: Load, edit: Edit, *, strict: bool = False) -> Scene:
    """Change an order and bring the ledger along. The document is written last; whoever finds that it was written by
    somebody else meanwhile reads it again and begins anew, so that the ledger ends as the last one written says.
    """
    moved = False
    for number in range(TRIES):
        # Whoever was slower several times lets the others go first.
        await asyncio.sleep(PAUSE * max(0, number - 2))
        known = await load()
        try:
            scene = await bring(ask, await edit(known), strict=strict)
        except RacedError:
            moved = True
            continue
        except WrongCallError:
            if moved:
                await settle(ask, load)
            raise
        moved = True
        scene = with_totals(scene)
        written = document_of(
            scene.known, member_id="" if scene.who is None else scene.who.value, receipt_id=scene.receipt_id,
            state=scene.state, now=ask.now,
        )  # fmt: skip
        before = known.order if known.document.revision else None
        changes = order_changes(before, scene.known.order, known.number)
        if await ask.run(ask.services.foreign.put, written, changes):
            return scene
    raise WrongCallError("The order is being changed by somebody else.", status=503, outcome="raced")


def with_totals(scene: Scene) -> Scene:
    """A scene whose order says what its bonuses do."""
    charged, credited = (
        (0, 0)
        if scene.sale is None or scene.state == PLACED
        else totals_of(scene.sale, scene.rules, scene.cart)
    )
    order = msgspec.structs.replace(scene.known.order, charged=Decimal(charged), credited=Decimal(credited))
    return msgspec.structs.replace(scene, known=scene.known.with_order(order))


async def settle(ask: Ask, load: Load) -> None:
    """Bring the ledger to what an order says, after a change of it that was refused in the end."""
    for _ in range(TRIES):
        try:
            await bring(ask, await load())
        except RacedError:
            continue
        return


def loader(ask: Ask, id_: str) -> Load:
    """Reads an order anew each time."""

    async def load() -> Known:
        return await order_by_id(ask, id_)

    return load
