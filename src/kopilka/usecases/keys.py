"""API keys: made once, shown once, kept as SHA-256; what they may do and for which shop and till."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.values.ids import KEY, make_id

SCOPES = (
    "receipts",
    "members:read",
    "members:write",
    "privacy",
    "wallets:adjust",
    "coupons",
    "coupons:codes",
    "programmes",
    "catalogue",
    "keys",
    "events",
    "admin",
)
"""What a key may do; `admin` may do everything."""
PREFIX = "kk_"
SECRET_BITS = 256
FRESH = timedelta(seconds=2)
"""A revoked key is refused everywhere within this time."""
STALE = timedelta(seconds=1)
CACHED_MAX = 10_000
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Key(msgspec.Struct, frozen=True):
    """A key as it is listed: never with its secret."""

    key_id: str
    title: str
    scopes: tuple[str, ...]
    shop: str
    till: str
    created_at: datetime
    revoked_at: datetime | None = None

    def may(self, scope: str) -> bool:
        """Whether the key has a scope."""
        return scope in self.scopes or "admin" in self.scopes


class KeyStore(Protocol):
    """Where keys are kept."""

    def by_hash(self, digest: bytes) -> tuple[Key, bytes] | None:
        """The key of a secret's hash, with the hash as it is stored."""
        ...

    def all(self) -> list[Key]:
        """All keys, oldest first."""
        ...

    def add(self, key: Key, digest: bytes, act: Act) -> None:
        """Keep a new key."""
        ...

    def revoke(self, key_id: str, at: datetime, act: Act) -> bool:
        """Refuse a key from now on; False where there is none to refuse."""
        ...


class Keys:
    """The verbs about keys, with a short memory of keys seen."""

    def __init__(
        self, store: KeyStore, *, clock: Callable[[], datetime], chance: Callable[[int], int]
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._seen: dict[bytes, tuple[datetime, Key | None]] = {}

    def create(
        self, title: str, scopes: tuple[str, ...], *, shop: str = "", till: str = "", actor: str = ""
    ) -> tuple[Key, str] | Refused:
        """A new key and its secret, which is told only this once."""
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            return Refused("unknown_scope", Why.INVALID, "scopes", {"scope": unknown[0] if unknown else ""})
        if till and not shop:
            return Refused("till_without_shop", Why.INVALID, "shop")
        now = self._clock()
        key_id = make_id(KEY, int(now.timestamp() * 1000), self._chance(74))
        secret = PREFIX + _text_of(self._chance(SECRET_BITS))
        key = Key(key_id, title, scopes, shop, till, now)
        self._store.add(key, sha256(secret.encode()).digest(), self._act(actor, "key.created", key_id))
        return key, secret

    def revoke(self, key_id: str, actor: str) -> Refused | None:
        """Refuse a key from now on (within two seconds everywhere)."""
        act = self._act(actor, "key.revoked", key_id)
        self._seen.clear()
        if not self._store.revoke(key_id, act.at, act):
            return Refused("unknown_key", Why.NOT_FOUND, "id")
        return None

    def all(self) -> list[Key]:
        """All keys, oldest first."""
        return self._store.all()

    def remembered(self, secret: str) -> tuple[Key | None, bool] | None:
        """The key of a secret as it was less than two seconds ago, and whether to look again soon; else None."""
        seen = self._seen.get(sha256(secret.encode()).digest())
        if seen is None:
            return None
        age = self._clock() - seen[0]
        return None if age > FRESH else (seen[1], age > STALE)

    def verify(self, secret: str) -> Key | None:
        """The key of a secret, from the store; None where it is unknown or revoked."""
        digest = sha256(secret.encode()).digest()
        now = self._clock()
        found = self._store.by_hash(digest)
        key = found[0] if found is not None and hmac.compare_digest(found[1], digest) else None
        if key is not None and key.revoked_at is not None:
            key = None
        if len(self._seen) > CACHED_MAX:
            self._seen.clear()
        self._seen[digest] = (now, key)
        return key

    def _act(self, actor: str, action: str, subject: str) -> Act:
        now = self._clock()
        return Act(
            make_id(ACTION, int(now.timestamp() * 1000), self._chance(74)), actor, action, subject, {}, now
        )


def _text_of(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, SECRET_BITS + 4, 5))
