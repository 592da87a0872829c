from collections.abc import Iterator
from datetime import timedelta

import pytest
from one_c import Made
from trading import Trading, trading

from kopilka.connectors.commerceml import COMMERCEML


@pytest.fixture(scope="module")
def house(shared_database: str) -> Iterator[Trading]:
    """One house for a file of tests: each has connections, members and documents of its own."""
    with trading(shared_database, connectors=[COMMERCEML]) as shop:
        yield shop


@pytest.fixture
def shop(house: Trading) -> Iterator[Trading]:
    yield house
    house.clock.ahead = timedelta(0)


@pytest.fixture
def made(shop: Trading) -> Made:
    return Made(shop)
