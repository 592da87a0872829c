"""Doors of signed webhooks: the signature over the bytes as they came, the delivery kept, and only then an answer."""

import base64
import hmac
import re
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import msgspec

from kopilka.connectors.kit.call import Answer, BadCallError, Call, answer_json
from kopilka.connectors.kit.manifest import Manifest
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.usecases.inbox import InboxItem
from kopilka.values.errors import BadValueError

MESSAGES = {
    "wrong_signature": "The signature is missing or wrong / Подпись не указана или неверна",
    "unknown_connection": "There is no such connection / Такого подключения нет",
    "other_shop": "The webhook comes from another shop / Вебхук от другого магазина",
    "no_delivery_id": "The delivery has no id or topic / У доставки нет номера или темы",
    "method": "Only POST is answered here / Здесь отвечают только на POST",
    "unavailable": "Not available now, send again later / Сейчас недоступно, повторите позже",
    "failed": "Our mistake, send again later / Наша ошибка, повторите позже",
}
NAME = re.compile(r"[\x21-\x7e]{1,128}\Z")
"""A topic or an id of a delivery."""


class Headers(msgspec.Struct, frozen=True):
    """Where a protocol says what: `ids` are tried in their order; `source` names the shop."""

    signature: str
    topic: str
    ids: tuple[str, ...]
    source: str
    test: str
    """The topic of a call that only shows that the connection works."""


class SignedWebhooks:
    """One address for each connection. A connector adds its manifest, its headers and `work`."""

    manifest: Manifest
    headers: Headers

    async def answer(self, call: Call, services: Services) -> Answer:
        """Keep a delivery whose signature is right, once; whatever else it says is read afterwards."""
        parts = call.path.strip("/").split("/")
        if len(parts) != 2:  # noqa: PLR2004 - the connector's name and the connection
            return refused("unknown_connection", 404)
        found = await services.connection(unquote(parts[1]), self.manifest.id)
        if found is None:
            return refused("unknown_connection", 404)
        connection, secret = found
        id_ = connection.connection_id
        if call.method != "POST":
            return refused("method", 405, id_)
        if self.unsigned(call):
            return accepted(id_, "ping")
        if not signed(call.headers.get(self.headers.signature, ""), secret, call.body):
            return refused("wrong_signature", 401, id_)
        topic = call.headers.get(self.headers.topic, "").lower()
        if topic == self.headers.test:
            return accepted(id_, "test")
        shop = connection.setting("domain").lower()
        if shop and shop != self.source(call):
            return refused("other_shop", 403, id_)
        delivery = self.delivery_id(call, topic)
        if not NAME.match(topic) or not delivery:
            return refused("no_delivery_id", 400, id_)
        new = await services.run(services.inbox.accept, id_, delivery, topic, call.body)
        return accepted(id_, "" if new else "repeat")

    def unsigned(self, call: Call) -> bool:  # noqa: ARG002 - most protocols sign everything
        """Whether a call is one that the protocol does not sign and that asks for nothing."""
        return False

    def source(self, call: Call) -> str:
        """The shop that a delivery comes from."""
        return call.headers.get(self.headers.source, "").lower()

    def delivery_id(self, call: Call, topic: str) -> str:
        """What makes a delivery the same as another; empty where it does not say."""
        given = next((call.headers[name] for name in self.headers.ids if call.headers.get(name)), "")
        return f"{given}:{topic}" if NAME.match(given) else ""

    def failed(self, call: Call, *, unavailable: bool) -> Answer:  # noqa: ARG002 - every call fails alike
        """Ours is the fault: the shop sends it again."""
        return refused("unavailable", 503) if unavailable else refused("failed", 500)

    def probe(self, connection: Connection) -> Call:
        """A signed call that asks for nothing."""
        headers = {self.headers.topic: self.headers.test, "content-type": "application/json"}
        return Call("POST", f"/{self.manifest.id}/{connection.connection_id}", headers=headers, body=b"{}")

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:  # noqa: ARG002 - the address says who
        """The call with its signature."""
        call.headers[self.headers.signature] = signature(secret, call.body)
        return call


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the bytes, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def signed(given: str, secret: str, body: bytes) -> bool:
    """Whether a signature is right; takes as long for a wrong one."""
    return hmac.compare_digest(given.encode(), signature(secret, body).encode())


def fingerprint(*parts: str | bytes) -> str:
    """A short name of some content."""
    found = sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else part.encode())
        found.update(b"\0")
    return found.hexdigest()[:32]


def content_of(item: InboxItem) -> Any:
    """What a delivery says; a BadValueError where it is no JSON."""
    try:
        return Call("POST", "/", body=item.body).json()
    except BadCallError as error:
        raise BadValueError("body", "JSON") from error


def refused(code: str, status: int, connection_id: str = "") -> Answer:
    """An answer that says why not."""
    content = {"error": code, "message": MESSAGES[code]}
    return answer_json(content, status, connection_id=connection_id, outcome=code)


def accepted(connection_id: str, outcome: str = "") -> Answer:
    """A webhook was taken, or there is nothing to take."""
    return answer_json({}, 200, connection_id=connection_id, outcome=outcome)
