"""The pages about connectors say what the manifests say."""

from pathlib import Path

import pytest

from kopilka.app.connectors_page import PAGES, page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", list(PAGES))
def test_the_page_is_current(language: str) -> None:
    assert page(language) == (DOCS / PAGES[language].file).read_text(encoding="utf-8"), "run `just reference`"
