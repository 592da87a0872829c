"""Every reason is documented, and expected by some test or situation."""

import re
from pathlib import Path

import pytest

from kopilka.words.reasons_page import EXPLAINING, all_reasons, reasons_page

HOUSE = Path(__file__).parents[2]
PLACES = ((HOUSE / "tests", "*.py"), (HOUSE / "tests", "*.yaml"), (HOUSE / "src", "situations/*.yaml"))
EXPECTED = "\n".join(
    path.read_text(encoding="utf-8") for folder, pattern in PLACES for path in sorted(folder.rglob(pattern))
)
WORDS = frozenset(re.findall(r"\w+", EXPECTED))
REFUSING = sorted(code for code in all_reasons() if not code.startswith(EXPLAINING))


def test_the_page_of_reasons_is_current() -> None:
    page = (HOUSE / "docs" / "reasons.md").read_text(encoding="utf-8")

    assert page == reasons_page(), "run `just reference`"


@pytest.mark.parametrize("code", REFUSING)
def test_a_reason_is_expected_somewhere(code: str) -> None:
    assert code in WORDS, "a situation must produce it: see docs/programme.md, Proving"
