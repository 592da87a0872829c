"""Connections: systems of shops that speak with us by a connector's protocol. Made, found by what they show, closed.

What each protocol means stands with its connector; here only who calls, with which secret, for which shop.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.seal import Seal
from kopilka.values.ids import CALL, CONNECTION, make_id

SECRET_BITS, CHANCE_BITS = 256, 74
SECRET_LENGTH_MIN, TEXT_MAX = 8, 200
FRESH = timedelta(seconds=2)
"""A closed or changed connection is known everywhere within this time."""
CALLS_KEPT = 500
"""Calls that the log keeps of each connection."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Connection(msgspec.Struct, frozen=True):
    """A connection as it is listed: never with its secret. `settings` are those of its connector's manifest; `number`
    is how systems that know numbers only call it.
    """

    connection_id: str
    connector: str
    title: str
    shop: str
    programme: str
    settings: Mapping[str, str]
    created_at: datetime
    number: int = 0
    closed_at: datetime | None = None

    def setting(self, name: str, usual: str = "") -> str:
        """A setting's value, or the usual one where it is not set."""
        return self.settings.get(name) or usual


class Wish(msgspec.Struct, frozen=True):
    """What staff set of a connection."""

    title: str
    settings: Mapping[str, str] = {}
    shop: str = ""
    programme: str = ""


class ConnectorCall(msgspec.Struct, frozen=True):
    """One call that came through a connection; `outcome` is the code of a refusal."""

    connection_id: str
    call_id: str
    called_at: datetime
    method: str
    address: str
    status: int
    micros: int
    outcome: str = ""


class Kept(msgspec.Struct, frozen=True):
    """A connection with its secret, as a store keeps it."""

    connection: Connection
    digest: bytes
    sealed: bytes


class ConnectionStore(Protocol):
    """Where connections are kept."""

    def all(self) -> list[Kept]:
        """All connections, oldest first."""
        ...

    def add(self, kept: Kept, act: Act) -> bool:
        """Keep a new one, which gets its number; False where another has the same secret."""
        ...

    def change(self, kept: Kept, act: Act) -> bool:
        """Write title, shop, programme, settings, secret and closing anew; False where another has that secret."""
        ...

    def add_calls(self, calls: Sequence[ConnectorCall], keep: int) -> None:
        """Log calls, and forget all but the newest `keep` of their connections."""
        ...

    def calls(self, connection_id: str, limit: int) -> list[ConnectorCall]:
        """The newest calls of a connection."""
        ...


class Connections:
    """The verbs about connections, with a short memory of them: every call of a till asks."""

    def __init__(
        self,
        store: ConnectionStore,
        seal: Seal,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self._seal = seal
        self._clock = clock
        self._chance = chance
        self._known: tuple[datetime, dict[str, Kept], dict[bytes, Kept]] | None = None

    # -- finding ------------------------------------------------------------------------------------------------

    def all(self) -> list[Connection]:
        """All connections, oldest first, closed ones too."""
        return [kept.connection for kept in self._store.all()]

    def fresh(self) -> bool:
        """Whether what is remembered may still be used: finding will not ask the store."""
        return self._known is not None and self._clock() - self._known[0] <= FRESH

    def get(self, connection_id: str) -> Connection | None:
        """An open connection by its id."""
        kept = self._remembered()[0].get(connection_id)
        return None if kept is None else kept.connection

    def by_secret(self, connector: str, secret: str) -> Connection | None:
        """The open connection that shows a secret."""
        digest = _digest(connector, secret)
        kept = self._remembered()[1].get(digest)
        return kept.connection if kept is not None and hmac.compare_digest(kept.digest, digest) else None

    def secret(self, connection_id: str) -> str | None:
        """The secret of an open connection, for protocols that sign with it."""
        kept = self._remembered()[0].get(connection_id)
        return None if kept is None else self._seal.open(kept.sealed)

    def _remembered(self) -> tuple[dict[str, Kept], dict[bytes, Kept]]:
        now = self._clock()
        if self._known is None or not timedelta(0) <= now - self._known[0] <= FRESH:
            kept = [each for each in self._store.all() if each.connection.closed_at is None]
            by_id = {each.connection.connection_id: each for each in kept}
            self._known = (now, by_id, {each.digest: each for each in kept})
        return self._known[1], self._known[2]

    # -- changing -----------------------------------------------------------------------------------------------

    def connect(
        self, connector: str, wish: Wish, *, secret: str = "", actor: str = ""
    ) -> tuple[Connection, str] | Refused:
        """A new connection and its secret: one of our own making where none is given."""
        refused = _unfit(wish.title, secret)
        if refused is not None:
            return refused
        secret = secret or self._new_secret()
        now = self._clock()
        id_ = make_id(CONNECTION, int(now.timestamp() * 1000), self._chance(CHANCE_BITS))
        connection = Connection(
            id_, connector, wish.title.strip(), wish.shop, wish.programme, dict(wish.settings), now
        )
        kept = Kept(connection, _digest(connector, secret), self._seal.close(secret))
        if not self._store.add(kept, self._act(actor, "connection.made", connection)):
            return Refused("secret_taken", Why.CONFLICT, "secret")
        self._known = None
        return self.get(id_) or connection, secret

    def change(self, connection_id: str, wish: Wish, *, actor: str = "") -> Connection | Refused:
        """Change what is set of an open connection."""
        kept = self._kept(connection_id)
        if isinstance(kept, Refused):
            return kept
        refused = _unfit(wish.title, "")
        if refused is not None:
            return refused
        after = msgspec.structs.replace(
            kept.connection, title=wish.title.strip(), settings=dict(wish.settings), shop=wish.shop,
            programme=wish.programme,
        )  # fmt: skip
        return self._write(msgspec.structs.replace(kept, connection=after), "connection.changed", actor)

    def renew(
        self, connection_id: str, *, secret: str = "", actor: str = ""
    ) -> tuple[Connection, str] | Refused:
        """A new secret: one of our own making where none is given. The old one is refused from now on."""
        kept = self._kept(connection_id)
        if isinstance(kept, Refused):
            return kept
        refused = _unfit(kept.connection.title, secret)
        if refused is not None:
            return refused
        secret = secret or self._new_secret()
        digest = _digest(kept.connection.connector, secret)
        done = self._write(
            Kept(kept.connection, digest, self._seal.close(secret)), "connection.secret_changed", actor
        )
        return done if isinstance(done, Refused) else (done, secret)

    def close(self, connection_id: str, *, actor: str = "") -> Connection | Refused:
        """Refuse its calls from now on."""
        kept = self._kept(connection_id)
        if isinstance(kept, Refused):
            return kept
        after = msgspec.structs.replace(kept.connection, closed_at=self._clock())
        return self._write(msgspec.structs.replace(kept, connection=after), "connection.closed", actor)

    def _kept(self, connection_id: str) -> Kept | Refused:
        found = next((k for k in self._store.all() if k.connection.connection_id == connection_id), None)
        if found is None or found.connection.closed_at is not None:
            return Refused("unknown_connection", Why.NOT_FOUND, "id")
        return found

    def _write(self, kept: Kept, action: str, actor: str) -> Connection | Refused:
        if not self._store.change(kept, self._act(actor, action, kept.connection)):
            return Refused("secret_taken", Why.CONFLICT, "secret")
        self._known = None
        return kept.connection

    # -- the log ------------------------------------------------------------------------------------------------

    def note(self, calls: Sequence[ConnectorCall]) -> None:
        """Log calls."""
        if calls:
            self._store.add_calls(calls, CALLS_KEPT)

    def calls(self, connection_id: str, limit: int = 50) -> list[ConnectorCall]:
        """The newest calls."""
        return self._store.calls(connection_id, limit)

    def new_call_id(self) -> str:
        """A fresh id of a call."""
        return make_id(CALL, int(self._clock().timestamp() * 1000), self._chance(CHANCE_BITS))

    def _new_secret(self) -> str:
        number = self._chance(SECRET_BITS)
        return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, SECRET_BITS + 4, 5))

    def _act(self, actor: str, action: str, connection: Connection) -> Act:
        now = self._clock()
        id_ = make_id(ACTION, int(now.timestamp() * 1000), self._chance(CHANCE_BITS))
        detail: dict[str, object] = {"connector": connection.connector}
        return Act(id_, actor, action, connection.connection_id, detail, now)


def _digest(connector: str, secret: str) -> bytes:
    return sha256(f"{connector}:{secret}".encode()).digest()


def _unfit(title: str, secret: str) -> Refused | None:
    if not 1 <= len(title.strip()) <= TEXT_MAX or not title.isprintable():
        return Refused("required", Why.INVALID, "title")
    if secret and not (SECRET_LENGTH_MIN <= len(secret) <= TEXT_MAX and secret.isprintable()):
        return Refused("bad_secret", Why.INVALID, "secret", {"least": SECRET_LENGTH_MIN})
    return None
