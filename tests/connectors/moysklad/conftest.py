"""One served house for all tests of the till: each takes a fresh member."""

from collections.abc import Iterator
from itertools import count

import pytest
from till_moysklad import Client
from trading import Trading, trading

PHONES = count(79_990_100_000)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def client(shop: Trading) -> Client:
    return Client(shop, *shop.connect("moysklad"))


@pytest.fixture
def phone() -> str:
    return f"+{next(PHONES)}"
