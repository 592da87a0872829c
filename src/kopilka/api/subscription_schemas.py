"""Shapes of subscriptions to events on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from kopilka.api.texts import Id, Moment, Short
from kopilka.usecases.trial import NAME
from kopilka.words.catalogue import N_

Address = Annotated[
    str,
    Meta(min_length=1, max_length=2000, extra={"expected": N_("an address such as https://example.com/events")}),
]  # fmt: skip
Names = Annotated[tuple[Id, ...], Meta(max_length=100, description="Names of events; none means all.")]
Secret = Annotated[
    str, Meta(max_length=128, description="`whsec_` and base64 of 24 to 64 bytes; without it we make one.")
]


class SubscriptionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where to send which events, and how they are written. A connector's own format needs the `connection` that signs."""

    address: Address
    title: Short = ""
    events: Names = ()
    format: Id = "cloudevents"
    secret: Secret = ""
    connection: Short = ""


class SubscriptionChangeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What changes; what is not said stays."""

    address: Address | msgspec.UnsetType = msgspec.UNSET
    title: Short | msgspec.UnsetType = msgspec.UNSET
    events: Names | msgspec.UnsetType = msgspec.UNSET
    format: Id | msgspec.UnsetType = msgspec.UNSET
    connection: Short | msgspec.UnsetType = msgspec.UNSET


class SecretIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A new secret; for `hours` the former one signs too."""

    secret: Secret = ""
    hours: Annotated[int, Meta(ge=0, le=168)] = 24


class TestIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which event's example to send."""

    event: Id = NAME


class ReplayIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which moment on events are sent once more."""

    since: Moment


class SubscriptionOut(msgspec.Struct, omit_defaults=True):
    """A subscription. `secret` stands only in the answer that made it; `waiting` and `waits_since` tell how far behind it
    is, `retry_at` that the receiver fails and when it is tried again. `waiting` counts deliveries that are made already. Where
    it was paused or stopped, where too many wait, and during a replay, further ones are made step by step: `missed` tells
    about how many events have happened (of every kind) since the place that it has come to, `missed_since` when the first of
    them was booked, `percent` how much of the way is gone, `replaying_since` from when events go once more.
    """

    id: str
    title: str
    address: str
    events: tuple[str, ...]
    format: str
    state: Literal["active", "paused", "stopped"]
    state_at: datetime
    created_at: datetime
    reason: str = ""
    failures: int = 0
    retry_at: datetime | None = None
    former_secret_until: datetime | None = None
    waiting: int = 0
    waits_since: datetime | None = None
    missed: int = 0
    missed_since: datetime | None = None
    percent: int = 0
    replaying_since: datetime | None = None
    failing_since: datetime | None = None
    connection: str = ""
    delivered_at: datetime | None = None
    secret: str = ""


class SubscriptionsOut(msgspec.Struct):
    """All subscriptions, oldest first."""

    subscriptions: list[SubscriptionOut]


class DeliveryOut(msgspec.Struct, omit_defaults=True):
    """A delivery: the event's id is the webhook's id over all tries."""

    event: str
    name: str
    holder: str
    state: Literal["waiting", "delivered", "skipped"]
    tries: int
    due_at: datetime
    tried_at: datetime | None = None
    status: int | None = None
    milliseconds: int | None = None
    note: str = ""


class DeliveriesOut(msgspec.Struct, omit_defaults=True):
    """A page of the log, the newest event first."""

    deliveries: list[DeliveryOut]
    next: str = ""


class DeliveredOut(msgspec.Struct):
    """A delivery with the data of its event."""

    delivery: DeliveryOut
    occurred_at: datetime
    recorded_at: datetime
    member: str
    receipt: str
    data: Mapping[str, Any]


class TriedOut(msgspec.Struct, omit_defaults=True):
    """A test: what was sent and what came back; `trouble` is a code where no answer came."""

    address: str
    headers: Mapping[str, str]
    body: str
    milliseconds: int
    status: int | None = None
    answer_headers: Mapping[str, str] = {}
    answer: str = ""
    trouble: str = ""


class ReplayedOut(msgspec.Struct):
    """About how many events, of every kind, have happened since the first that goes once more."""

    events: int


class EventKindOut(msgspec.Struct):
    """An event: what it means, the fields of its data, an example of that."""

    name: str
    title: str
    fields: Mapping[str, str]
    example: Mapping[str, Any]


class EventKindsOut(msgspec.Struct):
    """All events."""

    events: list[EventKindOut]
