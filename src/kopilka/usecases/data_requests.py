"""Requests about personal data: to be told what is known, or to be erased. They come from connected shops or are written
down by staff, have a day by which they must be answered, and end done or dismissed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from kopilka.usecases.commands import Ref
from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.views import MemberView
from kopilka.values.ids import make_id

REQUEST = "prq_"
EXPORT, ERASE, ERASE_ALL = "export", "erase", "erase_all"
OPEN, DONE, DISMISSED = "open", "done", "dismissed"
TERM = timedelta(days=30)
"""Within which a request has to be answered."""
SOON = timedelta(days=7)
REASON_MAX = 500
NOBODY = "nobody"
"""The code of an answer that nobody of ours was meant."""


class DataRequest(msgspec.Struct, frozen=True):
    """A request. `origin` is the sender's own id of it, kept as a hash; `content` what else the sender said."""

    request_id: str
    wish: str
    asked_at: datetime
    due_at: datetime
    connection_id: str = ""
    origin_sha256: bytes = b""
    turn: int = 1
    member_id: str = ""
    content: Mapping[str, Any] = {}
    state: str = OPEN
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""


class Asked(msgspec.Struct, frozen=True):
    """What somebody asks for. The same `origin` from the same connection is the same request."""

    wish: str
    origin: str
    asked_at: datetime
    connection_id: str = ""
    member_id: str = ""
    content: Mapping[str, Any] = {}


class DataRequestStore(Protocol):
    """Where requests are kept."""

    def last(self, connection_id: str, origin_sha256: bytes) -> DataRequest | None:
        """The newest request of an origin."""
        ...

    def add(self, request: DataRequest, act: Act) -> bool:
        """Write down a request; False where it was written down meanwhile."""
        ...

    def end(self, request: DataRequest, act: Act) -> bool:
        """End an open request; False where it is not open any more."""
        ...

    def get(self, request_id: str) -> DataRequest | None:
        """One request."""
        ...

    def page(self, *, ended: bool, member_id: str, limit: int) -> list[DataRequest]:
        """Open requests, those due soonest first; or ended ones, newest first. Of one member where one is named."""
        ...

    def waiting(self, now: datetime) -> tuple[int, int]:
        """How many are open, and how many of them are due by a moment."""
        ...


class DataRequests:
    """The verbs."""

    def __init__(
        self,
        store: DataRequestStore,
        member: Callable[[Ref], MemberView | None],
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self._member = member
        self._clock = clock
        self._chance = chance

    def ask(self, asked: Asked, actor: str) -> tuple[DataRequest, bool]:
        """Write a request down; the second part is False for a repeat. Who asks again after an answer, about somebody
        who has joined since, asks anew. Nobody can be erased who is nobody's member: that is done at once.
        """
        digest = sha256(asked.origin.encode()).digest()
        while True:
            last = self._store.last(asked.connection_id, digest)
            if last is not None and not _anew(last, asked):
                return last, False
            nobody = asked.wish == ERASE and not asked.member_id
            now = self._clock()
            request = DataRequest(
                make_id(REQUEST, int(now.timestamp() * 1000), self._chance(74)), asked.wish, asked.asked_at,
                asked.asked_at + TERM, asked.connection_id, digest, 1 if last is None else last.turn + 1,
                asked.member_id, {} if nobody else asked.content, DONE if nobody else OPEN,
                now if nobody else None, actor if nobody else "", NOBODY if nobody else "",
            )  # fmt: skip
            detail: dict[str, object] = {"wish": asked.wish, "request": request.request_id}
            if self._store.add(request, self._act(actor, "data_request.asked", asked.member_id, detail)):
                return request, True

    def write_down(self, member_id: str, wish: str, asked_at: datetime, actor: str) -> DataRequest | Refused:
        """A member has asked by word of mouth or by letter."""
        if wish not in {EXPORT, ERASE}:
            return Refused("not_a_choice", Why.INVALID, "wish")
        found = self._member(Ref("member", member_id))
        if found is None:
            return Refused("unknown_member", Why.NOT_FOUND, "member")
        if found.status == "erased":
            return Refused("member_erased", Why.CONFLICT, "member")
        if asked_at > self._clock():
            return Refused("in_the_future", Why.INVALID, "asked_on")
        open_ones = [row for row in self.of_member(member_id) if row.wish == wish]
        if open_ones:
            return open_ones[0]
        origin = f"{member_id}:{wish}:{self._chance(64)}"
        return self.ask(Asked(wish, origin, asked_at, "", member_id), actor)[0]

    def done(self, request_id: str, actor: str, reason: str = "") -> DataRequest | Refused:
        """It has been answered. An erasure of a member ends by erasing them and in no other way."""
        found = self._store.get(request_id)
        if found is not None and found.wish == ERASE and found.member_id and found.state == OPEN:
            view = self._member(Ref("member", found.member_id))
            if view is not None and view.status != "erased":
                return Refused("not_erased_yet", Why.CONFLICT, "request")
        return self._end(found, DONE, actor, reason)

    def dismiss(self, request_id: str, actor: str, reason: str) -> DataRequest | Refused:
        """It is not answered, and why."""
        if not reason.strip():
            return Refused("required", Why.INVALID, "reason")
        return self._end(self._store.get(request_id), DISMISSED, actor, reason)

    def get(self, request_id: str) -> DataRequest | None:
        """One request."""
        return self._store.get(request_id)

    def open(self, limit: int = 200) -> list[DataRequest]:
        """Open requests, those due soonest first."""
        return self._store.page(ended=False, member_id="", limit=limit)

    def ended(self, limit: int = 50) -> list[DataRequest]:
        """Answered requests, newest first."""
        return self._store.page(ended=True, member_id="", limit=limit)

    def of_member(self, member_id: str) -> list[DataRequest]:
        """Open requests about a member."""
        return self._store.page(ended=False, member_id=member_id, limit=50)

    def waiting(self) -> tuple[int, int]:
        """How many are open, and how many of them are due within a week."""
        return self._store.waiting(self._clock() + SOON)

    def _end(self, found: DataRequest | None, state: str, actor: str, reason: str) -> DataRequest | Refused:
        if found is None:
            return Refused("unknown_request", Why.NOT_FOUND, "request")
        if found.state == state:
            return found
        if found.state != OPEN:
            return Refused("request_ended", Why.CONFLICT, "request")
        ended = msgspec.structs.replace(
            found, state=state, content={}, ended_at=self._clock(), ended_by=actor,
            reason=" ".join(reason.split())[:REASON_MAX],
        )  # fmt: skip
        detail: dict[str, object] = {"wish": found.wish, "request": found.request_id}
        if self._store.end(ended, self._act(actor, f"data_request.{state}", found.member_id, detail)):
            return ended
        return self._end(self._store.get(found.request_id), state, actor, reason)

    def _act(self, actor: str, action: str, member_id: str, detail: dict[str, object]) -> Act:
        now = self._clock()
        return Act(
            make_id(ACTION, int(now.timestamp() * 1000), self._chance(74)),
            actor,
            action,
            member_id,
            detail,
            now,
        )


def _anew(last: DataRequest, asked: Asked) -> bool:
    """Whether somebody asks again after an answer, about another member than then."""
    ended = last.state != OPEN and last.ended_at is not None and asked.asked_at > last.ended_at
    return ended and bool(asked.member_id) and asked.member_id != last.member_id
