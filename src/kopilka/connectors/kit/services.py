"""What the house does for connectors: the same use cases that the API calls, and where other systems' names are kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from kopilka.core.receipt import Shop
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.refund import Returned
from kopilka.usecases.accounts import Accounts
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Command, Quote, Return
from kopilka.usecases.connections import Connection, Connections
from kopilka.usecases.coupons import Coupons
from kopilka.usecases.data_requests import DataRequests
from kopilka.usecases.feed import Feed
from kopilka.usecases.foreign import Foreign
from kopilka.usecases.inbox import Inbox
from kopilka.usecases.members import Members
from kopilka.usecases.outcomes import Outcome, Refused
from kopilka.usecases.ports import Product
from kopilka.usecases.programmes import Programmes
from kopilka.usecases.quote_receipt import Quoted
from kopilka.usecases.show import Views
from kopilka.usecases.uploads import Uploads
from kopilka.usecases.verifications import Verifications
from kopilka.usecases.vouchers import Vouchers

P = ParamSpec("P")
T = TypeVar("T")


class Counter(Protocol):
    """Where verbs are handed in; they ride in batches."""

    def carry_out(self, command: Command) -> Awaitable[Outcome]:
        """Carry out a command."""
        ...

    def quote(self, command: Quote) -> Awaitable[Quoted | Refused]:
        """Count a receipt."""
        ...

    def quote_return(self, command: Return) -> Awaitable[Returned | Refused]:
        """What a return would do."""
        ...


class Goods(Protocol):
    """The catalogue of goods."""

    def products(self, skus: Sequence[str]) -> dict[str, Product]: ...

    def find_products(self, text: str, limit: int = 20) -> list[Product]: ...

    def list_products(self, after: str, limit: int) -> list[Product]: ...

    def put_products(self, products: Sequence[Product], at: datetime) -> None: ...


class Runner(Protocol):
    """Runs what blocks in a thread."""

    def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a connector may ask. What reads or writes the database and is no coroutine goes through `run`."""

    counter: Counter
    views: Views
    accounts: Accounts
    members: Members
    programmes: Programmes
    goods: Goods
    coupons: Coupons
    connections: Connections
    foreign: Foreign
    uploads: Uploads
    feed: Feed
    inbox: Inbox
    verifications: Verifications
    vouchers: Vouchers
    requests: DataRequests
    clock: Callable[[], datetime]
    chance: Callable[[int], int]
    new_id: Callable[[str], str]
    run: Runner

    async def by_secret(self, connector: str, secret: str) -> Connection | None:
        """The open connection that shows a secret."""
        if self.connections.fresh():
            return self.connections.by_secret(connector, secret)
        return await self.run(self.connections.by_secret, connector, secret)

    async def connection(self, connection_id: str, connector: str) -> tuple[Connection, str] | None:
        """An open connection of a connector by its id, with its secret."""
        if not self.connections.fresh():
            await self.run(self.connections.get, connection_id)
        found, secret = self.connections.get(connection_id), self.connections.secret(connection_id)
        return None if found is None or secret is None or found.connector != connector else (found, secret)

    async def catalogue(self, shop: str = "") -> Catalogue:
        """Shops and programmes as last read; read again where a shop is not among them, or nothing was read yet."""
        known = self.views.known
        if known.shops and (not shop or shop in known.shops):
            return known
        return await self.run(self.views.catalogue)

    async def shop_of(self, connection: Connection, named: str = "") -> Shop | None:
        """The shop that a call is about: the connection's own, else the one it names, else the only one there is. None
        where it is unknown, or not the connection's.
        """
        if connection.shop and named and named != connection.shop:
            return None
        known = await self.catalogue(connection.shop or named)
        name = connection.shop or named
        if not name and len(known.shops) == 1:
            name = next(iter(known.shops))
        return known.shops.get(name)

    async def rules_of(self, connection: Connection, shop: Shop | None = None) -> Ruleset | None:
        """The programme in force for a connection: its own, else its shop's, else the first."""
        known = await self.catalogue(connection.shop)
        place = shop or known.shops.get(connection.shop)
        name = connection.programme or (place.programme if place is not None else "")
        name = name or next(iter(known.programmes()), "")
        return known.ruleset(name, self.clock())


def receipt_id_of(connection: Connection, foreign_id: str) -> str:
    """Our id of a sale that another system names. A UUID is the same sale whichever door names it; any other text is the
    connection's own.
    """
    bare = foreign_id.strip().strip("{}").lower()
    parts = bare.split("-")
    is_uuid = [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(
        set(part) <= set("0123456789abcdef") for part in parts
    )
    return bare if is_uuid else f"{connection.connection_id}:{foreign_id.strip()}"


__all__ = ["Connection", "Counter", "Goods", "Services", "receipt_id_of"]
