"""Sessions of an exchange: a signed cookie, and the little that must be known of an exchange between its calls."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from kopilka.connectors.kit.call import Call
from kopilka.connectors.kit.services import Connection, Services
from kopilka.usecases.feed import Place
from kopilka.usecases.foreign import ForeignDocument

COOKIE = "PHPSESSID"
"""Some clients send this name whatever checkauth has told them."""
LIFE = timedelta(hours=6)
BASIC = "basic"
"""The session of clients that show the password with every call and keep no cookie."""
KIND, ID = "exchange", "state"
SESSION_BITS, SESSIONS_MAX, WRITES_MAX = 120, 50, 10
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """An exchange under way. `until` are the places up to which `query` has told receipts and members; `told` that
    `success` has come; `goods` the last sku handed out.
    """

    begun: datetime
    version: str = ""
    until: Place | None = None
    members: Place | None = None
    told: bool = False
    goods: str = ""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a connection has been told, over all exchanges, and the exchanges of the last hours."""

    receipts: Place = Place()
    members: Place = Place()
    sessions: dict[str, Session] = {}


class Sessions:
    """Makes and reads cookies, and keeps the state."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def begin(self, connection: Connection, secret: str) -> tuple[str, str]:
        """A new session's cookie and its sessid."""
        now = int(self._services.clock().timestamp())
        id_ = f"{self._services.chance(SESSION_BITS):030x}"
        head = f"{connection.connection_id}.{id_}.{now}"
        cookie = f"{head}.{_sign(secret, head)}"
        return cookie, sessid_of(cookie)

    def read(self, cookie: str, connection: Connection, secret: str) -> str | None:
        """The session of a cookie; None where it is not ours, or over."""
        head, _, signature = cookie.rpartition(".")
        parts = head.split(".")
        if len(parts) != 3 or not hmac.compare_digest(_sign(secret, head).encode(), signature.encode()):  # noqa: PLR2004
            return None
        begun = datetime.fromtimestamp(int(parts[2]), UTC)
        now = self._services.clock()
        if parts[0] != connection.connection_id or not begun - LIFE <= now <= begun + LIFE:
            return None
        return parts[1]

    async def state(self, connection: Connection) -> State:
        """What has been told."""
        return (await self._read(connection))[0]

    async def change(self, connection: Connection, change: Callable[[State], State]) -> State:
        """Change the state, again where somebody else wrote it meanwhile."""
        for _ in range(WRITES_MAX):
            state, revision = await self._read(connection)
            after = change(state)
            if after == state:
                return state
            content: Any = msgspec.to_builtins(_fresh(after, self._services.clock()))
            document = ForeignDocument(
                connection.connection_id, KIND, ID, content, LONG_AGO, revision=revision
            )
            if await self._services.run(self._services.foreign.put, document):
                return after
        raise RuntimeError("the exchange's state changes all the time")

    async def change_session(
        self, connection: Connection, id_: str, change: Callable[[State, Session], tuple[State, Session]]
    ) -> State:
        """Change one session together with the state."""
        now = self._services.clock()

        def both(state: State) -> State:
            state, session = change(state, state.sessions.get(id_) or Session(now))
            return msgspec.structs.replace(state, sessions={**state.sessions, id_: session})

        return await self.change(connection, both)

    async def _read(self, connection: Connection) -> tuple[State, int]:
        found = await self._services.run(self._services.foreign.document, connection.connection_id, KIND, ID)
        if found is None:
            return State(), 0
        return msgspec.convert(found.content, State), found.revision


def cookie_of(call: Call) -> str:
    """The session's cookie, by our name; or any that looks like ours."""
    for part in call.headers.get("cookie", "").split(";"):
        _, _, value = part.strip().partition("=")
        if value.count(".") == 3:  # noqa: PLR2004 - connection, session, moment, signature
            return value.strip('"')
    return ""


def sessid_of(cookie: str) -> str:
    """What is sent along in addresses, so that a call cannot be provoked from elsewhere."""
    return sha256(cookie.encode()).hexdigest()[:32]


def _sign(secret: str, head: str) -> str:
    return hmac.new(secret.encode(), head.encode(), sha256).hexdigest()


def _fresh(state: State, now: datetime) -> State:
    rows = sorted(state.sessions.items(), key=lambda row: row[1].begun)[-SESSIONS_MAX:]
    return msgspec.structs.replace(
        state, sessions={id_: row for id_, row in rows if row.begun > now - LIFE or id_ == BASIC}
    )
