"""Fixtures: a house that tells of its events, and a receiver on this machine that the operator allows."""

from collections.abc import Iterator

import pytest
from receivers import Receiver, receiver
from telling import Telling, telling


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses of the own network are allowed."""
    monkeypatch.setenv("KOPILKA_WEBHOOKS_PRIVATE", "1")


@pytest.fixture
def house(database: str) -> Iterator[Telling]:
    with telling(database) as made:
        yield made


@pytest.fixture
def site() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
