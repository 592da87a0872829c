"""The API as an ASGI application: finds the route, verifies the key, reads the body, answers. Nothing else.

A frame of its own, because every purchase passes here: finding the route, verifying the key, counting and answering
cost about 60 µs together on a busy core, where a framework's bare handler costs 177.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from time import perf_counter
from traceback import format_exception
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
import structlog

from kopilka.api.door import Doors, Reply, Request, Route
from kopilka.api.metrics import Metrics
from kopilka.api.problems import Problem, document
from kopilka.usecases.keys import Key
from kopilka.usecases.ports import StoreUnavailableError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
BODY_MAX = 4 * 2**20
"""The largest body; a receipt of 1,000 lines with long texts fits."""
_encoder = msgspec.json.Encoder()
_json = (b"content-type", b"application/json")
_problem = (b"content-type", b"application/problem+json")
_no_store = (b"cache-control", b"no-store")
log = structlog.get_logger(__name__)


class _Node:
    """One segment of addresses."""

    __slots__ = ("any", "named", "routes")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.routes: dict[str, Route] = {}


class Api:
    """Serves a table of routes."""

    def __init__(self, doors: Doors, routes: Sequence[Route], metrics: Metrics) -> None:
        self.doors = doors
        self._metrics = metrics
        self._root = _Node()
        self._refreshing: set[str] = set()
        self._tasks: set[asyncio.Task[Key | None]] = set()
        for route in routes:
            node = self._root
            for part in route.path.strip("/").split("/"):
                if part.startswith("{"):
                    node.any = node.any or _Node()
                    node = node.any
                else:
                    node = node.named.setdefault(part, _Node())
            node.routes[route.method] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        name, accept = "", b""
        try:
            route, args = self._match(scope)
            name = route.path
            authorization = accept = idempotency = b""
            for header, value in scope["headers"]:
                if header == b"authorization":
                    authorization = value
                elif header == b"accept-language":
                    accept = value
                elif header == b"idempotency-key":
                    idempotency = value
            request = Request(args, scope["query_string"], accept, idempotency)
            if not route.public:
                request.key = await self._key(authorization, route.scope)
            if route.takes is not None:
                request.body = await _body(receive)
            reply = await route.handler(self.doors, request)
        except Exception as error:  # noqa: BLE001 - whatever happens is answered with a problem document
            await self._refuse(error, accept, send, scope, (name, started))
            return
        body = reply.body if isinstance(reply.body, bytes) else _encoder.encode(reply.body)
        kind = _json if reply.kind == "application/json" else (b"content-type", reply.kind.encode())
        headers = [kind, (b"content-length", b"%d" % len(body)), _no_store]
        for key, text in reply.headers:
            headers.append((key.lower().encode(), text.encode()))
        await _send(send, reply.status, headers, body)
        self._metrics.note(scope["method"], name, reply.status, perf_counter() - started)

    async def end(self) -> None:
        """Let go of threads and of what still runs beside the traffic."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.doors.close)

    def _match(self, scope: Scope) -> tuple[Route, list[str]]:
        node: _Node | None = self._root
        args: list[str] = []
        raw = scope.get("raw_path") or scope["path"].encode()
        for part in raw.split(b"?", 1)[0].strip(b"/").split(b"/"):
            if node is None:
                break
            text = part.decode("latin-1")
            found = node.named.get(text)
            if found is None:
                found = node.any
                if found is not None:
                    args.append(_segment(part))
            node = found
        if node is None or not node.routes:
            raise Problem("unknown_address")
        route = node.routes.get(scope["method"]) or (
            node.routes.get("GET") if scope["method"] == "HEAD" else None
        )
        if route is None:
            raise Problem("wrong_method", headers=[("Allow", ", ".join(sorted(node.routes)))])
        return route, args

    async def _key(self, authorization: bytes, scope: str) -> Key:
        kind, _, secret = authorization.decode("latin-1").partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not secret.startswith("kk_") or len(secret) > 200:  # noqa: PLR2004
            raise Problem("unauthorized", headers=[("WWW-Authenticate", "Bearer")])
        seen = self.doors.services.keys.remembered(secret)
        if seen is None:
            key = await self.doors.run(self.doors.services.keys.verify, secret)
        else:
            key, stale = seen
            if stale:
                self._verify_soon(secret)
        if key is None:
            raise Problem("unauthorized", headers=[("WWW-Authenticate", 'Bearer error="invalid_token"')])
        if scope and not key.may(scope):
            raise Problem("forbidden", params={"scope": scope})
        return key

    def _verify_soon(self, secret: str) -> None:
        """Look the key up again beside the traffic, once at a time."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        if digest in self._refreshing:
            return
        self._refreshing.add(digest)

        def done(task: asyncio.Task[Key | None]) -> None:
            self._refreshing.discard(digest)
            self._tasks.discard(task)
            if not task.cancelled():
                task.exception()

        task = asyncio.ensure_future(self.doors.run(self.doors.services.keys.verify, secret))
        self._tasks.add(task)
        task.add_done_callback(done)

    async def _refuse(
        self, error: Exception, accept: bytes, send: Send, scope: Scope, place: tuple[str, float]
    ) -> None:
        match error:
            case Problem():
                problem = error
            case StoreUnavailableError():
                problem = Problem("unavailable", headers=[("Retry-After", "1")])
            case _:
                log.error("request_failed", route=place[0], trace="".join(format_exception(error)))
                problem = Problem("failed")
        language = Request((), b"", accept, b"").language
        told = document(problem, self.doors.tongue(language))
        body = _encoder.encode(told)
        headers = [
            _problem,
            (b"content-length", b"%d" % len(body)),
            _no_store,
            (b"content-language", language.encode()),
        ]
        headers += [(name.lower().encode(), text.encode()) for name, text in problem.headers]
        await _send(send, told.status, headers, body)
        self._metrics.note(scope["method"], place[0], told.status, perf_counter() - place[1])


def _segment(part: bytes) -> str:
    try:
        text = unquote_to_bytes(part).decode()
    except UnicodeDecodeError as error:
        raise Problem("bad_utf8") from error
    if not text or "\0" in text or len(text) > 200:  # noqa: PLR2004
        raise Problem("unknown_address")
    return text


async def _body(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] != "http.request":
        raise Problem("bad_json")
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > BODY_MAX:
            raise Problem("too_large")
        return body
    parts, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > BODY_MAX:
            raise Problem("too_large", headers=[("Connection", "close")])
    return b"".join(parts)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


__all__ = ["Api", "Reply"]
