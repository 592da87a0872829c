"""Sending a test: an event that never was goes to a subscription's address at once, and what came back is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kopilka.core.event.kinds import KINDS
from kopilka.usecases.deliveries import Deliveries, Fact
from kopilka.usecases.manifest import Text
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.subscriptions import Subscription, Subscriptions, Tried
from kopilka.values.ids import make_id

TRIAL = "evt_test_"
"""How the ids of tests begin, so that a receiver can tell them."""
NAME = "receipt.closed"
Written = Callable[[Subscription, tuple[str, ...], Fact, datetime], tuple[Mapping[str, str], str]]
TryOut = Callable[[Subscription, tuple[str, ...], Fact, datetime], Tried]


class Trial:
    """The verb; `try_out` sends, `written` only writes."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        try_out: TryOut,
        written: Written,
        clock: Callable[[], datetime],
        chance: Callable[[int], int],
    ) -> None:
        self._subscriptions = subscriptions
        self._try_out = try_out
        self._written = written
        self._clock = clock
        self._chance = chance

    def send(self, subscription_id: str, name: str = NAME) -> Tried | Refused:
        """Send the example of an event. Nothing is written, nothing is tried again."""
        found = self._subscriptions.secrets(subscription_id)
        if isinstance(found, Refused):
            return found
        kind = KINDS.get(name)
        if kind is None:
            return Refused("unknown_event", Why.INVALID, "name", {"name": name})
        now = self._clock()
        id_ = make_id(TRIAL, int(now.timestamp() * 1000), self._chance(74))
        receipt = "rcp_example" if name.startswith("receipt.") else ""
        fact = Fact(id_, name, now, now, "hdr_example", "mem_example", receipt, 0, kind.example)
        return self._try_out(found[0], found[1], fact, now)

    def look(self, subscription_id: str, fact: Fact) -> tuple[Mapping[str, str], str] | Refused:
        """How an event would be written now: headers and body."""
        found = self._subscriptions.secrets(subscription_id)
        if isinstance(found, Refused):
            return found
        return self._written(found[0], found[1], fact, self._clock())


@dataclass(frozen=True, slots=True)
class Outbox:
    """All verbs about events that are told outside."""

    subscriptions: Subscriptions
    deliveries: Deliveries
    trial: Trial
    formats: Mapping[str, Text]
    """Ways to write events that anybody may choose."""
