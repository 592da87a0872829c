"""The quality scale: every rule that a connector claims is proven, and every rule that is proven may be claimed."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from kopilka.app.trade import CONNECTORS
from kopilka.connectors.kit.quality import PROVEN_BY_FOLDER
from kopilka.usecases.manifest import QUALITY, Grade, grade_of

HOME, TESTS = Path(str(files("kopilka.connectors"))), Path(__file__).parent
PROVEN_BY_TESTS = {
    "keyed": r"def test_\w*(wrong_key|without_a_key|wrong_signature)\w*\(",
    "repeatable": r"def test_\w*repeat\w*\(",
    "own-errors": r"def test_\w*own_shape\w*\(",
}
ALL = [pytest.param(each, id=each.manifest.id) for each in CONNECTORS]


def proven(connector: Any) -> set[str]:
    manifest = connector.manifest
    folder, tests = HOME / manifest.id, TESTS / manifest.id
    told = "\n".join(file.read_text(encoding="utf-8") for file in sorted(tests.glob("test_*.py")))
    met = {rule for rule, check in PROVEN_BY_FOLDER.items() if check(manifest, folder)}
    met |= {rule for rule, pattern in PROVEN_BY_TESTS.items() if re.search(pattern, told)}
    return met | ({"bad-network"} if (tests / "test_faults.py").exists() else set())


@pytest.mark.parametrize("connector", ALL)
def test_a_connector_claims_what_is_proven(connector: Any) -> None:
    assert proven(connector) == set(connector.manifest.meets)


@pytest.mark.parametrize("connector", ALL)
def test_a_connector_is_at_least_silver(connector: Any) -> None:
    assert grade_of(connector.manifest.meets) in {Grade.SILVER, Grade.GOLD}


def test_every_rule_of_the_scale_can_be_proven() -> None:
    ways = {*PROVEN_BY_FOLDER, *PROVEN_BY_TESTS, "bad-network"}

    assert ways == {rule.id for rule in QUALITY}
    assert Grade.GOLD is grade_of(tuple(ways))
    assert Grade.BRONZE is grade_of(tuple(ways - {"samples"}))
    assert Grade.NONE is grade_of(tuple(ways - {"keyed"}))
