"""Connectors over a house: which there are, what they may ask, and how one is tried out."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import ParamSpec, TypeVar

from kopilka.app.compose import House
from kopilka.app.receipt_door import OneByOne
from kopilka.connectors.commerceml import COMMERCEML
from kopilka.connectors.evotor import EVOTOR
from kopilka.connectors.frontol import FRONTOL
from kopilka.connectors.kit.call import Answer, Call
from kopilka.connectors.kit.connector import Connector
from kopilka.connectors.kit.front import Front
from kopilka.connectors.kit.services import Counter, Runner, Services
from kopilka.connectors.moysklad import MOYSKLAD
from kopilka.connectors.retailcrm import RETAILCRM
from kopilka.connectors.shopify import SHOPIFY
from kopilka.connectors.uds import UDS
from kopilka.connectors.woocommerce import WOOCOMMERCE
from kopilka.console.services import Tried
from kopilka.usecases.manifest import Manifest
from kopilka.values.ids import make_id

CONNECTORS: tuple[Connector, ...] = (
    RETAILCRM,
    MOYSKLAD,
    FRONTOL,
    UDS,
    EVOTOR,
    SHOPIFY,
    WOOCOMMERCE,
    COMMERCEML,
)
"""One line each."""
ID_BITS = 74
SAID_MAX = 4_000
P = ParamSpec("P")
T = TypeVar("T")


def services_of(house: House, counter: Counter, run: Runner) -> Services:
    """What connectors may ask of a house."""

    def new_id(prefix: str) -> str:
        return make_id(prefix, int(house.clock().timestamp() * 1000), secrets.randbits(ID_BITS))

    return Services(
        counter=counter, views=house.views, accounts=house.accounts, members=house.members, programmes=house.programmes, goods=house.reference,
        coupons=house.coupons, connections=house.connections, foreign=house.foreign, inbox=house.inbox,
        uploads=house.uploads, feed=house.feed,
        verifications=house.verifications, vouchers=house.vouchers, requests=house.privacy.requests, clock=house.clock, chance=secrets.randbits, new_id=new_id, run=run,
    )  # fmt: skip


def trade(house: House, counter: Counter, run: Runner, connectors: Sequence[Connector] = CONNECTORS) -> Front:
    """The front of all connectors."""
    return Front(connectors, services_of(house, counter, run))


class Workshop:
    """Tries connections out, for the console: the same doors, called in the asking thread."""

    def __init__(self, house: House, connectors: Sequence[Connector] = CONNECTORS) -> None:
        self._house = house
        self._connectors = {each.manifest.id: each for each in connectors}
        self.manifests: Sequence[Manifest] = [each.manifest for each in connectors]

    def try_out(self, connection_id: str) -> Tried | None:
        """Call a connection as its client would; see `console.services.Trade`."""
        connections = self._house.connections
        connection, secret = connections.get(connection_id), connections.secret(connection_id)
        connector = None if connection is None else self._connectors.get(connection.connector)
        if connection is None or secret is None or connector is None:
            return None
        services = services_of(self._house, OneByOne(self._house.desk()), _at_once)
        front = Front([connector], services)
        call = connector.sign(connector.probe(connection), connection, secret)
        started = perf_counter()
        answer = asyncio.run(_answered(front, connector, call))
        micros = int((perf_counter() - started) * 1_000_000)
        said = answer.body[:SAID_MAX].decode("utf-8", "replace")
        return Tried(call.method, call.path, answer.status, micros, answer.outcome, said)


async def _answered(front: Front, connector: Connector, call: Call) -> Answer:
    answer = await front.answer(connector, call)
    await front.end()
    return answer


async def _at_once(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)
