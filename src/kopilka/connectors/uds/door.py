"""The door of UDS's API: lets a company in, finds who answers, and writes every answer with UDS's headers."""

import hmac
from base64 import b64encode
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from kopilka.connectors.kit.call import Answer, BadCallError, Call, answer_json
from kopilka.connectors.kit.routing import Routes
from kopilka.connectors.kit.services import Services
from kopilka.connectors.uds import (
    customers_door,
    history_door,
    operations_door,
    refunds_door,
    rewards_door,
    settings_door,
    vouchers_door,
    words,
)
from kopilka.connectors.uds.ask import Ask, language_of
from kopilka.connectors.uds.handling import Handler, Made
from kopilka.connectors.uds.manifest import ID, MANIFEST, PREFIX
from kopilka.connectors.uds.wire import STATUS, UdsError, bad, moment
from kopilka.usecases.connections import Connection

ROUTES: Routes[Handler] = Routes(
    [
        (method, PREFIX + path, handler)
        for table in (
            settings_door.ROUTES, customers_door.ROUTES, operations_door.ROUTES, history_door.ROUTES,
            refunds_door.ROUTES, rewards_door.ROUTES, vouchers_door.ROUTES,
        )
        for method, path, handler in table
    ]
)  # fmt: skip
WRONG_CODES_MAX, WRONG_CODES_WINDOW = 30, timedelta(minutes=1)
"""So many wrong codes within a minute, and a company waits: six digits must not be guessed."""
ECHO_MAX = 100


class Uds:
    """The connector. Wrong codes are counted per process."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._wrong: dict[str, deque[datetime]] = {}

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call; everything wrong with it is an error of UDS's."""
        picture = vouchers_door.picture_of(call)
        if picture is not None:
            return await vouchers_door.draw(picture, services)
        connection: Connection | None = None
        try:
            connection = await _company(call, services)
            done = await self._handled(Ask(call, services, connection, language_of(call, connection)))
        except BadCallError:
            answer = _refused(call, connection, bad("body", words.NOT_JSON))
        except UdsError as error:
            answer = _refused(call, connection, error)
        else:
            content, status = (done.content, done.status) if isinstance(done, Made) else (done, 200)
            answer = answer_json(content, status, connection_id=connection.connection_id)
        return _with_headers(answer, call, services)

    async def _handled(self, ask: Ask) -> object:
        handler = ROUTES.find(ask.call)
        if handler is None:
            raise UdsError("notFound")
        now, rows = ask.services.clock(), self._wrong.get(ask.connection.connection_id, deque())
        while rows and not timedelta(0) <= now - rows[0] < WRONG_CODES_WINDOW:
            rows.popleft()
        if len(rows) >= WRONG_CODES_MAX:
            raise UdsError("tooManyRequests")
        try:
            return await handler(ask)
        except UdsError as error:
            if error.code == "notFound" and error.field == "code":
                self._wrong.setdefault(ask.connection.connection_id, deque()).append(now)
            raise

    def failed(self, call: Call, *, unavailable: bool) -> Answer:
        """Ours is the fault: the client tries again."""
        return _refused(call, None, UdsError("serviceUnavailable" if unavailable else "internalError"))

    def probe(self, connection: Connection) -> Call:  # noqa: ARG002 - the same for all
        """What every till asks first."""
        return Call("GET", PREFIX + "settings")

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:
        """The call with the company's id and key."""
        pair = b64encode(f"{connection.number}:{secret}".encode()).decode()
        call.headers["authorization"] = f"Basic {pair}"
        return call


async def _company(call: Call, services: Services) -> Connection:
    """The connection whose key is shown, if the company's id fits."""
    shown = call.basic
    connection = None if shown is None else await services.by_secret(ID, shown[1])
    if shown is None or connection is None:
        raise UdsError("unauthorized")
    if not hmac.compare_digest(shown[0].strip().encode(), str(connection.number).encode()):
        raise UdsError("forbidden")
    return connection


def _refused(call: Call, connection: Connection | None, error: UdsError) -> Answer:
    id_ = "" if connection is None else connection.connection_id
    content = error.content(language_of(call, connection))
    return answer_json(content, STATUS.get(error.code, 400), connection_id=id_, outcome=error.code)


def _with_headers(answer: Answer, call: Call, services: Services) -> Answer:
    """The answer with its own id and moment, and the id that the caller gave."""
    headers: Sequence[tuple[str, str]] = (
        ("X-Request-Id", str(UUID(int=services.chance(128), version=4))),
        ("X-Timestamp", moment(services.clock()) or ""),
    )
    origin = call.headers.get("x-origin-request-id", "")
    if origin.isascii() and origin.isprintable() and 0 < len(origin) <= ECHO_MAX:
        headers = (*headers, ("X-Origin-Request-Id", origin))
    if answer.status == STATUS["unauthorized"]:
        headers = (*headers, ("WWW-Authenticate", 'Basic realm="UDS"'))
    return msgspec.structs.replace(answer, headers=tuple(headers))


UDS = Uds()
