"""Webhooks as UDS sends them: a purchase, a return or a reward as an operation, whoever joins as a participant."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

import msgspec

from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.services import Services
from kopilka.connectors.uds import telling
from kopilka.connectors.uds.ask import Ask, language_of
from kopilka.connectors.uds.manifest import PREFIX
from kopilka.connectors.uds.mapping import customer_out
from kopilka.connectors.uds.wire import UdsError, moment
from kopilka.core.event import (
    MEMBER_ENROLLED,
    POINTS_ADJUSTED,
    RECEIPT_CLOSED,
    RECEIPT_RETURNED,
    RECEIPT_VOIDED,
)
from kopilka.usecases.commands import Ref
from kopilka.usecases.connections import Connection
from kopilka.usecases.deliveries import Fact
from kopilka.values.ids import uuid_of

NAMES = (RECEIPT_CLOSED, RECEIPT_RETURNED, RECEIPT_VOIDED, MEMBER_ENROLLED, POINTS_ADJUSTED)
"""Events that UDS has a webhook for; of others nothing is told."""
PATH = "/api/v2/events/"
OPERATION, PARTICIPANT = "operation", "participant"
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Told(msgspec.Struct, frozen=True):
    """What is told: the webhook's topic, and an Operation or a Customer."""

    topic: str
    content: Mapping[str, object]


class Webhook(msgspec.Struct, frozen=True):
    """What is posted: the path behind the partner's address, headers and body."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def webhook(told: Told, company: tuple[str, str], at: datetime, request_id: str) -> Webhook:
    """A webhook signed for a company (its id and API key). Pure."""
    timestamp = moment(at) or ""
    text = f"{request_id}{timestamp}{company[0]}{company[1]}"
    signature = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # UDS's own way
    headers = {
        "content-type": "application/json; charset=utf-8", "x-requestid": request_id, "x-timestamp": timestamp,
        "x-signature": signature,
    }  # fmt: skip
    return Webhook(PATH + told.topic, headers, _encode(told.content))


def request_id_of(event_id: str) -> str:
    """The id of a webhook: one for all tries of an event."""
    return uuid_of(event_id) or str(uuid5(NAMESPACE_OID, event_id))


def example(fact: Fact) -> Told:
    """What a test sends: the shape of the webhook, of nobody and nothing."""
    if fact.name == MEMBER_ENROLLED:
        return Told(
            PARTICIPANT, {"uid": None, "displayName": "Test", "phone": None, "participant": {"id": 0}}
        )
    state = "REVERSAL" if fact.name == RECEIPT_RETURNED else "NORMAL"
    content = {
        "id": 0, "dateCreated": moment(fact.occurred_at), "action": "UNKNOWN", "state": state, "customer": None,
        "cashier": None, "branch": None, "points": 0, "certificatePoints": 0, "receiptNumber": None, "total": 0, "cash": 0,
        "origin": None,
    }  # fmt: skip
    return Told(OPERATION, content)


async def told_of(fact: Fact, services: Services, connection: Connection) -> Told | None:
    """What is told of an event; None where UDS has nothing to say of it, or it happened in another shop."""
    if fact.name not in NAMES:
        return None
    call = Call("POST", PREFIX)
    try:
        ask = await Ask(call, services, connection, language_of(call, connection)).open()
        content = await _content(fact, ask)
    except UdsError:
        return None
    topic = PARTICIPANT if fact.name == MEMBER_ENROLLED else OPERATION
    return None if content is None else Told(topic, content)


async def _content(fact: Fact, ask: Ask) -> Mapping[str, object] | None:
    if fact.name == MEMBER_ENROLLED:
        view = await ask.view(Ref("member", fact.member_id))
        if view is None:
            return None
        return customer_out(await ask.someone(view), ask.scores, ask.terms, detail=False)
    if fact.name == POINTS_ADJUSTED:
        return await _reward(fact, ask)
    view_of = await telling.receipt(ask, fact.receipt)
    if view_of is None:
        return None
    if fact.name != RECEIPT_RETURNED:
        return await telling.purchase(ask, view_of)
    facts = next((row for row in view_of.returns if row.recorded_at == fact.recorded_at), None)
    return None if facts is None else await telling.reversal(ask, view_of, facts)


async def _reward(fact: Fact, ask: Ask) -> Mapping[str, object] | None:
    """The event names no transaction: it is the member's one of that moment and so many units."""
    if fact.data.get("kind") != ask.scores.kind:
        return None
    return await telling.reward_where(
        ask, fact.member_id,
        lambda row: row.recorded_at == fact.recorded_at and row.units == fact.data.get("units"),
    )  # fmt: skip
