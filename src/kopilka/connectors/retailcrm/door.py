"""The door of RetailCRM's API: lets a key in, keeps its pace, finds who answers, and writes every answer as JSON."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kopilka.connectors.kit.call import Answer, BadCallError, Call, answer_json
from kopilka.connectors.kit.routing import Routes
from kopilka.connectors.kit.services import Services
from kopilka.connectors.retailcrm import (
    calculate_door,
    customers_door,
    history_door,
    loyalty_door,
    orders_door,
    reference_door,
)
from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.manifest import ID, MANIFEST, RATE
from kopilka.connectors.retailcrm.wire import NOT_FOUND, Handler, Made, WrongCallError, wrong_input
from kopilka.usecases.connections import Connection

ROUTES: Routes[Handler] = Routes(
    [
        *loyalty_door.ROUTES,
        *calculate_door.ROUTES,
        *history_door.ROUTES,
        *customers_door.ROUTES,
        *orders_door.ROUTES,
        *reference_door.ROUTES,
    ]
)
SECOND = timedelta(seconds=1)
BUSY = "API limit is exceeded: too many requests per second."


class RetailCrm:
    """The connector. The pace of each key is kept per process."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._paces: dict[str, deque[datetime]] = {}

    async def answer(self, call: Call, services: Services) -> Answer:
        """Answer a call; everything wrong with it is an error of the protocol."""
        connection: Connection | None = None
        try:
            key = _key(call)
            connection = await services.by_secret(ID, key) if key else None
            if connection is None:
                raise _stranger(key)
            self._keep_pace(connection, services.clock())
            done = await _find(call)(Ask(call, services, connection))
        except WrongCallError as wrong:
            return _wrong(wrong, connection)
        except BadCallError as error:
            return _wrong(WrongCallError(str(error), outcome="bad_body"), connection)
        content, status = (done.content, done.status) if isinstance(done, Made) else (done, 200)
        return answer_json({"success": True, **content}, status, connection_id=connection.connection_id)

    def failed(self, call: Call, *, unavailable: bool) -> Answer:  # noqa: ARG002 - every call fails alike
        """Ours is the fault."""
        if unavailable:
            return answer_json(_error("Service is temporarily unavailable."), 503, outcome="unavailable")
        return answer_json(_error("Internal server error."), 500, outcome="failed")

    def probe(self, connection: Connection) -> Call:  # noqa: ARG002 - the same for all
        """What sites ask first."""
        return Call("GET", "/api/credentials")

    def sign(self, call: Call, connection: Connection, secret: str) -> Call:  # noqa: ARG002 - the key says who
        """The call with its key."""
        call.headers["x-api-key"] = secret
        return call

    def _keep_pace(self, connection: Connection, now: datetime) -> None:
        most = _rate(connection)
        if not most:
            return
        times = self._paces.setdefault(connection.connection_id, deque())
        while times and not timedelta(0) <= now - times[0] < SECOND:
            times.popleft()
        if len(times) >= most:
            raise WrongCallError(BUSY, status=503, outcome="too_fast")
        times.append(now)


def _rate(connection: Connection) -> int:
    text = connection.setting(RATE.name, RATE.usual)
    return int(text) if text.isascii() and text.isdigit() else int(RATE.usual)


def _key(call: Call) -> str:
    key = call.headers.get("x-api-key", "") or call.first("apiKey")
    return (key or next((value for name, value in call.form if name == "apiKey"), "")).strip()


def _stranger(key: str) -> WrongCallError:
    if not key:
        return WrongCallError('"apiKey" is missing.', status=403, outcome="no_key")
    return WrongCallError('Wrong "apiKey" value.', status=403, outcome="wrong_key")


def _find(call: Call) -> Handler:
    handler = ROUTES.find(call)
    if handler is not None:
        for name, text in (*call.args.items(), *call.query, *call.form):
            if "\0" in name + text:  # no text of the database may hold it
                raise wrong_input(name.replace("\0", ""), "This value is not valid.")
        return handler
    if ROUTES.known(call):
        raise WrongCallError("Method not allowed", status=405, outcome="method")
    raise WrongCallError(NOT_FOUND, status=404, outcome="unknown_path")


def _error(message: str, errors: Mapping[str, str] | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"success": False, "errorMsg": message}
    return {**content, "errors": dict(errors)} if errors else content


def _wrong(wrong: WrongCallError, connection: Connection | None) -> Answer:
    id_ = "" if connection is None else connection.connection_id
    content = _error(wrong.message, wrong.errors)
    return answer_json(content, wrong.status, connection_id=id_, outcome=wrong.outcome)


RETAILCRM = RetailCrm()
