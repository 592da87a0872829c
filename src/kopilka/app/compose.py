"""Composition: the one place where store, catalogue and desk are put together."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from kopilka.app.forgetting import forgetting
from kopilka.connectors.events import FORMATS, OPEN
from kopilka.connectors.events.sender import allowed_now, try_out, written
from kopilka.core.rules.registry import REGISTRY
from kopilka.store.accounts import PostgresAccounts
from kopilka.store.batch import PostgresLedger
from kopilka.store.catalogue import PostgresCatalogue
from kopilka.store.connect import Pool
from kopilka.store.connections import PostgresConnections
from kopilka.store.coupons import PostgresCoupons
from kopilka.store.data_requests import PostgresDataRequests
from kopilka.store.deliveries import PostgresDeliveries
from kopilka.store.erasures import PostgresErasures
from kopilka.store.exports import PostgresExports
from kopilka.store.feed import PostgresFeed
from kopilka.store.foreign import PostgresForeign
from kopilka.store.inbox import PostgresInbox
from kopilka.store.keys import PostgresKeys
from kopilka.store.members import PostgresMembers
from kopilka.store.migrate import is_migrated
from kopilka.store.subscriptions import PostgresSubscriptions
from kopilka.store.uploads import PostgresUploads
from kopilka.store.verifications import PostgresVerifications
from kopilka.store.views import PostgresViews
from kopilka.usecases.accounts import Accounts
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.connections import Connections
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.data_requests import DataRequests
from kopilka.usecases.deliveries import Deliveries, Fact
from kopilka.usecases.desk import Desk
from kopilka.usecases.erase_member import Erasures
from kopilka.usecases.export_member import Exports
from kopilka.usecases.foreign import Foreign
from kopilka.usecases.inbox import Inbox
from kopilka.usecases.keys import Keys
from kopilka.usecases.members import Members
from kopilka.usecases.privacy import Privacy
from kopilka.usecases.programmes import Programmes
from kopilka.usecases.seal import Seal
from kopilka.usecases.show import Views
from kopilka.usecases.subscriptions import Subscription, Subscriptions
from kopilka.usecases.trial import Outbox, Trial
from kopilka.usecases.uploads import Uploads
from kopilka.usecases.verifications import Verifications
from kopilka.usecases.vouchers import Vouchers

T = TypeVar("T")


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class House:
    """Everything over one database that a process needs. Threads may share it: connections are lent, desks are
    made per thread by `desk()` and share nothing but the store.
    """

    def __init__(self, conninfo: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.pool = Pool(conninfo)
        self._by_key = Pool(conninfo, "kopilka ledger", by_key=True)
        self.clock = clock
        self.reference = PostgresCatalogue(self.pool)
        self.ledger = PostgresLedger(self._by_key)
        catalogue = Catalogue(self.reference, REGISTRY)
        self.views = Views(PostgresViews(self.pool), self.ledger, catalogue, clock)
        self.accounts = Accounts(PostgresAccounts(self.pool), self.ledger, catalogue, clock)
        self.keys = Keys(PostgresKeys(self.pool), clock=clock, chance=secrets.randbits)
        self.programmes = Programmes(self.reference, REGISTRY, clock)
        self.coupons = Coupons(
            PostgresCoupons(self.pool), self.views.catalogue, clock=clock, chance=secrets.randbits
        )
        self.members = Members(PostgresMembers(self.pool), clock=clock, chance=secrets.randbits)
        self.connections = Connections(
            PostgresConnections(self.pool), Seal.from_environment(), clock=clock, chance=secrets.randbits
        )
        self.foreign = Foreign(PostgresForeign(self.pool), clock)
        self.uploads = Uploads(PostgresUploads(self.pool), clock)
        self.feed = PostgresFeed(self.pool)
        self.inbox = Inbox(PostgresInbox(self.pool), clock)
        self.subscriptions = Subscriptions(
            PostgresSubscriptions(self.pool), Seal.from_environment(), formats=FORMATS, allowed=allowed_now, clock=clock,
            chance=secrets.randbits, keyed=FORMATS.keys() - OPEN.keys(),
        )  # fmt: skip
        self.deliveries = Deliveries(
            PostgresDeliveries(self.pool, self._by_key),
            self.subscriptions,
            clock=clock,
            chance=secrets.randbits,
        )
        self.trial = Trial(
            self.subscriptions, self._keyed(try_out), self._keyed(written), clock, secrets.randbits
        )
        self.outbox = Outbox(self.subscriptions, self.deliveries, self.trial, OPEN)
        self.verifications = Verifications(
            PostgresVerifications(self.pool), clock=clock, chance=secrets.randbits
        )
        self.vouchers = Vouchers(self.foreign, clock=clock, chance=secrets.randbits)
        self.privacy = self._privacy()

    def desk(self) -> Desk:
        """A desk for one thread, with a catalogue of its own. Ids need to be distinct, not secret; codes are secret."""
        catalogue = Catalogue(self.reference, REGISTRY)
        chance = Random(secrets.randbits(256)).getrandbits  # noqa: S311 - see above
        return Desk(self.ledger, catalogue, clock=self.clock, chance=chance, secret=secrets.randbits)

    def _privacy(self) -> Privacy:
        pool, clock, chance = self.pool, self.clock, secrets.randbits
        return Privacy(
            DataRequests(PostgresDataRequests(pool), self.views.member, clock=clock, chance=chance),
            Erasures(
                PostgresErasures(pool), lambda: Catalogue(self.reference, REGISTRY), forgetting, clock=clock, chance=chance
            ),
            Exports(PostgresExports(pool), self.views, clock=clock, chance=chance),
        )  # fmt: skip

    def _keyed(
        self, write: Callable[[Subscription, tuple[str, ...], Fact, datetime], T]
    ) -> Callable[[Subscription, tuple[str, ...], Fact, datetime], T]:
        """The same, with the number and the key of its connection where the format is a connector's own."""

        def keyed(subscription: Subscription, own: tuple[str, ...], fact: Fact, at: datetime) -> T:
            kind, id_ = FORMATS.get(subscription.format), subscription.connection_id
            connection, secret = self.connections.get(id_), self.connections.secret(id_)
            if kind is None or kind.complete is None or connection is None or secret is None:
                return write(subscription, own, fact, at)
            return write(subscription, (str(connection.number), secret), fact, at)

        return keyed

    def ready(self) -> bool:
        """Whether the database answers and has the schema that this program knows."""
        return is_migrated(self.pool.conninfo)

    def close(self) -> None:
        """Close idle connections."""
        self.pool.close()
        self._by_key.close()
