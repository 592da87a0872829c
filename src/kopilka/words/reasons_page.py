"""The page of reasons: every code that a Decision may hold, in both languages, and whether meeting it would unlock the
rule. Made from the reasons themselves; `python -m` writes it.
"""

import importlib
import pkgutil
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import kopilka.core
from kopilka.core.rules.reason import REASONS, ReasonKind

EXPLAINING = ("why_", "expected_")
"""How the codes of sentences begin that explain what was decided rather than refuse anything."""
_PLACE = re.compile(r"\{(\w+):\w+((?:\|[^{}|]+)*)\}")
_HEAD = """# Reasons

Whatever a rule does or does not do has a reason: a code that is stored with the Decision, its parameters, and words in the
reader's language. A till that shows `words` needs none of this; a programme that looks at `reason` finds the codes here.
Where a reason *unlocks*, the buyer can do something about it, and the smallest such change is told at the till.
Made from the sources; `just reference` writes it and a test keeps it current.
"""


def all_reasons() -> Mapping[str, ReasonKind]:
    """Every reason that the program declares, those too that nothing has asked for yet."""
    for module in pkgutil.walk_packages(kopilka.core.__path__, "kopilka.core."):
        importlib.import_module(module.name)
    return REASONS


def reasons_page() -> str:
    """The whole page."""
    reasons = [kind for _, kind in sorted(all_reasons().items())]
    refusing = [kind for kind in reasons if not kind.code.startswith(EXPLAINING)]
    explaining = [kind for kind in reasons if kind.code.startswith(EXPLAINING)]
    parts = [_HEAD, "## Why not", "", "| code | unlocks | | |", "|---|---|---|---|"]
    parts += [
        f"| `{kind.code}` | {'yes' if kind.unlocks else ''} | {_shown(kind, 'en')} | {_shown(kind, 'ru')} |"
        for kind in refusing
    ]
    parts += [
        "",
        "## How it came to that",
        "",
        "Sentences of an explanation.",
        "",
        "| code | | |",
        "|---|---|---|",
    ]
    parts += [f"| `{kind.code}` | {_shown(kind, 'en')} | {_shown(kind, 'ru')} |" for kind in explaining]
    return "\n".join(parts) + "\n"


def _shown(kind: ReasonKind, tag: str) -> str:
    """The words with bare names in their places, and the noun of many where one follows a number."""

    def place(found: re.Match[str]) -> str:
        forms = found[2].split("|")[1:]
        return f"{{{found[1]}}} {forms[-1]}" if forms else f"{{{found[1]}}}"

    return _PLACE.sub(place, kind.words[tag]).replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reasons_page(), encoding="utf-8")
