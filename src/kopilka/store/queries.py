"""Named queries: read once from `sql/<room>.sql`, where each stands under `-- name:` with a line of comment."""

import re
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

FOLDER = Path(__file__).parent / "sql"


@cache
def queries(room: str) -> dict[str, LiteralString]:
    """The queries of a room by name."""
    text = (FOLDER / f"{room}.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], cast("list[LiteralString]", parts[1::2]), strict=True))
