"""Two served shops for all tests of the connector: CLUB, and one that gives discounts; and a till with a member each."""

from collections.abc import Iterator

import pytest
from till_frontol import DISCOUNT, FrontolTill
from trading import Trading, trading


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as shop:
        yield shop


@pytest.fixture(scope="module")
def cheaper(served_database: str) -> Iterator[Trading]:
    with trading(served_database, programme=DISCOUNT) as shop:
        yield shop


@pytest.fixture
def till(shop: Trading) -> FrontolTill:
    return FrontolTill.opened(shop, points="300")


@pytest.fixture
def anna(till: FrontolTill) -> str:
    return till.member
