"""Payments of orders: what is paid online or by card may matter to a programme."""

from collections.abc import Mapping
from typing import Any

import msgspec

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.order_book import change, loader
from kopilka.connectors.retailcrm.orders import Known, id_named
from kopilka.connectors.retailcrm.wire import Made, Route, id_text, not_found, wrong_entity
from kopilka.usecases.foreign import ForeignDocument

PAYMENT = "payment"
"""The kind of numbers, and of the documents that say whose payment it is."""


def payment_key(said: Mapping[str, Any]) -> str:
    """What the site calls a payment; empty where it has no name for it."""
    return id_text(said.get("externalId"), "payment.externalId").replace("/", "-")


async def with_payment(ask: Ask, known: Known, said: Mapping[str, Any]) -> Known:
    """An order with one payment more, or with one that it has as it is now."""
    external_id = payment_key(said)
    key = external_id or f"#{len(known.order.payments) + 1}"
    number = await ask.number(PAYMENT, f"{ask.connection.connection_id}/{known.id}/{key}")
    if external_id and key not in known.order.payments:
        await _note(ask, known, key)
    old = known.order.payments.get(key, {})
    new = {name: value for name, value in said.items() if name not in {"order", "id", "site"}}
    if key.startswith("#"):
        new.pop("externalId", None)
    if len(str(new.get("type") or "")) > 100 or not isinstance(new.get("type", ""), str):  # noqa: PLR2004 - a code
        raise wrong_entity("type", "This value is not valid.")
    payments = {**known.order.payments, key: {**old, **new, "id": number}}
    return known.with_order(msgspec.structs.replace(known.order, payments=payments))


async def _note(ask: Ask, known: Known, key: str) -> None:
    """Remember whose payment it is that a site names."""
    connection_id, id_ = ask.connection.connection_id, f"{known.shop.id}:{key}"
    old = await ask.run(ask.services.foreign.document, connection_id, PAYMENT, id_)
    revision = 0 if old is None else old.revision
    entry = ForeignDocument(connection_id, PAYMENT, id_, {"order": known.id}, ask.now, revision=revision)
    await ask.run(ask.services.foreign.put, entry)


async def create(ask: Ask) -> Mapping[str, Any] | Made:
    """A payment of an order. The same external id again replaces it."""
    said = ask.entity("payment")
    order = said.get("order")
    if not isinstance(order, dict):
        raise wrong_entity("order", "This value should not be blank.")
    id_ = await id_named(ask, order)

    async def edit(known: Known) -> Known:
        return await with_payment(ask, known, said)

    scene = await change(ask, loader(ask, id_), edit)
    payments = scene.known.order.payments
    key = payment_key(said) or next(reversed(payments))
    return Made({"id": payments[key]["id"]})


async def change_one(ask: Ask) -> Mapping[str, Any]:
    """Change a payment."""
    said, (id_, key) = ask.entity("payment"), await _whose(ask, "externalId")

    async def edit(known: Known) -> Known:
        if key not in known.order.payments:
            raise not_found()
        return await with_payment(ask, known, {**said, "externalId": key})

    scene = await change(ask, loader(ask, id_), edit)
    return {"id": scene.known.order.payments[key]["id"]}


async def delete(ask: Ask) -> Mapping[str, Any]:
    """Take a payment away. One that is gone already is no error."""
    id_, key = await _whose(ask, "id")

    async def edit(known: Known) -> Known:
        payments = {name: row for name, row in known.order.payments.items() if name != key}
        return known.with_order(msgspec.structs.replace(known.order, payments=payments))

    await change(ask, loader(ask, id_), edit)
    return {}


async def _whose(ask: Ask, usual: str) -> tuple[str, str]:
    """The order and the key of the payment that the address names: by our id (`by=id`), or by the site's."""
    named = ask.args["id"]
    if (ask.text("by") or usual) == "externalId":
        shop = await ask.shop()
        id_ = f"{shop.id}:{named}"
        entry = await ask.run(ask.services.foreign.document, ask.connection.connection_id, PAYMENT, id_)
        if entry is None:
            raise not_found()
        return str(entry.content.get("order", "")), named
    whole = await ask.id_of(PAYMENT, named)
    connection_id, _, rest = (whole or "").partition("/")
    if connection_id != ask.connection.connection_id:
        raise not_found()
    id_, _, key = rest.rpartition("/")
    return id_, key


ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v5/orders/payments/create", create),
    ("POST", "/api/v5/orders/payments/{id}/edit", change_one),
    ("POST", "/api/v5/orders/payments/{id}/delete", delete),
)
