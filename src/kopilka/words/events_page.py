"""The page of events: how to receive them, and every event with its data. The tables are made from the events themselves;
`python -m` writes them into the page.
"""

import sys
from pathlib import Path

import msgspec

from kopilka.core.event.kinds import KINDS, EventKind

BEGIN, END = (
    "<!-- events: made from src/kopilka/core/event/kinds.py by `just reference` -->",
    "<!-- /events -->",
)


def events_tables() -> str:
    """Every event: what it means, its fields, an example."""
    return "\n\n".join(_told(kind) for _, kind in sorted(KINDS.items()))


def _told(kind: EventKind) -> str:
    lines = [f"### `{kind.name}`", "", f"{kind.words['en']}. · {kind.words['ru']}."]
    if kind.within:
        lines += ["", f"Comes with {', '.join(f'`{name}`' for name in kind.within)}, right after it."]
    if kind.fields:
        lines += ["", "| field of `data` | | |", "|---|---|---|"]
        lines += [f"| `{name}` | {words['en']} | {words['ru']} |" for name, words in kind.fields.items()]
        lines += [
            "",
            "```json",
            msgspec.json.format(msgspec.json.encode(kind.example), indent=2).decode(),
            "```",
        ]
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """A page whose tables are current."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{events_tables()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
