"""How an event is written and signed: CloudEvents 1.0 structured and binary, and the plain body of Standard Webhooks.

Pure: an event, the moment and the secrets give headers and a body. Other connectors may add formats of their own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from standardwebhooks import Webhook

from kopilka.connectors.kit.services import Services
from kopilka.connectors.uds import webhooks as uds
from kopilka.connectors.uds.manifest import MANIFEST as UDS
from kopilka.usecases.connections import Connection
from kopilka.usecases.deliveries import Fact, Policy
from kopilka.usecases.manifest import Text

SOURCE = "/kopilka"
USER_AGENT = "Kopilka-Webhooks/1"
_encode = msgspec.json.Encoder().encode


class Letter(msgspec.Struct, frozen=True):
    """What is sent: headers and body; `path` is added to the address."""

    headers: Mapping[str, str]
    body: bytes
    path: str = ""


Write = Callable[[Fact, datetime, Sequence[str]], Letter]
"""Writes an event at a moment; the first secret signs, the others sign too while a secret is changed."""


Complete = Callable[[Fact, datetime, Services, Connection], Awaitable[Letter | None]]
"""Writes an event with what the house knows of it, signed for a connection; None where there is nothing to tell."""


class Format(msgspec.Struct, frozen=True):
    """A way to write events; `policy` says how often and when a failure is tried again. A connector's own format has
    `complete`, and its `write`, which tests use, is given the connection's number and key for secrets.
    """

    name: str
    title: Text
    write: Write
    policy: Policy = Policy()
    complete: Complete | None = None


def data_of(fact: Fact) -> dict[str, object]:
    """The data of an event: whom it is about, the receipt where there is one, and its own fields."""
    data: dict[str, object] = {"holder": fact.holder_id, "member": fact.member_id}
    if fact.receipt:
        data["receipt"] = fact.receipt
    return {**data, **fact.data}


def signed(fact: Fact, at: datetime, secrets: Sequence[str], body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature for each secret."""
    text = body.decode()
    signatures = [Webhook(secret).sign(fact.event_id, at, text) for secret in secrets]
    return {
        "user-agent": USER_AGENT,
        "webhook-id": fact.event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def structured(fact: Fact, at: datetime, secrets: Sequence[str]) -> Letter:
    """CloudEvents 1.0, everything in the body."""
    body = _encode({"specversion": "1.0", **_attributes(fact), "data": data_of(fact)})
    kind = {"content-type": "application/cloudevents+json; charset=utf-8"}
    return Letter({**kind, **signed(fact, at, secrets, body)}, body)


def binary(fact: Fact, at: datetime, secrets: Sequence[str]) -> Letter:
    """CloudEvents 1.0, attributes as headers and the data as body."""
    body = _encode(data_of(fact))
    named = {
        f"ce-{name}": quote(value, safe="!#$&'()*+,-./:;<=>?@[]^_`{|}~")
        for name, value in {"specversion": "1.0", **_attributes(fact)}.items()
        if name != "datacontenttype"
    }
    return Letter({"content-type": "application/json", **named, **signed(fact, at, secrets, body)}, body)


def standard(fact: Fact, at: datetime, secrets: Sequence[str]) -> Letter:
    """The body that Standard Webhooks suggests: type, timestamp, data."""
    body = _encode({"type": fact.name, "timestamp": _moment(fact.occurred_at), "data": data_of(fact)})
    return Letter({"content-type": "application/json", **signed(fact, at, secrets, body)}, body)


def uds_example(fact: Fact, at: datetime, secrets: Sequence[str]) -> Letter:
    """UDS's webhook of nothing, for a test; `secrets` are the company's id and key."""
    return _letter(
        uds.webhook(uds.example(fact), (secrets[0], secrets[-1]), at, uds.request_id_of(fact.event_id))
    )


async def uds_complete(fact: Fact, at: datetime, services: Services, connection: Connection) -> Letter | None:
    """UDS's webhook of an event."""
    told = await uds.told_of(fact, services, connection)
    secret = await services.run(services.connections.secret, connection.connection_id)
    if told is None or secret is None:
        return None
    company = (str(connection.number), secret)
    return _letter(uds.webhook(told, company, at, uds.request_id_of(fact.event_id)))


def _letter(made: uds.Webhook) -> Letter:
    return Letter({"user-agent": USER_AGENT, **made.headers}, made.body, made.path)


def _attributes(fact: Fact) -> dict[str, str]:
    return {
        "id": fact.event_id,
        "source": SOURCE,
        "type": fact.name,
        "subject": fact.member_id or fact.holder_id or fact.receipt or "nobody",
        "time": _moment(fact.occurred_at),
        "datacontenttype": "application/json",
        "sequence": f"{fact.place:020d}",
        "partitionkey": fact.holder_id or "nobody",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("cloudevents", Text("CloudEvents 1.0, всё в теле", "CloudEvents 1.0, all in the body"), structured),
        Format("cloudevents-binary", Text("CloudEvents 1.0, свойства в заголовках", "CloudEvents 1.0, attributes in headers"), binary),
        Format("standard", Text("Standard Webhooks: type, timestamp, data", "Standard Webhooks: type, timestamp, data"), standard),
        Format(UDS.id, UDS.tells or UDS.title, uds_example, Policy((300, 300, 300), skips=True), uds_complete),
    )
}  # fmt: skip
"""All formats by name."""
OPEN = {name: each.title for name, each in FORMATS.items() if each.complete is None}
"""Those that anybody may choose; what connectors add is for their own connections."""
