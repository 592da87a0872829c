"""Bonuses of an order: reserved for it, confirmed by a code where the shop wants one, cancelled."""

from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_accounts import verification_told
from kopilka.connectors.retailcrm.mapping_orders import units_of
from kopilka.connectors.retailcrm.mapping_privileges import NONE, main_kind
from kopilka.connectors.retailcrm.order_book import (
    Scene,
    change,
    loader,
    receipt_in,
    scene_of,
)
from kopilka.connectors.retailcrm.order_view import serialized
from kopilka.connectors.retailcrm.orders import REVERSED, Known, cancelled, completed, id_named, order_by_id
from kopilka.connectors.retailcrm.refusals import wrong_of
from kopilka.connectors.retailcrm.wire import Route, WrongCallError, wrong_entity
from kopilka.connectors.retailcrm.words import refusal, text
from kopilka.core.settlement import sale as sales
from kopilka.usecases.commands import Quote
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.verifications import VERIFY_SPENDING, Verification


async def apply(ask: Ask) -> Mapping[str, Any]:
    """Reserve bonuses for an order and fix what it gives. A repeat replaces what was there."""
    named = ask.entity("order")
    id_ = await id_named(ask, named)
    wanted = ask.text("bonuses")
    sent: list[Verification] = []

    async def edit(known: Known) -> Known:
        scene = await scene_of(ask, known)
        units = _units(scene, wanted)
        over = scene.state != REVERSED or completed(ask, known.order.status)
        if scene.sale is not None and scene.sale.state == sales.CLOSED and over:
            if units != scene.spent_units:
                raise wrong_entity("order", _closed(ask), "order_completed")
            return known
        _refuse_unable(ask, scene, units)
        order = msgspec.structs.replace(
            known.order, applied=True, idle=False, bonuses=wanted if units else "",
            turn=known.order.turn + (scene.state == REVERSED), rounds=named.get("applyRound") is True, round_minor=0,
        )  # fmt: skip
        known = known.with_order(order)
        if not units or not _confirms(ask) or order.confirmed == wanted:
            return known
        await _check_room(ask, known)
        check = await _code(ask, scene, wanted, sent)
        return known.with_order(msgspec.structs.replace(order, check_id=check.check_id))

    scene = await change(ask, loader(ask, id_), edit, strict=True)
    answer: dict[str, Any] = {"order": await serialized(ask, scene)}
    check = await waiting_check(ask, scene)
    if check is not None:
        answer["verification"] = verification_told(check, scene.rules.programme.zone)
    return answer


def _units(scene: Scene, wanted: str) -> int:
    kind = scene.rules.programme.points.get(main_kind(scene.rules))
    units = units_of(wanted, 0 if kind is None else kind.decimals)
    if units and kind is None:
        raise wrong_entity("amount", "The loyalty program has no bonuses.", "no_points")
    return units


def _refuse_unable(ask: Ask, scene: Scene, units: int) -> None:
    """Nobody's bonuses, a closed membership's, and those for an order that will not be cannot be spent."""
    if cancelled(ask, scene.known.order.status):
        raise wrong_entity("order", ask.say("Заказ отменён", "The order is cancelled"), "order_cancelled")
    if not units:
        return
    russian = ask.russian
    if scene.account is None:
        raise wrong_entity("loyalty", text("no_account", russian=russian), "no_account")
    if not scene.account.may_spend:
        code = "not_confirmed" if scene.account.member is None else "member_blocked"
        raise wrong_entity("loyalty", text(code, russian=russian), code)
    if scene.known.order.privilege == NONE:
        words = ask.say(
            "Заказ оформлен без участия в программе", "The order was placed outside the loyalty program"
        )
        raise wrong_entity("privilegeType", words, "no_privilege")


def _closed(ask: Ask) -> str:
    return ask.say(
        "Заказ уже выполнен, бонусы по нему не изменить",
        "The order is completed, its bonuses cannot be changed",
    )


def _confirms(ask: Ask) -> bool:
    return ask.connection.setting("confirm_charge", "no") == "yes"


async def _check_room(ask: Ask, known: Known) -> None:
    """No code is sent for bonuses that could not be spent anyway."""
    scene = await scene_of(ask, known)
    units = _units(scene, known.order.bonuses)
    quoted = await ask.services.counter.quote(Quote(receipt_in(ask, scene, units), scene.who, explain=False))
    if isinstance(quoted, Refused):
        raise wrong_of(ask, scene.rules, quoted)
    spent = quoted.decision.spent
    if spent is None or spent.units < units:
        room = quoted.decision.room
        most = room.units if units > room.units else (0 if spent is None else spent.units)
        reason = "" if room.reason is None else room.reason.code
        raise wrong_of(ask, scene.rules, Refused("spend_too_much", params={"most": most, "reason": reason}))


async def _code(ask: Ask, scene: Scene, wanted: str, sent: list[Verification]) -> Verification:
    """The check that a repeat asks for again, else a new code."""
    order = scene.known.order
    if order.check_id and order.bonuses == wanted:
        check = await ask.run(ask.services.verifications.get, order.check_id)
        if check is not None and (check.verified_at is not None or check.expires_at > ask.now):
            return check
    if sent:
        return sent[0]
    member = None if scene.account is None else scene.account.member
    phone = "" if member is None else member.person.phone
    if member is None or not phone:
        raise wrong_entity("phone", text("phone_needed", russian=ask.russian), "no_phone")
    words = text("sms", russian=ask.russian)
    made = await ask.run(
        ask.services.verifications.send, VERIFY_SPENDING, phone, lambda code: words.format(code=code),
        member_id=member.member_id, subject=f"{ask.connection.connection_id}/{scene.known.id}",
    )  # fmt: skip
    if isinstance(made, Refused):
        raise wrong_entity("phone", refusal(made, russian=ask.russian), made.code)
    sent.append(made[0])
    return made[0]


async def waiting_check(ask: Ask, scene: Scene) -> Verification | None:
    """The check that an order waits for."""
    order = scene.known.order
    if not order.check_id or not order.bonuses or order.confirmed == order.bonuses or not _confirms(ask):
        return None
    check = await ask.run(ask.services.verifications.get, order.check_id)
    return None if check is None or check.verified_at is not None else check


async def spending_confirmed(ask: Ask, check: Verification) -> None:
    """The buyer has entered the code: the order's bonuses are reserved for as long as it is under way. A repeat changes
    nothing; a code for bonuses that have been changed since confirms nothing.
    """
    connection_id, _, id_ = check.subject.partition("/")
    if connection_id != ask.connection.connection_id:
        raise WrongCallError("Not found", status=404, outcome="other_connection")

    async def edit(known: Known) -> Known:
        if known.order.check_id != check.check_id:
            return known
        return known.with_order(msgspec.structs.replace(known.order, confirmed=known.order.bonuses))

    known = await order_by_id(ask, id_)
    if known.order.check_id == check.check_id and known.order.confirmed != known.order.bonuses:
        await change(ask, loader(ask, id_), edit, strict=True)


async def cancel(ask: Ask) -> Mapping[str, Any]:
    """Give back what the order's bonuses did, both ways."""
    id_ = await id_named(ask, ask.entity("order"))

    async def edit(known: Known) -> Known:
        order = known.order
        return known.with_order(
            msgspec.structs.replace(
                order, bonuses="", applied=False, idle=True, check_id="", confirmed=""
            )
        )  # fmt: skip

    scene = await change(ask, loader(ask, id_), edit)
    return {"order": await serialized(ask, scene)}


ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v5/orders/loyalty/apply", apply),
    ("POST", "/api/v5/orders/loyalty/cancel-bonus-operations", cancel),
)
__all__ = ["ROUTES", "spending_confirmed"]
