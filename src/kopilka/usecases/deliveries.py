"""Deliveries: events are handed on to subscriptions, go in the order of each member, and are tried again for days.

The first waiting delivery of a member's lane may go and no other, so that no event overtakes an earlier one of the same
member, however many processes share the work. A receiver that fails several times in a row is left alone as a whole, and
tried with one delivery at a time until it answers. Whoever is behind keeps a place among the events, and deliveries are made
from there in steps, in the order of events, while few wait.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

import msgspec

from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.subscriptions import BROKEN_SEAL, GONE, LAST_TRY, STOPPED, Subscription, Subscriptions
from kopilka.values.ids import make_id

PAUSES = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds before each further try: a day and three hours in all."""
JITTER_PERCENT = 10
LEASE = timedelta(seconds=60)
"""While one process sends a lane's delivery, no other takes the lane; four times the time that a send may take."""
FAILURES_MAX = 5
"""After so many failures in a row the whole subscription waits."""
TOGETHER = 16
"""Lanes that one process takes at a time."""
GIVEN_UP = timedelta(days=3)
"""A receiver that has taken nothing for so long is stopped, also where failures are skipped."""
QUEUE_MAX, QUEUE_LOW = 10_000, 5_000
"""So many deliveries wait at most (and a step more); whoever is behind gets further ones when fewer wait than the low mark."""
LOOK_AT_QUEUES_AFTER = 1_000
"""Events that may be handed on before queues are measured again."""
KEPT = timedelta(days=30)
QUIET = timedelta(seconds=2)
LOOK_ANYWAY = timedelta(seconds=10)
WAITING, DELIVERED, SKIPPED = "waiting", "delivered", "skipped"
RETRY_AFTER_MAX = 3_600


class Policy(msgspec.Struct, frozen=True):
    """How a format tries again: seconds before each further try, and whether the last failure skips the delivery rather
    than stopping the subscription.
    """

    pauses: tuple[int, ...] = PAUSES
    skips: bool = False


class Fact(msgspec.Struct, frozen=True):
    """An event as it is told outside; `place` grows within a holder."""

    event_id: str
    name: str
    occurred_at: datetime
    recorded_at: datetime
    holder_id: str
    member_id: str
    receipt: str
    place: int
    data: Mapping[str, object]


class Parcel(msgspec.Struct, frozen=True):
    """A delivery that may go now: whose lane it is the first of, how often it was tried, until when it is ours."""

    bucket: int
    tries: int
    leased_until: datetime
    fact: Fact


class Load(msgspec.Struct, frozen=True):
    """Parcels for one subscription with the secrets that sign them."""

    subscription: Subscription
    secrets: tuple[str, ...]
    parcels: Sequence[Parcel]


class Sent(msgspec.Struct, frozen=True):
    """What became of a parcel: the status of the answer, or none and a note; `wait` is what the receiver asked for. Where it
    was not `asked`, there was nothing to tell.
    """

    parcel: Parcel
    status: int | None
    micros: int
    note: str = ""
    wait: int = 0
    asked: bool = True

    @property
    def good(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Mark(msgspec.Struct, frozen=True):
    """What is written of a delivery and its lane."""

    bucket: int
    holder_id: str
    event_id: str
    state: str
    tries: int
    tried_at: datetime
    due_at: datetime
    status: int | None
    micros: int
    note: str
    leased_until: datetime
    lane_tries: int


class Verdict(msgspec.Struct, frozen=True):
    """What a batch of sends means for the subscription: how many more failures (none: it answered, or was not asked), until
    when it waits, why it stops.
    """

    failures: int
    retry_at: datetime | None = None
    stopped: str = ""
    asked: bool = True


class Delivery(msgspec.Struct, frozen=True):
    """A line of the log."""

    event_id: str
    name: str
    place: int
    holder_id: str
    state: str
    tries: int
    due_at: datetime
    tried_at: datetime | None
    status: int | None
    micros: int | None
    note: str


class Slice(msgspec.Struct, frozen=True):
    """Which lines of a log: older than a cursor (place and event), of a state or all, how many."""

    place: int | None = None
    event_id: str = ""
    state: str = ""
    limit: int = 50


class DeliveryStore(Protocol):
    """The outbox and the lanes."""

    def mark(self) -> tuple[int, bool]:
        """A number that grows when events are written, and whether anybody active is behind."""
        ...

    def hand_on(self, now: datetime) -> int:
        """Make deliveries of the events that no running transaction can still come before; returns how many events."""
        ...

    def fall_behind(self, most: int) -> int:
        """Let those keep a place among the events for whom so many deliveries wait, or who are not active."""
        ...

    def behind(self, most: int) -> list[str]:
        """Active subscriptions that are behind and for which fewer deliveries wait."""
        ...

    def catch_up(self, subscription_id: str, now: datetime) -> int:
        """Make the next deliveries that a subscription has missed, or is to send once more; one who has come to the end
        is not behind any more. 0 where another process is at it, or others are still writing what comes next.
        """
        ...

    def ready(self, now: datetime) -> list[str]:
        """Active subscriptions with something that may go."""
        ...

    def take(self, subscription_id: str, now: datetime, until: datetime, limit: int) -> list[Parcel]:
        """First deliveries of lanes that are due, for us alone until the lease ends; a single one where the subscription
        waits to be tried again.
        """
        ...

    def finish(self, subscription_id: str, marks: Sequence[Mark], verdict: Verdict, now: datetime) -> None:
        """Write what became of parcels."""
        ...

    def log(self, subscription_id: str, slice_: Slice) -> list[Delivery]:
        """Lines of the log, the newest event first."""
        ...

    def find(self, subscription_id: str, event_id: str) -> tuple[Delivery, Fact] | None:
        """One delivery and its event."""
        ...

    def skip(self, subscription_id: str, event_id: str, now: datetime, act: Act) -> bool:
        """Pass over a waiting delivery; False where it does not wait."""
        ...

    def replay(self, subscription_id: str, since: datetime, act: Act) -> int:
        """Let a subscription go back to the first event since a moment; returns about how many have happened since."""
        ...

    def prune(self, before: datetime) -> int:
        """Forget what was delivered before a moment."""
        ...


class Deliveries:
    """The verbs."""

    def __init__(
        self,
        store: DeliveryStore,
        subscriptions: Subscriptions,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._clock = clock
        self._chance = chance
        self._seen = -1
        self._changed_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._handed, self._measured_at = 0, clock()

    # -- events become deliveries -------------------------------------------------------------------------------

    def fan_out(self) -> int:
        """Hand new events on, and let those who are behind catch up a step; returns how much was done. While there is
        nothing to do it asks for one number only, and looks itself every ten seconds.
        """
        now, (mark, behind) = self._clock(), self._store.mark()
        if mark != self._seen or self._changed_at is None:
            self._seen, self._changed_at = mark, now
        fresh = timedelta(0) <= now - self._changed_at <= QUIET
        if (
            not fresh
            and not behind
            and self._looked_at is not None
            and timedelta(0) <= now - self._looked_at <= LOOK_ANYWAY
        ):
            return 0
        self._looked_at = now
        done = self._store.hand_on(now)
        self._measure(done, now)
        return done + self._catch_up(now) if behind else done

    def _catch_up(self, now: datetime) -> int:
        done = 0
        for id_ in self._store.behind(QUEUE_LOW):
            for _ in range(2):
                step = self._store.catch_up(id_, now)
                done += step or self._store.hand_on(now)  # what is known to be complete grows with it
                if step:
                    break
        return done

    def _measure(self, handed: int, now: datetime) -> None:
        self._handed += handed
        late = not timedelta(0) <= now - self._measured_at <= LOOK_ANYWAY
        if self._handed >= LOOK_AT_QUEUES_AFTER or (self._handed and late):
            self._handed, self._measured_at = 0, now
            self._store.fall_behind(QUEUE_MAX)

    # -- sending ------------------------------------------------------------------------------------------------

    def ready(self) -> list[str]:
        """Subscriptions for which something may go now."""
        return self._store.ready(self._clock())

    def take(self, subscription_id: str) -> Load | None:
        """What may go now, for us alone; None where there is nothing."""
        found, now = self._subscriptions.secrets(subscription_id), self._clock()
        if isinstance(found, Refused):
            if found.code == BROKEN_SEAL:
                self._store.finish(subscription_id, (), Verdict(0, stopped=BROKEN_SEAL), now)
            return None
        parcels = self._store.take(subscription_id, now, now + LEASE, TOGETHER)
        return Load(found[0], found[1], parcels) if parcels else None

    def finish(self, subscription_id: str, sent: Sequence[Sent], policy: Policy) -> None:
        """Write what became of parcels, and what that means for the subscription."""
        now = self._clock()
        marks = [self._mark(each, policy, now) for each in sent]
        self._store.finish(subscription_id, marks, self._verdict(sent, marks, policy, now), now)

    def _mark(self, sent: Sent, policy: Policy, now: datetime) -> Mark:
        parcel, fact = sent.parcel, sent.parcel.fact
        tries = parcel.tries + 1
        state, due = WAITING, now
        if sent.good:
            state = DELIVERED
        elif tries <= len(policy.pauses):
            due = now + timedelta(seconds=max(sent.wait, self._pause(policy, tries)))
        elif policy.skips:
            state = SKIPPED
        return Mark(
            parcel.bucket, fact.holder_id, fact.event_id, state, tries, now, due, sent.status, sent.micros, sent.note,
            parcel.leased_until, tries if state == WAITING else 0,
        )  # fmt: skip

    def _pause(self, policy: Policy, tries: int) -> float:
        seconds = policy.pauses[tries - 1]
        return seconds * (1 + (self._chance(10) % (JITTER_PERCENT * 10)) / 1000)

    @staticmethod
    def _verdict(sent: Sequence[Sent], marks: Sequence[Mark], policy: Policy, now: datetime) -> Verdict:
        if any(each.status == HTTPStatus.GONE for each in sent):
            return Verdict(1, stopped=GONE)
        failed = [mark for mark in marks if mark.state == WAITING]
        if any(mark.tries > len(policy.pauses) for mark in failed):
            return Verdict(len(failed), stopped=LAST_TRY)
        asked = [each for each in sent if each.asked]
        if any(each.good for each in asked) or not asked:
            return Verdict(0, asked=bool(asked))
        most = max(failed, key=lambda mark: mark.tries, default=None)
        return Verdict(len(asked), now if most is None else max(most.due_at, now))

    # -- staff --------------------------------------------------------------------------------------------------

    def log(self, subscription_id: str, slice_: Slice) -> list[Delivery] | Refused:
        """Lines of the log, the newest event first."""
        found = self._subscriptions.get(subscription_id)
        return found if isinstance(found, Refused) else self._store.log(subscription_id, slice_)

    def find(self, subscription_id: str, event_id: str) -> tuple[Delivery, Fact] | Refused:
        """One delivery and its event."""
        found = self._store.find(subscription_id, event_id)
        return found or Refused("unknown_delivery", Why.NOT_FOUND, "event")

    def skip(self, subscription_id: str, event_id: str, *, actor: str = "") -> Refused | None:
        """Pass over a delivery that waits; the next of its member goes instead."""
        act = self._act(actor, "delivery.skipped", subscription_id, {"event": event_id})
        if self._store.skip(subscription_id, event_id, act.at, act):
            return None
        found = self.find(subscription_id, event_id)
        return found if isinstance(found, Refused) else Refused("not_waiting", Why.CONFLICT, "event")

    def replay(self, subscription_id: str, since: datetime, *, actor: str = "") -> int | Refused:
        """Send every event that was booked since a moment once more, in order; also those from before the subscription
        was made. Step by step, and what happens meanwhile goes after it. Returns about how many have happened since.
        """
        found = self._subscriptions.get(subscription_id)
        if isinstance(found, Refused):
            return found
        if since > self._clock():
            return Refused("in_the_future", Why.INVALID, "since")
        act = self._act(actor, "subscription.replayed", subscription_id, {"since": since.isoformat()})
        return self._store.replay(subscription_id, since, act)

    def prune(self) -> int:
        """Forget what was delivered a month ago."""
        return self._store.prune(self._clock() - KEPT)

    def _act(self, actor: str, action: str, subject: str, detail: dict[str, object]) -> Act:
        now = self._clock()
        id_ = make_id(ACTION, int(now.timestamp() * 1000), self._chance(74))
        return Act(id_, actor, action, subject, detail, now)


__all__ = ["STOPPED", "Deliveries", "Fact", "Load", "Parcel", "Policy", "Sent", "Slice"]
