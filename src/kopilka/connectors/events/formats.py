"""How an event is written and signed: CloudEvents 1.0 structured and binary, and the plain body of Standard Webhooks.

Pure: an event, the moment and the secrets give headers and a body. Other connectors may add formats of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from standardwebhooks import Webhook

from kopilka.usecases.deliveries import Fact, Policy
from kopilka.usecases.manifest import Text

SOURCE = "/kopilka"
USER_AGENT = "Kopilka-Webhooks/1"
_encode = msgspec.json.Encoder().encode


class Letter(msgspec.Struct, frozen=True):
    """What is sent: headers and body."""

    headers: Mapping[str, str]
    body: bytes


Write = Callable[[Fact, datetime, Sequence[str]], Letter]
"""Writes an event at a moment; the first secret signs, the others sign too while a secret is changed."""


class Format(msgspec.Struct, frozen=True):
    """A way to write events; `policy` says how often and when a failure is tried again."""

    name: str
    title: Text
    write: Write
    policy: Policy = Policy()


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
    )
}  # fmt: skip
"""All formats by name."""
OPEN = {name: each.title for name, each in FORMATS.items()}
"""Those that anybody may choose; what connectors add is for their own connections."""
