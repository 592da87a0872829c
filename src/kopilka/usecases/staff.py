"""Staff: who they are and what each role may do; signing in and out; the log of what they did.

Secrets of sessions leave once and are kept as SHA-256; passwords as argon2. Chance and the clock come from outside.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Protocol

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.tries import Tries
from kopilka.values.ids import make_id

SESSION = timedelta(hours=12)
SECRET_BITS = 256
PASSWORD_MIN, PASSWORD_MAX = 8, 200
STAFF, ACTION = "stf_", "act_"


class Role(Enum):
    """What somebody is in the shop."""

    OWNER = "owner"
    MARKETER = "marketer"
    SUPPORT = "support"
    CASHIER = "cashier"


class Right(Enum):
    """What a role may do."""

    SELL = "sell"
    WATCH = "watch"
    SERVE = "serve"
    PUBLISH = "publish"
    STAFF = "staff"
    PRIVACY = "privacy"


RIGHTS = {
    Role.OWNER: frozenset(Right),
    Role.MARKETER: frozenset({Right.SELL, Right.WATCH, Right.SERVE, Right.PUBLISH}),
    Role.SUPPORT: frozenset({Right.SELL, Right.WATCH, Right.SERVE}),
    Role.CASHIER: frozenset({Right.SELL}),
}


class Staff(msgspec.Struct, frozen=True):
    """Somebody who signs in; a cashier may be bound to a shop."""

    staff_id: str
    login: str
    name: str
    role: Role
    language: str = "ru"
    shop: str = ""

    def may(self, right: Right) -> bool:
        """Whether the role includes it."""
        return right in RIGHTS[self.role]


class StaffRow(msgspec.Struct, frozen=True):
    """An account as it is stored."""

    staff: Staff
    password_hash: str
    blocked: bool = False


class Action(msgspec.Struct, frozen=True):
    """One line of the log: ids and codes, never a name or a phone."""

    action_id: str
    staff_id: str
    action: str
    subject: str
    detail: dict[str, int | str]
    done_at: datetime
    name: str = ""


class StaffStore(Protocol):
    """Accounts, sessions and the log."""

    def by_login(self, login: str) -> StaffRow | None:
        """The account of a login."""
        ...

    def add(self, row: StaffRow, at: datetime) -> bool:
        """Add an account; False where the login is taken."""
        ...

    def set_password(self, login: str, password_hash: str) -> bool:
        """Another password, and no session opened with the old one; False for an unknown login."""
        ...

    def staff(self) -> list[Staff]:
        """Everybody who may sign in."""
        ...

    def open_session(self, session_sha256: bytes, staff_id: str, at: datetime, expires_at: datetime) -> None:
        """Keep a session; ended ones are swept away."""
        ...

    def session(self, session_sha256: bytes, now: datetime) -> Staff | None:
        """Who a living session belongs to."""
        ...

    def end_session(self, session_sha256: bytes) -> None:
        """Forget a session."""
        ...

    def note(self, action: Action) -> None:
        """Write a line of the log."""
        ...

    def actions(self, *, after: str, subject: str, limit: int) -> list[Action]:
        """Lines of the log, newest first, older than the id `after`; of one subject where it is named."""
        ...


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: its secret goes into the cookie and is not kept."""

    staff: Staff
    secret: str
    expires_at: datetime


def unmatched_hash(passwords: PasswordHasher, chance: Callable[[int], int]) -> str:
    """A hash that no password has, which takes as long to be compared as any other; made without hashing."""

    def some(length: int) -> str:
        return b64encode(chance(length * 8).to_bytes(length, "big")).decode().rstrip("=")

    costs = f"m={passwords.memory_cost},t={passwords.time_cost},p={passwords.parallelism}"
    kind = f"argon2{passwords.type.name.lower()}$v={ARGON2_VERSION}"
    return f"${kind}${costs}${some(passwords.salt_len)}${some(passwords.hash_len)}"


class Reception:
    """Signs staff in and out, recognises them, and writes down what they do."""

    def __init__(
        self,
        store: StaffStore,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
        passwords: PasswordHasher | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._passwords = passwords or PasswordHasher()
        self._nobody = unmatched_hash(self._passwords, chance)
        self._tries = Tries()

    def new_secret(self) -> str:
        """A secret that nobody can guess."""
        return f"{self._chance(SECRET_BITS):064x}"

    def sign_in(self, login: str, password: str, address: str) -> SignedIn | Refused:
        """Open a session. A wrong login takes as long as a wrong password and is answered the same."""
        now, name = self._clock(), login.strip().lower()
        wait = self._tries.wait(name, address, now)
        if wait:
            return Refused("too_many_tries", Why.NOT_ALLOWED, "password", {"minutes": -(-wait // 60)})
        row = self._store.by_login(name)
        right = self._matches(self._nobody if row is None else row.password_hash, password)
        if row is None or not right or row.blocked:
            self._tries.failed(name, address, now)
            return Refused("wrong_password", Why.NOT_ALLOWED, "password")
        self._tries.succeeded(name, address)
        secret = self.new_secret()
        self._store.open_session(_sha256(secret), row.staff.staff_id, now, now + SESSION)
        self.note(row.staff, "sign_in")
        return SignedIn(row.staff, secret, now + SESSION)

    def recognise(self, secret: str) -> Staff | None:
        """Whose session a cookie's secret opens; the look-up is by its hash, so time tells nothing of the secret."""
        return self._store.session(_sha256(secret), self._clock()) if secret else None

    def sign_out(self, secret: str) -> None:
        """End a session."""
        staff = self.recognise(secret)
        self._store.end_session(_sha256(secret))
        if staff is not None:
            self.note(staff, "sign_out")

    def note(self, staff: Staff, action: str, subject: str = "", **detail: int | str) -> None:
        """Write down what somebody did: ids and codes only."""
        now = self._clock()
        id_ = self._new_id(ACTION, now)
        self._store.note(Action(id_, staff.staff_id, action, subject, detail, now))

    def add(self, staff: Staff, password: str) -> Staff | Refused:
        """Open an account; its id is given here."""
        if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
            return Refused("bad_password", Why.INVALID, "password", {"least": PASSWORD_MIN})
        if not staff.login.strip():
            return Refused("required", Why.INVALID, "login")
        now = self._clock()
        login = staff.login.strip().lower()
        new = msgspec.structs.replace(staff, staff_id=self._new_id(STAFF, now), login=login)
        if not self._store.add(StaffRow(new, self._passwords.hash(password)), now):
            return Refused("login_taken", Why.CONFLICT, "login")
        return new

    def change_password(self, login: str, password: str) -> Refused | None:
        """Give somebody another password; whoever is signed in with the old one is signed out."""
        if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
            return Refused("bad_password", Why.INVALID, "password", {"least": PASSWORD_MIN})
        if not self._store.set_password(login.strip().lower(), self._passwords.hash(password)):
            return Refused("unknown_login", Why.NOT_FOUND, "login")
        return None

    def staff(self) -> list[Staff]:
        """Everybody who may sign in."""
        return self._store.staff()

    def actions(self, *, after: str = "", subject: str = "", limit: int = 50) -> list[Action]:
        """The log, newest first."""
        return self._store.actions(after=after, subject=subject, limit=limit)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._passwords.verify(password_hash, password[: PASSWORD_MAX + 1])
        except (VerificationError, InvalidHashError):
            return False

    def _new_id(self, prefix: str, now: datetime) -> str:
        return make_id(prefix, int(now.timestamp() * 1000), self._chance(74))


def _sha256(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
