"""The front of all connectors: finds whose address is called, answers, and keeps the log of calls."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

import structlog

from kopilka.connectors.kit.call import BODY_MAX, Answer, Call
from kopilka.connectors.kit.connector import Connector
from kopilka.connectors.kit.services import Services
from kopilka.usecases.connections import ConnectorCall
from kopilka.usecases.ports import StoreUnavailableError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
LOG_SECONDS, LOG_MAX = 1.0, 2_000
ADDRESS_MAX = 200
log = structlog.get_logger(__name__)


class Front:
    """Serves connectors over ASGI."""

    def __init__(self, connectors: Sequence[Connector], services: Services) -> None:
        self.connectors = {each.manifest.id: each for each in connectors}
        self.services = services
        self._by_prefix = [(prefix, each) for each in connectors for prefix in each.manifest.prefixes]
        self.prefixes = tuple(prefix for prefix, _ in self._by_prefix)
        self._calls: deque[ConnectorCall] = deque(maxlen=LOG_MAX)
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        body = await _body(receive)
        call = call_of(scope, b"" if body is None else body)
        connector = self.find(call.path)
        if connector is None or body is None:
            await _send(send, Answer(404 if body is not None else 413, b"{}"))
            return
        await _send(send, await self.answer(connector, call))

    def find(self, path: str) -> Connector | None:
        """Whose address this is."""
        return next((each for prefix, each in self._by_prefix if path.startswith(prefix)), None)

    async def answer(self, connector: Connector, call: Call) -> Answer:
        """Answer a call and log it."""
        started, at = perf_counter(), self.services.clock()
        try:
            answer = await connector.answer(call, self.services)
        except StoreUnavailableError:
            answer = connector.failed(call, unavailable=True)
        except Exception:
            log.exception("connector_failed", connector=connector.manifest.id, path=call.path[:ADDRESS_MAX])
            answer = connector.failed(call, unavailable=False)
        self._note(call, answer, at, perf_counter() - started)
        return answer

    def _note(self, call: Call, answer: Answer, at: datetime, seconds: float) -> None:
        if not answer.connection_id:
            return
        id_ = self.services.connections.new_call_id()
        path = call.path[:ADDRESS_MAX].replace("\0", "")
        micros = int(seconds * 1_000_000)
        self._calls.append(
            ConnectorCall(
                answer.connection_id, id_, at, call.method, path, answer.status, micros, answer.outcome
            )
        )
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write_soon())

    async def _write_soon(self) -> None:
        await asyncio.sleep(LOG_SECONDS)
        await self.flush()

    async def flush(self) -> None:
        """Write the log of calls. One that cannot be written is lost: it must never hold up a till."""
        calls = [self._calls.popleft() for _ in range(len(self._calls))]
        if not calls:
            return
        try:
            await self.services.run(self.services.connections.note, calls)
        except StoreUnavailableError as error:
            log.warning("calls_not_logged", calls=len(calls), reason=str(error))

    async def end(self) -> None:
        """Write what is left of the log."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.flush()


def call_of(scope: Scope, body: bytes) -> Call:
    """A request of ASGI as a call; the path stays as it was written, quoted."""
    query = scope["query_string"].decode("latin-1")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    raw = (scope.get("raw_path") or scope["path"].encode()).split(b"?", 1)[0].decode("latin-1")
    return Call(scope["method"], raw, query=pairs, headers=headers, body=body)


async def _body(receive: Receive) -> bytes | None:
    """The body; None where it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_MAX:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", b"no-store"),
    ]
    headers += [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
