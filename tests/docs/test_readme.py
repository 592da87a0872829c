"""The tour of the README is run as it stands; so is every link in the pages."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
BASH = shutil.which("bash") or "/bin/bash"
BLOCK = re.compile(
    r"<!-- test -->\n```sh\n(?P<commands>.*?)```\n(?:\n```text\n(?P<shown>.*?)```\n)?", re.DOTALL
)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
PAGES = sorted([*HOUSE.glob("README*.md"), *HOUSE.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_the_tour_goes_as_it_is_told(page: str, tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer((HOUSE / page).read_text(encoding="utf-8")))
    found, missing = "", []
    for block in blocks:
        found = run(block["commands"], tmp_path, language="ru" if ".ru." in page else "en")
        missing += [line for line in (block["shown"] or "").splitlines() if plain(line) not in plain(found)]

    assert len(blocks) >= 5
    assert [] == missing


def run(commands: str, folder: Path, *, language: str) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}
    }
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "KOPILKA_LANG": language}
    environment |= {"PYTHONPATH": str(HOUSE / "src"), "COLUMNS": "200"}
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
    return done.stdout


def plain(text: str) -> str:
    """Spaces of any kind and number are one."""
    return " ".join(text.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    broken = [link for link in links if not (page.parent / link).exists()]

    assert [] == broken
