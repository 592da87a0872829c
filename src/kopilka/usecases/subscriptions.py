"""Subscriptions: addresses that are told of events. Made, changed, paused, resumed, given new secrets, tried out.

What is sent when stands in `deliveries`; how an event is written and signed stands with the connector of events.
"""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from kopilka.core.event.kinds import KINDS
from kopilka.usecases.members import ACTION, Act
from kopilka.usecases.outcomes import Refused, Why
from kopilka.usecases.seal import BrokenSealError, NoSealError, Seal
from kopilka.values.ids import SUBSCRIPTION, make_id

ACTIVE, PAUSED, STOPPED, DELETED = "active", "paused", "stopped", "deleted"
GONE, LAST_TRY, BROKEN_SEAL, FAILING = "gone", "last_try", "broken_seal", "failing"
"""Why a subscription stops: the receiver answered 410, the last try failed too, its secret cannot be opened, nothing got
through for days."""
SECRET = "whsec_"  # noqa: S105 - how secrets begin
SECRET_BYTES, SECRET_BYTES_MIN, SECRET_BYTES_MAX = 32, 24, 64
ADDRESS_MAX, TITLE_MAX, SUBSCRIPTIONS_MAX = 2000, 200, 100
BOTH_HOURS, BOTH_HOURS_MAX = 24, 168
"""For so long the former secret signs too."""
STANDARD = "cloudevents"


class Subscription(msgspec.Struct, frozen=True):
    """A subscription as it is listed: never with its secret. `names` none means all events; `retry_at` stands while the
    receiver has failed several times in a row and nothing is sent. `behind` says that its deliveries are made from a place
    among the events that it has come to, not as they happen; `again_since` that events since then go once more meanwhile.
    """

    subscription_id: str
    title: str
    address: str
    names: tuple[str, ...]
    format: str
    connection_id: str
    state: str
    state_at: datetime
    reason: str
    created_at: datetime
    failures: int = 0
    retry_at: datetime | None = None
    former_until: datetime | None = None
    behind: bool = False
    again_since: datetime | None = None
    failing_since: datetime | None = None


class Backlog(msgspec.Struct, frozen=True):
    """What waits for a subscription (counted up to a bound), since when, and the last delivery that came through. Where it
    is behind: about how many events have happened after the place that it has come to (of every kind, also of those that
    are not for it), when the first of them was booked, and how many hundredths of its way it has gone.
    """

    waiting: int
    members: int
    since: datetime | None = None
    delivered_at: datetime | None = None
    missed: int = 0
    missed_since: datetime | None = None
    percent: int = 0


class SubscriptionWish(msgspec.Struct, frozen=True):
    """What is set of a subscription. `connection_id` is for a connector's own format."""

    address: str
    title: str = ""
    names: tuple[str, ...] = ()
    format: str = STANDARD
    connection_id: str = ""


class Sealed(msgspec.Struct, frozen=True):
    """A subscription with its sealed secrets, as a store keeps it."""

    subscription: Subscription
    secret: bytes
    former: bytes | None = None


class SubscriptionStore(Protocol):
    """Where subscriptions are kept."""

    def all(self) -> list[Sealed]:
        """All that are not deleted, oldest first."""
        ...

    def get(self, subscription_id: str) -> Sealed | None:
        """One that is not deleted."""
        ...

    def add(self, sealed: Sealed, act: Act) -> None:
        """Keep a new one."""
        ...

    def change(self, sealed: Sealed, act: Act) -> None:
        """Write one anew."""
        ...

    def pause(self, subscription_id: str, act: Act) -> None:
        """Let nothing be sent; it keeps a place among the events."""
        ...

    def resume(self, subscription_id: str, act: Act, *, skip: bool) -> None:
        """Let it be active; everything that waits may go at once, in order, and what was missed after it. Or all that is
        passed over, and it goes on from now.
        """
        ...

    def delete(self, subscription_id: str, act: Act) -> None:
        """Forget it and what waits for it."""
        ...

    def backlog(self, subscription_id: str, most: int) -> Backlog:
        """What waits, counted up to `most`."""
        ...


class Tried(msgspec.Struct, frozen=True):
    """A test as it was sent and what came back. `trouble` is a code where no answer came."""

    address: str
    headers: Mapping[str, str]
    body: str
    status: int | None = None
    answer_headers: Mapping[str, str] = {}
    answer: str = ""
    micros: int = 0
    trouble: str = ""


class Allowed(msgspec.Struct, frozen=True):
    """What the operator allows of addresses: plain http, and places within the own network."""

    http: bool = False
    private: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Allowed":
        """KOPILKA_WEBHOOKS_PRIVATE=1 allows both, KOPILKA_WEBHOOKS_HTTP=1 plain http to public addresses."""
        private = environment.get("KOPILKA_WEBHOOKS_PRIVATE", "") == "1"
        return cls(private or environment.get("KOPILKA_WEBHOOKS_HTTP", "") == "1", private)


class Subscriptions:
    """The verbs."""

    BACKLOG_MOST = 10_000

    def __init__(  # noqa: PLR0913 - what comes from outside
        self, store: SubscriptionStore, seal: Seal, *, formats: Container[str], allowed: Callable[[], Allowed],
        clock: Callable[[], datetime], chance: Callable[[int], int], keyed: Container[str] = (),
    ) -> None:  # fmt: skip
        self._store = store
        self._seal = seal
        self._formats = formats
        self._keyed = keyed
        self._allowed = allowed
        self._clock = clock
        self._chance = chance

    def all(self) -> list[Subscription]:
        """All subscriptions, oldest first."""
        return [sealed.subscription for sealed in self._store.all()]

    def get(self, subscription_id: str) -> Subscription | Refused:
        """One subscription."""
        found = self._found(subscription_id)
        return found if isinstance(found, Refused) else found.subscription

    def backlog(self, subscription_id: str) -> Backlog:
        """What waits for it."""
        return self._store.backlog(subscription_id, self.BACKLOG_MOST)

    def secrets(self, subscription_id: str) -> tuple[Subscription, tuple[str, ...]] | Refused:
        """A subscription with the secrets that sign now: the newest first."""
        found = self._found(subscription_id)
        if isinstance(found, Refused):
            return found
        try:
            return found.subscription, self._signing(found)
        except (NoSealError, BrokenSealError):
            return Refused(BROKEN_SEAL, Why.NOT_ALLOWED)

    # -- changing -----------------------------------------------------------------------------------------------

    def create(
        self, wish: SubscriptionWish, *, secret: str = "", actor: str = ""
    ) -> tuple[Subscription, str] | Refused:
        """A new subscription and its secret: one of our own making where none is given. It hears of what happens from
        now on; `Deliveries.replay` adds what was before.
        """
        refused = self._unfit(wish, secret)
        if refused is None and len(self._store.all()) >= SUBSCRIPTIONS_MAX:
            refused = Refused("too_many_subscriptions", Why.NOT_ALLOWED, "", {"most": SUBSCRIPTIONS_MAX})
        if refused is not None:
            return refused
        secret, now = secret or self._new_secret(), self._clock()
        made = Subscription(
            make_id(SUBSCRIPTION, int(now.timestamp() * 1000), self._chance(74)), _title(wish), wish.address,
            wish.names, wish.format, wish.connection_id, ACTIVE, now, "", now,
        )  # fmt: skip
        sealed = Sealed(made, self._seal.close(secret))
        self._store.add(sealed, self._act(actor, "subscription.made", made))
        return made, secret

    def change(
        self, subscription_id: str, wish: SubscriptionWish, *, actor: str = ""
    ) -> Subscription | Refused:
        """Change what is set. Events that no longer match and wait already are still delivered."""
        found = self._found(subscription_id)
        refused = found if isinstance(found, Refused) else self._unfit(wish, "")
        if isinstance(found, Refused) or refused is not None:
            return refused or Refused("unknown_subscription", Why.NOT_FOUND, "id")
        after = msgspec.structs.replace(
            found.subscription, title=_title(wish), address=wish.address, names=wish.names, format=wish.format,
            connection_id=wish.connection_id,
        )  # fmt: skip
        self._store.change(
            msgspec.structs.replace(found, subscription=after),
            self._act(actor, "subscription.changed", after),
        )
        return after

    def pause(self, subscription_id: str, *, actor: str = "") -> Subscription | Refused:
        """Send nothing until it is resumed. What happens meanwhile costs nothing: its place among the events is kept."""
        found = self._found(subscription_id)
        if isinstance(found, Refused) or found.subscription.state == PAUSED:
            return found if isinstance(found, Refused) else found.subscription
        self._store.pause(subscription_id, self._act(actor, "subscription.paused", found.subscription))
        return self.get(subscription_id)

    def resume(self, subscription_id: str, *, skip: bool = False, actor: str = "") -> Subscription | Refused:
        """Go on, from wherever it stands: what waits goes at once and in order, with all its tries before it, then what
        was missed, step by step. With `skip` all that is passed over, also a replay under way: it hears of what happens
        from now on.
        """
        found = self._found(subscription_id)
        if isinstance(found, Refused):
            return found
        waits = found.subscription.retry_at is not None
        if found.subscription.state == ACTIVE and not waits and not skip:
            return found.subscription
        action = "subscription.skipped" if skip else "subscription.resumed"
        self._store.resume(subscription_id, self._act(actor, action, found.subscription), skip=skip)
        return self.get(subscription_id)

    def rotate(
        self, subscription_id: str, *, secret: str = "", hours: int = BOTH_HOURS, actor: str = ""
    ) -> tuple[Subscription, str] | Refused:
        """A new secret. For some hours the former one signs too, so that the receiver changes over when it likes."""
        found = self._found(subscription_id)
        if isinstance(found, Refused):
            return found
        if secret and not good_secret(secret):
            return Refused("bad_webhook_secret", Why.INVALID, "secret")
        if not 0 <= hours <= BOTH_HOURS_MAX:
            return Refused("wrong_hours", Why.INVALID, "hours", {"most": BOTH_HOURS_MAX})
        secret = secret or self._new_secret()
        until = self._clock() + timedelta(hours=hours) if hours else None
        after = msgspec.structs.replace(found.subscription, former_until=until)
        sealed = Sealed(after, self._seal.close(secret), found.secret if hours else None)
        self._store.change(sealed, self._act(actor, "subscription.secret_changed", after))
        return after, secret

    def delete(self, subscription_id: str, *, actor: str = "") -> Refused | None:
        """Forget it, and what waits for it."""
        found = self._found(subscription_id)
        if isinstance(found, Refused):
            return found
        self._store.delete(subscription_id, self._act(actor, "subscription.deleted", found.subscription))
        return None

    # -- inside -------------------------------------------------------------------------------------------------

    def _found(self, subscription_id: str) -> Sealed | Refused:
        return self._store.get(subscription_id) or Refused("unknown_subscription", Why.NOT_FOUND, "id")

    def _signing(self, sealed: Sealed) -> tuple[str, ...]:
        until = sealed.subscription.former_until
        both = sealed.former is not None and until is not None and until > self._clock()
        kept = [sealed.secret, sealed.former] if both else [sealed.secret]
        return tuple(self._seal.open(each) for each in kept if each is not None)

    def _unfit(self, wish: SubscriptionWish, secret: str) -> Refused | None:
        if len(wish.title) > TITLE_MAX or not wish.title.isprintable():
            return Refused("not_a_choice", Why.INVALID, "title")
        unknown = next((name for name in wish.names if name not in KINDS), None)
        if unknown is not None:
            return Refused("unknown_event", Why.INVALID, "names", {"name": unknown})
        if wish.format not in self._formats:
            return Refused("unknown_format", Why.INVALID, "format", {"format": wish.format})
        if wish.format in self._keyed and not wish.connection_id:
            return Refused("required", Why.INVALID, "connection")
        if secret and not good_secret(secret):
            return Refused("bad_webhook_secret", Why.INVALID, "secret")
        return bad_address(wish.address, self._allowed())

    def _new_secret(self) -> str:
        random = self._chance(SECRET_BYTES * 8).to_bytes(SECRET_BYTES, "big")
        return SECRET + base64.b64encode(random).decode()

    def _act(self, actor: str, action: str, subscription: Subscription) -> Act:
        now = self._clock()
        id_ = make_id(ACTION, int(now.timestamp() * 1000), self._chance(74))
        return Act(id_, actor, action, subscription.subscription_id, {"format": subscription.format}, now)


def _title(wish: SubscriptionWish) -> str:
    return wish.title.strip() or (urlsplit(wish.address).hostname or "")


def good_secret(secret: str) -> bool:
    """Whether a text is a secret of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes."""
    if not secret.startswith(SECRET):
        return False
    try:
        raw = base64.b64decode(secret[len(SECRET) :], validate=True)
    except (binascii.Error, ValueError):
        return False
    return SECRET_BYTES_MIN <= len(raw) <= SECRET_BYTES_MAX


def bad_address(address: str, allowed: Allowed) -> Refused | None:
    """What speaks against an address before anybody is asked where its name leads; that is asked at every sending."""
    no = Refused("bad_address", Why.INVALID, "address")
    if len(address) > ADDRESS_MAX or not address.isascii() or not address.isprintable() or " " in address:
        return no
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return no
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        return no
    if parts.username is not None or parts.password is not None or parts.fragment or "\\" in address:
        return no
    if parts.scheme == "http" and not allowed.http:
        return Refused("address_not_https", Why.INVALID, "address")
    if not allowed.private and is_private_host(host):
        return Refused("address_private", Why.INVALID, "address")
    return None


def is_private_host(host: str) -> bool:
    """Whether a host is plainly within: its own address, or a name that no public DNS has."""
    bare = host.rstrip(".").lower()
    if bare in {"localhost", ""} or bare.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return True
    try:
        return is_private(ipaddress.ip_address(bare.strip("[]")))
    except ValueError:
        return "." not in bare or bare.replace(".", "").isdigit() or "0x" in bare


def is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is not one of the public internet: own, link-local, private, reserved, or one of these inside
    an IPv6 address.
    """
    inner: Sequence[ipaddress.IPv4Address | None] = ()
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo
        nat64 = ipaddress.IPv4Address(address.packed[12:]) if address in _NAT64 else None
        inner = (address.ipv4_mapped, address.sixtofour, None if teredo is None else teredo[1], nat64)
    if any(each is not None and is_private(each) for each in inner):
        return True
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return False
    return not address.is_global or address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
