"""What came of a text before its meaning is read: a tree, or the mistake that stopped it; and how large it may be."""

import msgspec

from kopilka.core.programme.mistakes import MISTAKES_MAX, Mistake, shown
from kopilka.core.programme.tree import Entry, Node, Table, Text
from kopilka.values.errors import KopilkaError

BYTES_MAX = 1_000_000
DEPTH_MAX = 32
VALUES_MAX = 50_000
"""Keys, values and lists, those repeated by aliases counted as often as they stand."""


class Written(msgspec.Struct, frozen=True):
    """The tree of a text; none where the text cannot be read. Doubled keys do not stop the reading."""

    root: Node | None
    mistakes: tuple[Mistake, ...] = ()


class UnreadableError(KopilkaError):
    """A text breaks off or cannot be understood at this place."""

    def __init__(
        self, code: str, line: int = 1, column: int = 1, *, hint: str = "", **params: int | str
    ) -> None:
        said = {name: shown(value) if isinstance(value, str) else value for name, value in params.items()}
        self.mistake = Mistake(code, "", line, column, said, hint)
        super().__init__(f"{code} at line {line}")


class Pairs:
    """A mapping under construction: doubled keys are noted, the first one stands."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self._mistakes = mistakes
        self._entries: dict[str, Entry] = {}

    def add(self, key: Text, value: Node) -> None:
        """Add a key with what stands under it."""
        first = self._entries.setdefault(key.text, Entry(key, value)).key
        if first is not key and len(self._mistakes) < MISTAKES_MAX:
            params: dict[str, int | str] = {"key": shown(key.text), "first": first.line}
            self._mistakes.append(Mistake("duplicate_key", shown(key.text), key.line, key.column, params))

    def table(self, line: int, column: int) -> Table:
        """The finished mapping."""
        return Table(line, column, tuple(self._entries.values()))
