"""Connectors over a house: which there are, and what they may ask."""

import secrets
from collections.abc import Sequence

from kopilka.app.compose import House
from kopilka.connectors.kit.connector import Connector
from kopilka.connectors.kit.front import Front
from kopilka.connectors.kit.services import Counter, Runner, Services
from kopilka.connectors.retailcrm import RETAILCRM
from kopilka.values.ids import make_id

CONNECTORS: tuple[Connector, ...] = (RETAILCRM,)
"""One line each."""
ID_BITS = 74


def services_of(house: House, counter: Counter, run: Runner) -> Services:
    """What connectors may ask of a house."""

    def new_id(prefix: str) -> str:
        return make_id(prefix, int(house.clock().timestamp() * 1000), secrets.randbits(ID_BITS))

    return Services(
        counter=counter, views=house.views, accounts=house.accounts, members=house.members, programmes=house.programmes, goods=house.reference,
        coupons=house.coupons, connections=house.connections, foreign=house.foreign, inbox=house.inbox,
        uploads=house.uploads, feed=house.feed,
        verifications=house.verifications, clock=house.clock, chance=secrets.randbits, new_id=new_id, run=run,
    )  # fmt: skip


def trade(house: House, counter: Counter, run: Runner, connectors: Sequence[Connector] = CONNECTORS) -> Front:
    """The front of all connectors."""
    return Front(connectors, services_of(house, counter, run))
