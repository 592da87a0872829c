"""The sender: takes what may go, posts it to where the address really leads, and tells what became of it.

Where a name leads is asked at every connection, each answer is checked, and the connection goes to the very address that
was checked: a name that leads inside, or changes its mind, gets nothing. Redirects are not followed.
"""

import asyncio
import ipaddress
import logging
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from kopilka.connectors.events.formats import FORMATS, Complete, Format, Letter
from kopilka.connectors.kit.services import Services
from kopilka.usecases.deliveries import RETRY_AFTER_MAX, Deliveries, Fact, Load, Parcel, Sent
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.subscriptions import Allowed, Subscription, Tried, bad_address, is_private

P = ParamSpec("P")
T = TypeVar("T")
TIMEOUT_SECONDS = 15.0
AT_ONCE = 32
"""Requests of one process that are under way at a time."""
ANSWER_MAX = 4_096
"""Bytes of an answer that are read."""
NOTHING_TOLD = 204
"""The status of what a format has nothing to say of: it counts as delivered."""
log = structlog.get_logger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)  # addresses of receivers may hold keys


class Runner(Protocol):
    """Runs what blocks in a thread."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


class Answered(msgspec.Struct, frozen=True):
    """What came back: a status with the beginning of the answer, or a code of what went wrong."""

    status: int | None
    micros: int
    headers: Mapping[str, str] = {}
    text: str = ""
    trouble: str = ""


class RefusedPlaceError(Exception):
    """A name leads to a place where nothing is sent; the message is the code."""


def allowed_now() -> Allowed:
    """What the operator allows, by this process's environment."""
    return Allowed.from_environment(os.environ)


Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name leads to."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedPlaceError("name_unknown") from error
    return list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in found))


class Post:
    """Posts letters, of one receiver or several, over connections that it keeps until it is closed."""

    def __init__(self, allowed: Allowed, resolver: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def send(self, address: str, letter: Letter) -> Answered:
        """Post a letter. Whatever goes wrong is told by a code."""
        started = time.perf_counter()
        status: int | None = None
        headers: Mapping[str, str] = {}
        text = trouble = ""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status, headers, text = await self._post(address, letter)
        except RefusedPlaceError as error:
            trouble = str(error)
        except (TimeoutError, httpx.TimeoutException):
            trouble = "timeout"
        except httpx.ConnectError as error:
            trouble = "bad_certificate" if "CERTIFICATE" in str(error).upper() else "no_connection"
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError):
            trouble = "no_answer"
        return Answered(status, int((time.perf_counter() - started) * 1_000_000), headers, text, trouble)

    async def close(self) -> None:
        """Let connections go."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _post(self, address: str, letter: Letter) -> tuple[int, Mapping[str, str], str]:
        refused = bad_address(address, self._allowed)
        if refused is not None:
            raise RefusedPlaceError(refused.code)
        parts = urlsplit(address)
        host = parts.hostname or ""
        place = await self._place(host, parts.port or {"http": 80, "https": 443}[parts.scheme])
        url = httpx.URL(address).copy_with(host=place)
        headers = {**letter.headers, "host": parts.netloc, "accept": "*/*"}
        client = self._client(f"{parts.scheme}://{host}")
        request = client.build_request("POST", url, headers=headers, content=letter.body)
        request.extensions["sni_hostname"] = host
        answer = await client.send(request, stream=True)
        try:
            body = b""
            async for chunk in answer.aiter_raw(ANSWER_MAX):
                body += chunk
                if len(body) >= ANSWER_MAX:
                    break
        finally:
            await answer.aclose()
        return answer.status_code, dict(answer.headers), body[:ANSWER_MAX].decode("utf-8", "replace")

    async def _place(self, host: str, port: int) -> str:
        """The address to connect to; one that is not public among those of a name refuses them all."""
        try:
            places = [str(ipaddress.ip_address(host))]
        except ValueError:
            places = await self._resolve(host, port)
        if not places:
            raise RefusedPlaceError("name_unknown")
        if not self._allowed.private and any(is_private(ipaddress.ip_address(place)) for place in places):
            raise RefusedPlaceError("address_private")
        return next((place for place in places if ":" not in place), places[0])

    def _client(self, origin: str) -> httpx.AsyncClient:
        """A client for each origin, for a connection is trusted by the name that it was opened for."""
        if origin not in self._clients:
            self._clients[origin] = httpx.AsyncClient(
                verify=_context(), timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
            )
        return self._clients[origin]


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


class Sender:
    """Sends what is due, each subscription by itself, so that a slow receiver holds up nobody else."""

    def __init__(
        self, deliveries: Deliveries, run: Runner, clock: Callable[[], datetime], resolver: Resolve = resolve,
        services: Services | None = None,
    ) -> None:  # fmt: skip
        self._services = services
        self._deliveries = deliveries
        self._run = run
        self._clock = clock
        self._resolve = resolver
        self._working: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def round(self) -> int:
        """Begin with every subscription that has something due and is not being worked on; returns how many."""
        begun = 0
        for id_ in await self._run(self._deliveries.ready):
            if id_ not in self._working:
                task = asyncio.ensure_future(self._work(id_))
                self._working[id_] = task
                task.add_done_callback(partial(self._done, id_))
                begun += 1
        return begun

    async def settle(self) -> None:
        """Wait for what is being sent now."""
        while self._working:
            await asyncio.gather(*self._working.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Stop; what is under way is sent again by whoever comes next."""
        for task in self._working.values():
            task.cancel()
        await self.settle()

    def _done(self, subscription_id: str, task: "asyncio.Task[None]") -> None:
        self._working.pop(subscription_id, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreUnavailableError):
            log.error("sending_failed", subscription=subscription_id, error=repr(error))

    async def _work(self, subscription_id: str) -> None:
        post = Post(allowed_now(), self._resolve)
        try:
            while (load := await self._run(self._deliveries.take, subscription_id)) is not None:
                kind = FORMATS.get(load.subscription.format)
                sent = await asyncio.gather(*(self._send(post, load, kind, each) for each in load.parcels))
                policy = FORMATS["cloudevents"].policy if kind is None else kind.policy
                await self._run(self._deliveries.finish, subscription_id, sent, policy)
        finally:
            await post.close()

    async def _send(self, post: Post, load: Load, kind: Format | None, parcel: Parcel) -> Sent:
        if kind is None:
            return Sent(parcel, None, 0, "unknown_format")
        try:
            return await self._deliver(post, load, kind, parcel)
        except StoreUnavailableError:
            raise
        except Exception:
            log.exception("event_not_written", event_id=parcel.fact.event_id, format=kind.name)
            return Sent(parcel, None, 0, "not_written")

    async def _deliver(self, post: Post, load: Load, kind: Format, parcel: Parcel) -> Sent:
        async with self._slots:
            if kind.complete is None:
                letter = kind.write(parcel.fact, self._clock(), load.secrets)
            else:
                found = await self._completed(kind.complete, load, parcel.fact)
                if isinstance(found, str):
                    return Sent(parcel, None if found else NOTHING_TOLD, 0, found, asked=bool(found))
                letter = found
            answered = await post.send(place_of(load.subscription, letter), letter)
        return Sent(
            parcel, answered.status, answered.micros, answered.trouble or _note(answered), _wait(answered)
        )

    async def _completed(self, complete: Complete, load: Load, fact: Fact) -> Letter | str:
        """A letter of a connector's own format; an empty text where there is nothing to tell, else what is wrong."""
        if self._services is None:
            return "unknown_format"
        connection = await self._run(self._services.connections.get, load.subscription.connection_id)
        if connection is None:
            return "unknown_connection"
        return await complete(fact, self._clock(), self._services, connection) or ""


def place_of(subscription: Subscription, letter: Letter) -> str:
    """Where a letter goes: the subscription's address, with the path that its format adds."""
    return subscription.address.rstrip("/") + letter.path if letter.path else subscription.address


def _note(answered: Answered) -> str:
    """The beginning of what a receiver said instead of yes."""
    if answered.status is not None and 200 <= answered.status < 300:  # noqa: PLR2004 - 2xx
        return ""
    return " ".join(answered.text[:200].replace("\0", "").split())


def _wait(answered: Answered) -> int:
    """Seconds that the receiver asks to be left alone, an hour at most."""
    text = answered.headers.get("retry-after", "")
    return min(int(text), RETRY_AFTER_MAX) if text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004


def written(
    subscription: Subscription, secrets: tuple[str, ...], fact: Fact, at: datetime
) -> tuple[Mapping[str, str], str]:
    """Headers and body of an event as they would be sent."""
    letter = FORMATS[subscription.format].write(fact, at, secrets)
    return letter.headers, letter.body.decode("utf-8", "replace")


def try_out(subscription: Subscription, secrets: tuple[str, ...], fact: Fact, at: datetime) -> Tried:
    """Send one event now and tell what was sent and what came back. Runs in a thread of its own loop."""
    letter = FORMATS[subscription.format].write(fact, at, secrets)

    async def send() -> Answered:
        post = Post(allowed_now())
        try:
            return await post.send(place_of(subscription, letter), letter)
        finally:
            await post.close()

    answered = asyncio.run(send())
    return Tried(
        place_of(subscription, letter), letter.headers, letter.body.decode("utf-8", "replace"), answered.status,
        answered.headers, answered.text, answered.micros, answered.trouble,
    )  # fmt: skip
