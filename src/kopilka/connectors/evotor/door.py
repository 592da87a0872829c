"""The door of Evotor's cloud: lets its token in, stores receipts before it answers, and works through them afterwards."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.connectors.evotor.booking import attach, book, zone_of
from kopilka.connectors.evotor.manifest import ID, MANIFEST, PREFIX
from kopilka.connectors.evotor.mapping import PAYBACK, SELL, kind_of, own_id, slip_of, slips_in
from kopilka.connectors.kit.call import Answer, BadCallError, Call, answer_json
from kopilka.connectors.kit.fields import REQUIRED, Fields, WrongFieldError
from kopilka.connectors.kit.routing import Routes
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import Connection
from kopilka.usecases.foreign import ForeignDocument
from kopilka.usecases.inbox import InboxItem

WRONG_TOKEN, SYNTAX, MISSING, INCORRECT = 1001, 2001, 2002, 2003
"""The protocol's own codes."""
OURS, AWAY = 5000, 5003
_NUL = b"\\u0000"
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
Handler = Callable[["Arrival"], Awaitable[Answer]]


class Arrival(msgspec.Struct, frozen=True):
    """One call of an open connection."""

    call: Call
    services: Services
    connection: Connection

    def body(self) -> Any:
        """The body; what no database keeps is a mistake of syntax."""
        if _NUL in self.call.body or b"\0" in self.call.body:
            raise BadCallError("a sign of nothing")
        try:
            return self.call.json()
        except RecursionError as error:
            raise BadCallError("too deep") from error

    def fine(self, content: object, outcome: str = "") -> Answer:
        """200."""
        return answer_json(content, connection_id=self.connection.connection_id, outcome=outcome)


async def receipts(arrival: Arrival) -> Answer:
    """Receipts and documents: each is stored once, however often and in whatever company it comes."""
    services, connection = arrival.services, arrival.connection
    errors: list[dict[str, object]] = []
    for row, event in slips_in(arrival.body(), arrival.call.args.get("store", "")):
        try:
            id_, kind = own_id(row), kind_of(row)
            if kind in {SELL, PAYBACK}:
                slip_of(row, zone_of(connection), services.clock())
        except WrongFieldError as wrong:
            errors.append(_error(wrong))
            continue
        name = event.lower() or ("document:" if row.has("transactions") else "receipt:") + id_
        body = _encode(row.content)
        await services.run(services.inbox.accept, connection.connection_id, name, kind, body)
    if errors:
        return answer_json(
            {"errors": errors}, 400, connection_id=connection.connection_id, outcome="bad_field"
        )
    return arrival.fine({})


async def owner(arrival: Arrival) -> Answer:
    """The owner of the shops signs in or up: the token that the cloud is to show is the one that it has shown."""
    body = Fields(arrival.body())
    name = "userUuid" if body.has("userUuid") else "userId"
    user = body.text(name, required=True)
    token = _token(arrival.call)
    return arrival.fine({"userId": user, "userUuid": user, "hasBilling": False, "token": token})


async def token(arrival: Arrival) -> Answer:
    """A token for the cloud's own API, which Kopilka does not call: it is not kept."""
    body = Fields(arrival.body())
    body.text("userUuid" if body.has("userUuid") else "userId", required=True)
    return arrival.fine({})


async def heard(arrival: Arrival) -> Answer:
    """Installed, removed, paid for: nothing that points depend on."""
    return arrival.fine({}, Fields(arrival.body()).text("type"))


async def listed(arrival: Arrival) -> Answer:
    """Stores, terminals and staff of the owner: which store is which shop is a setting."""
    arrival.body()
    return arrival.fine([])


ROUTES: Routes[Handler] = Routes(
    [
        *[
            (method, path, receipts)
            for method in ("POST", "PUT")
            for path in (
                "*/stores/{store}/documents", "*/documents", "*/receipts", "*/receipt", PREFIX, "/evotor/events",
            )
        ],
        ("POST", "*/user/create", owner),
        ("POST", "*/user/verify", owner),
        ("POST", "*/user/token", token),
        ("POST", "*/installation/event", heard),
        ("POST", "*/subscription/event", heard),
        ("POST", "*/user/tariff", heard),
        *[("PUT", f"*/inventories/{each}", listed) for each in ("stores", "devices", "employees")],
    ]
)  # fmt: skip


class Evotor:
    """The connector."""

    manifest = MANIFEST

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call; everything wrong with it is an error of the protocol."""
        connection = await services.by_secret(ID, _token(call))
        if connection is None:
            return _no(401, [{"code": WRONG_TOKEN}], None, "wrong_key")
        handler = ROUTES.find(call)
        if handler is None:
            status, outcome = (405, "method") if ROUTES.known(call) else (404, "unknown_path")
            return _no(status, [], connection, outcome)
        try:
            return await handler(Arrival(call, services, connection))
        except BadCallError:
            return _no(400, [{"code": SYNTAX}], connection, "bad_body")
        except WrongFieldError as wrong:
            return _no(400, [_error(wrong)], connection, "bad_field")

    async def work(self, item: InboxItem, connection: Connection, services: Services) -> str:
        """Book a receipt that was stored."""
        return await book(Fields(_decode(item.body)), connection, services)

    async def attach(
        self, document: ForeignDocument, member_id: str, connection: Connection, services: Services
    ) -> None:
        """Book a receipt that waited for its buyer."""
        await attach(document, member_id, connection, services)

    def failed(self, call: Call, *, unavailable: bool) -> Answer:  # noqa: ARG002 - every call fails alike
        """Ours is the fault: the cloud comes again."""
        return _no(503 if unavailable else 500, [{"code": AWAY if unavailable else OURS}], None, "")

    def probe(self, connection: Connection) -> Call:  # noqa: ARG002 - the same for all
        """No receipts at all."""
        return Call("POST", PREFIX + "receipts", body=b"[]")

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:  # noqa: ARG002 - the token says who
        """The call with its token."""
        call.headers["authorization"] = f"Bearer {secret}"
        return call


def _token(call: Call) -> str:
    """The token, shown as a bearer's or as the password of a user."""
    if call.basic is not None:
        return call.basic[1]
    scheme, _, text = call.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _error(wrong: WrongFieldError) -> dict[str, object]:
    missing = wrong.code == REQUIRED
    return {
        "code": MISSING if missing else INCORRECT, "reason": "missing" if missing else "incorrect",
        "subject": wrong.field or "body",
    }  # fmt: skip


def _no(
    status: int, errors: Sequence[Mapping[str, object]], connection: Connection | None, outcome: str
) -> Answer:
    id_ = "" if connection is None else connection.connection_id
    return answer_json({"errors": errors}, status, connection_id=id_, outcome=outcome)
