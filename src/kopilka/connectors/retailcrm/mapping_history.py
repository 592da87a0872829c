"""What changed in an order or a customer, field by field, in the words of RetailCRM's history. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kopilka.connectors.retailcrm.mapping_orders import item_id, offer_of
from kopilka.connectors.retailcrm.orders import Order
from kopilka.connectors.retailcrm.wire import moment
from kopilka.usecases.foreign import Change

CODES = frozenset(
    {"status", "orderType", "orderMethod", "shipmentStore", "type", "code", "service", "priceType"}
)
"""Fields whose value is a code, told as `{code}`."""
APART = frozenset({"status", "delivery", "site", "externalId"})
DELIVERY = {"code": "delivery_type", "address": "delivery_address"}
"""What parts of a delivery are called, where not `delivery_` and their own name."""
ITEM = (
    "quantity", "initialPrice", "discountManualAmount", "discountManualPercent", "status", "priceType", "vatRate",
)  # fmt: skip
PAYMENT = ("type", "status", "amount", "paidAt", "comment")
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
Said = Mapping[str, Any]


def order_changes(before: Order | None, after: Order, number: int) -> list[Change]:
    """What one writing of an order changed; `number` is the order's. A new order is one change, of its status."""
    about = {"status": after.status}
    if before is None:
        return [Change("status", None, {"code": after.status}, {**about, "created": True})]
    found = [
        *_field("status", before.status, after.status),
        *_fields(before.facts, after.facts, APART),
        *_delivery(_said(before.facts.get("delivery")), _said(after.facts.get("delivery"))),
        *_items(before.items, after.items, number),
        *_payments(before.payments, after.payments),
        *_field("bonuses", before.bonuses, after.bonuses),
    ]
    if before.charged is not None and before.credited is not None:
        found += [
            *_field("bonusesChargeTotal", before.charged, after.charged),
            *_field("bonusesCreditTotal", before.credited, after.credited),
        ]
    return [Change(each.field, each.old, each.new, {**about, **each.facts}) for each in found]


def customer_changes(before: Said | None, after: Said) -> list[Change]:
    """What one writing of a customer changed; a new one is one change, of the `id`."""
    if before is None:
        return [Change("id", facts={"created": True})]
    return list(_fields(before, after, frozenset()))


def change_told(change: Change, zone: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """A change in a history; `about` is whose it is. All are made by the one key that the connection has."""
    at = change.changed_at
    told = {
        "id": change.number, "createdAt": None if at is None else moment(at, zone), "source": "api", "field": change.field,
        "apiKey": {"current": True}, "oldValue": change.old, "newValue": change.new,
    }  # fmt: skip
    if change.facts.get("created"):
        told["created"] = True
    parts = {name: change.facts[name] for name in ("item", "payment") if name in change.facts}
    return {**told, **about, **parts}


# -- parts ------------------------------------------------------------------------------------------------------------


def _fields(before: Said, after: Said, apart: frozenset[str]) -> Iterator[Change]:
    """Fields by their own names: parts of an object are behind a point, own fields behind `custom_`."""
    for name in dict.fromkeys([*before, *after]):
        if name in apart:
            continue
        old, new = before.get(name), after.get(name)
        if name == "customFields":
            old, new = _said(old), _said(new)
            for own in dict.fromkeys([*old, *new]):
                yield from _field(own, old.get(own), new.get(own), f"custom_{own}")
        elif name in {"address", "contragent"}:
            yield from _inner(name, _said(old), _said(new))
        else:
            yield from _field(name, old, new)


def _field(name: str, old: Any, new: Any, field: str = "", **facts: Any) -> Iterator[Change]:
    if not _same(old, new):
        yield Change(field or _snake(name), _value(name, old), _value(name, new), facts)


def _inner(field: str, old: Said, new: Said) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        yield from _field(name, old.get(name), new.get(name), f"{field}.{_snake(name)}")


def _delivery(old: Said, new: Said) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        field = DELIVERY.get(name, f"delivery_{_snake(name)}")
        if name == "address":
            yield from _inner(field, _said(old.get(name)), _said(new.get(name)))
        else:
            yield from _field(name, old.get(name), new.get(name), field)


def _items(old: Sequence[Said], new: Sequence[Said], number: int) -> Iterator[Change]:
    before, after = {row["n"]: row for row in old}, {row["n"]: row for row in new}
    for n in dict.fromkeys([*before, *after]):
        was, now, id_ = before.get(n), after.get(n), item_id(number, n)
        row = now or was or {}
        item = {"id": id_, "offer": dict(offer_of(row)), "quantity": row.get("quantity", 1)}
        if was is None:
            whole = {**{name: each for name, each in row.items() if name != "n"}, **item}
            yield Change("order_product", None, {"id": id_}, {"item": whole})
        elif now is None:
            yield Change("order_product", {"id": id_}, None, {"item": item})
        else:
            for name in ITEM:
                field = f"order_product.{_snake(name)}"
                yield from _field(name, was.get(name), now.get(name), field, item=item)


def _payments(old: Mapping[str, Said], new: Mapping[str, Said]) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        row = dict(now or was or {})
        if was is None:
            yield Change("payments", None, {"id": row["id"]}, {"payment": row})
        elif now is None:
            yield Change("payments", {"id": row["id"]}, None, {"payment": row})
        else:
            for name in PAYMENT:
                field = f"payments.{_snake(name)}"
                yield from _field(name, was.get(name), now.get(name), field, payment=row)


def _value(name: str, value: Any) -> Any:
    if _blank(value):
        return None
    return {"code": value} if name in CODES and isinstance(value, str) else value


def _said(value: Any) -> Said:
    """An object, or none: PHP writes an empty one as a list."""
    return value if isinstance(value, Mapping) else {}


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _same(old: Any, new: Any) -> bool:
    if old == new or (_blank(old) and _blank(new)):
        return True
    first, second = _number(old), _number(new)
    return first is not None and first == second


def _number(value: Any) -> Decimal | None:
    """Sites write a number as a number or as a text."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _snake(name: str) -> str:
    return _CAPITALS.sub("_", name).lower()
