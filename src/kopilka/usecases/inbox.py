"""The inbox: webhooks of shops, verified and stored before they are answered, worked through afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

PAUSES = (5, 60, 300, 1_800, 7_200, 21_600, 86_400)
"""Seconds before each further try; after the last the delivery is given up and shown to staff."""
LEASE = timedelta(seconds=60)
"""While somebody works on a delivery, nobody else takes it."""
KEPT = timedelta(days=14)
"""Bodies name people: they are emptied so long after the work is done."""


class InboxItem(msgspec.Struct, frozen=True):
    """A webhook as it came. `outcome` is the code of what went wrong, or of why there was nothing to do."""

    connection_id: str
    delivery_id: str
    topic: str
    body: bytes
    received_at: datetime
    tries: int = 0
    due_at: datetime | None = None
    done_at: datetime | None = None
    outcome: str = ""


class InboxStore(Protocol):
    """Where deliveries wait."""

    def add(self, item: InboxItem) -> bool:
        """Keep a new delivery; False where it came before."""
        ...

    def take(self, now: datetime, until: datetime, limit: int) -> list[InboxItem]:
        """Deliveries that are due, oldest first; nobody else gets them before `until`."""
        ...

    def finish(self, item: InboxItem) -> None:
        """Write what became of a delivery: done, or due again."""
        ...

    def items(self, connection_id: str, limit: int) -> list[InboxItem]:
        """The newest deliveries of a connection, without bodies."""
        ...

    def forget(self, before: datetime) -> int:
        """Empty the bodies of deliveries that were done before a moment."""
        ...


class Inbox:
    """The verbs."""

    def __init__(self, store: InboxStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def accept(self, connection_id: str, delivery_id: str, topic: str, body: bytes) -> bool:
        """Keep a delivery; False where it came before (which is no error)."""
        now = self._clock()
        return self._store.add(InboxItem(connection_id, delivery_id, topic, body, now, due_at=now))

    def take(self, limit: int = 20) -> list[InboxItem]:
        """Deliveries to work on now."""
        now = self._clock()
        return self._store.take(now, now + LEASE, limit)

    def done(self, item: InboxItem, outcome: str = "") -> None:
        """A delivery has been worked through."""
        self._store.finish(
            msgspec.structs.replace(item, tries=item.tries + 1, done_at=self._clock(), outcome=outcome)
        )

    def failed(self, item: InboxItem, outcome: str) -> None:
        """A delivery could not be worked through now: it is tried again later, and given up after the last try."""
        now, tries = self._clock(), item.tries + 1
        if tries > len(PAUSES):
            self._store.finish(msgspec.structs.replace(item, tries=tries, done_at=now, outcome=outcome))
            return
        due = now + timedelta(seconds=PAUSES[tries - 1])
        self._store.finish(msgspec.structs.replace(item, tries=tries, due_at=due, outcome=outcome))

    def items(self, connection_id: str, limit: int = 50) -> list[InboxItem]:
        """The newest deliveries of a connection, without bodies."""
        return self._store.items(connection_id, limit)

    def forget(self) -> int:
        """Empty the bodies of what was done long ago."""
        return self._store.forget(self._clock() - KEPT)
