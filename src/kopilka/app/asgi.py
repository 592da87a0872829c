"""The ASGI application of one process: the API in front, screens behind it, the house underneath."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from kopilka.api.door import Services
from kopilka.api.routes import PREFIXES, api
from kopilka.api.server import Api, Receive, Scope, Send
from kopilka.app.batcher import Counter
from kopilka.app.compose import House
from kopilka.app.post import Post, fan_out_round, inbox_round, parked_round, sending_round
from kopilka.app.screens import Screens
from kopilka.app.trade import CONNECTORS, trade
from kopilka.connectors.events.sender import Sender
from kopilka.connectors.kit.connector import Connector
from kopilka.connectors.kit.front import Front as Dealing
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.words.catalogue import catalogue
from kopilka.words.languages import LANGUAGES

log = structlog.get_logger(__name__)


def warm() -> None:
    """Load what does not depend on the database, for processes that are forked from this one."""
    for tag in LANGUAGES:
        catalogue(tag)
    Litestar([])


def create_app(conninfo: str, more: Sequence[ControllerRouterHandler] = ()) -> "Front":
    """The application over a migrated database."""
    return app_over(House(conninfo), more)


def app_over(
    house: House,
    more: Sequence[ControllerRouterHandler] = (),
    connectors: Sequence[Connector] = CONNECTORS,
) -> "Front":
    """The application over a house, which it closes when it ends."""
    counter = Counter(house.desk)
    served = api(
        Services(
            counter,
            house.views,
            house.members,
            house.programmes,
            house.keys,
            house.reference,
            house.clock,
            house.ready,
            house.coupons,
            vouchers=house.vouchers,
            verifications=house.verifications,
            outbox=house.outbox,
            privacy=house.privacy,
        )
    )

    dealing = trade(house, counter, served.doors.run, connectors)
    sender, run = (
        Sender(house.deliveries, served.doors.run, house.clock, services=dealing.services),
        served.doors.run,
    )
    post = Post(
        [inbox_round(dealing), parked_round(dealing), fan_out_round(house, run), sending_round(sender)]
    )

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        counter.start()
        try:
            await served.doors.refresh()
        except StoreUnavailableError as error:
            log.warning("started_without_database", reason=str(error))
        post.start()
        try:
            yield
        finally:
            await post.end()
            await sender.end()
            await dealing.end()
            await asyncio.to_thread(counter.stop)
            await served.end()
            house.close()

    pages = Screens(house)
    screens = Litestar(
        [*pages.handlers, *more],
        lifespan=[life],
        openapi_config=None,
        exception_handlers={HTTPException: pages.lost},
    )
    return Front(served, screens, dealing)


class Front:
    """Sends calls of the API and of connectors to them without passing the framework of the screens."""

    def __init__(self, served: Api, screens: Litestar, dealing: Dealing) -> None:
        self.api = served
        self.screens = screens
        self.dealing = dealing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIXES):
            await self.api(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(self.dealing.prefixes):
            await self.dealing(scope, receive, send)
        else:
            await self.screens(scope, receive, send)  # type: ignore[arg-type]
