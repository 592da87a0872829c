"""What tests of programme documents share: the registry of the live engine and a way to read a text."""

from collections.abc import Callable
from datetime import date, time
from typing import ClassVar

import pytest

from kopilka.core.programme.document import Condition, LevelOver, Programme
from kopilka.core.programme.fields import Thousandths
from kopilka.core.programme.reader import Reading
from kopilka.core.programme.registry import Registry
from kopilka.core.rules.registry import CONDITIONS, EFFECTS
from kopilka.usecases.programme_text import read_programme_text
from kopilka.values.period import Span

Read = Callable[[bytes | str], Reading]
Made = Callable[[str], Programme]


class Probe(Condition, frozen=True):
    """A condition of the sorts of field that no condition of the engine has yet."""

    SHORT: ClassVar[str] = "weight"
    weight: Thousandths = 0
    day: date | None = None
    hour: time | None = None
    over: Span | LevelOver = LevelOver.EVER


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry({**CONDITIONS, "probe": Probe}, EFFECTS)


@pytest.fixture(scope="session")
def read(registry: Registry) -> Read:
    return lambda source: read_programme_text(source, registry)


@pytest.fixture(scope="session")
def made(read: Read) -> Made:
    """A programme from a text that must have no error."""

    def _made(text: str) -> Programme:
        reading = read(text)
        assert reading.programme is not None, reading.errors
        return reading.programme

    return _made
