"""One served house for all tests of a module: each takes a fresh member and a fresh connection."""

from collections.abc import Iterator
from itertools import count

import pytest
from till_evotor import Cloud
from trading import Trading, trading

PHONES = count(79_990_200_000)


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture
def cloud(shop: Trading) -> Cloud:
    return Cloud(shop, *shop.connect("evotor"))


@pytest.fixture
def phone() -> str:
    return f"+{next(PHONES)}"
