"""A served house for a whole module, and a company whose till calls it; every test has people of its own."""

from collections.abc import Iterator
from itertools import count

import pytest
from till_uds import Company
from trading import Trading, trading

_numbers = count(1)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def company(shop: Trading) -> Company:
    return Company(shop)


@pytest.fixture
def phone() -> str:
    return f"+7905{next(_numbers):07}"
