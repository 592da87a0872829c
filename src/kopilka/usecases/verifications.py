"""One-time codes: sent to a phone to prove it or to confirm spending, and shown by members at a till instead of a card."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from kopilka.usecases.outcomes import Refused, Why
from kopilka.values.ids import MESSAGE, make_id

DIGITS = 6
SMS = "sms"
VERIFY_PHONE, VERIFY_SPENDING = "verify_phone", "verify_spending"
LIFE = timedelta(minutes=5)
SHOWN_LIFE = timedelta(minutes=45)
WRONG_MAX = 5
"""Wrong codes after which a check is void."""
SENT_MAX, SENT_WINDOW = 5, timedelta(minutes=10)
"""Codes that one phone gets within some time."""
FREE_TRIES = 20
KEPT = timedelta(days=30)
"""Codes and messages name people: they are forgotten so long after they were sent."""


class Verification(msgspec.Struct, frozen=True):
    """A code that was sent. `subject` is what it confirms, such as an order; the code itself is not told again."""

    check_id: str
    purpose: str
    phone: str
    created_at: datetime
    expires_at: datetime
    member_id: str = ""
    subject: str = ""
    verified_at: datetime | None = None
    wrong: int = 0


class Message(msgspec.Struct, frozen=True):
    """A message to a person, waiting for a channel."""

    message_id: str
    channel: str
    address: str
    content: str
    created_at: datetime
    member_id: str = ""
    expires_at: datetime | None = None
    sent_at: datetime | None = None


class MemberCode(msgspec.Struct, frozen=True):
    """A code that a member shows; `used_by` is the receipt that consumed it."""

    code: str
    member_id: str
    created_at: datetime
    expires_at: datetime
    used_by: str = ""


class VerificationStore(Protocol):
    """Where codes and messages are kept."""

    def add(self, verification: Verification, code: str, message: Message) -> None:
        """Keep a check with its code, and the message that tells it."""
        ...

    def get(self, check_id: str) -> tuple[Verification, str] | None:
        """A check and its code."""
        ...

    def sent_since(self, phone: str, since: datetime) -> int:
        """How many codes a phone has been sent."""
        ...

    def wrong(self, check_id: str) -> None:
        """A wrong code was shown."""
        ...

    def verify(self, check_id: str, at: datetime) -> None:
        """The right code was shown."""
        ...

    def messages(self, limit: int) -> list[Message]:
        """The newest messages."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete codes, messages and checks that ended before a moment; how many rows."""
        ...

    def add_code(self, code: MemberCode, now: datetime) -> bool:
        """Keep a member's code; False where it is in use by somebody. Expired ones make room."""
        ...

    def code(self, code: str) -> MemberCode | None:
        """A code that is or was shown."""
        ...

    def use_code(self, code: str, receipt_id: str) -> None:
        """A receipt consumed a code that no other has."""
        ...

    def free_code(self, code: str, receipt_id: str) -> None:
        """The receipt that consumed a code came to nothing."""
        ...

    def shown_to(self, member_ids: Sequence[str]) -> set[str]:
        """Those of the members who have ever been shown a code."""
        ...


class Verifications:
    """The verbs. `chance` must be a source that nobody can foretell."""

    def __init__(
        self, store: VerificationStore, *, clock: Callable[[], datetime], chance: Callable[[int], int]
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance

    def send(  # noqa: PLR0913 - what is confirmed, by whom, and in which words
        self, purpose: str, phone: str, words: Callable[[str], str], *, member_id: str = "", subject: str = "",
        life: timedelta = LIFE,
    ) -> tuple[Verification, str] | Refused:  # fmt: skip
        """Send a code to a phone. `words` puts it into a message; the code itself is for protocols whose till compares."""
        now = self._clock()
        if self._store.sent_since(phone, now - SENT_WINDOW) >= SENT_MAX:
            return Refused("too_many_codes_sent", Why.NOT_ALLOWED, "phone", {"minutes": 10})
        code = f"{self._chance(64) % 10**DIGITS:0{DIGITS}}"
        check_id = str(UUID(int=self._chance(128), version=4))
        expires = now + life
        check = Verification(check_id, purpose, phone, now, expires, member_id, subject)
        message_id = make_id(MESSAGE, int(now.timestamp() * 1000), self._chance(74))
        message = Message(message_id, SMS, phone, words(code), now, member_id, expires)
        self._store.add(check, code, message)
        return check, code

    def get(self, check_id: str) -> Verification | None:
        """A check as it stands."""
        found = self._store.get(check_id)
        return None if found is None else found[0]

    def confirm(self, check_id: str, code: str) -> Verification | Refused:
        """Show a code. The right one again is no error; after too many wrong ones the check is void."""
        found = self._store.get(check_id)
        if found is None:
            return Refused("unknown_check", Why.NOT_FOUND, "check_id")
        check, right = found
        if check.verified_at is not None:
            return check
        now = self._clock()
        if check.expires_at < now:
            return Refused("code_expired", Why.NOT_ALLOWED, "code")
        if check.wrong >= WRONG_MAX:
            return Refused("too_many_wrong_codes", Why.NOT_ALLOWED, "code")
        if not hmac.compare_digest(code.strip().encode(), right.encode()):
            self._store.wrong(check_id)
            return Refused("wrong_code", Why.NOT_ALLOWED, "code")
        self._store.verify(check_id, now)
        return msgspec.structs.replace(check, verified_at=now)

    def messages(self, limit: int = 50) -> list[Message]:
        """The newest messages to people, sent or waiting."""
        return self._store.messages(limit)

    def forget(self) -> int:
        """Delete what was sent long ago."""
        return self._store.forget(self._clock() - KEPT)

    # -- codes that members show --------------------------------------------------------------------------------

    def show_code(self, member_id: str, *, life: timedelta = SHOWN_LIFE, digits: int = DIGITS) -> MemberCode:
        """A fresh code for a member to show at a till."""
        now = self._clock()
        for _ in range(FREE_TRIES):
            text = f"{self._chance(64) % 10**digits:0{digits}}"
            code = MemberCode(text, member_id, now, now + life)
            if self._store.add_code(code, now):
                return code
        # So many codes are out that chance keeps meeting them: a longer one is free.
        return self.show_code(member_id, life=life, digits=digits + 2)

    def owner_of(self, code: str, receipt_id: str = "") -> str | None:
        """The member whose live code this is; the receipt that consumed it may show it again."""
        found = self._store.code(code.strip())
        if found is None or (found.used_by and found.used_by != receipt_id):
            return None
        return found.member_id if found.used_by or found.expires_at >= self._clock() else None

    def use_code(self, code: str, receipt_id: str) -> None:
        """A receipt consumes a code: nobody else may show it. Of two at once one wins, which `owner_of` tells."""
        self._store.use_code(code.strip(), receipt_id)

    def free_code(self, code: str, receipt_id: str) -> None:
        """The receipt that consumed a code came to nothing: the code may be shown again."""
        self._store.free_code(code.strip(), receipt_id)

    def shown_to(self, member_ids: Sequence[str]) -> set[str]:
        """Those of the members who have ever been shown a code: they have an app or a cabinet."""
        return self._store.shown_to(member_ids) if member_ids else set()
