"""The reference of programme documents says what the reader reads."""

from pathlib import Path

from kopilka.core.rules.registry import REGISTRY
from kopilka.usecases.programme_reference import renewed

PAGE = Path(__file__).parents[2] / "docs" / "programme.md"


def test_the_reference_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == renewed(page, REGISTRY), "run `just reference`"
