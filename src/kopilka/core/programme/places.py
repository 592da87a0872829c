"""Where things stand in the text while it is read, and the mistakes found so far."""

import re
from collections.abc import Iterable

import msgspec

from kopilka.core.programme.mistakes import MISTAKES_MAX, Mistake, advised, error, shown
from kopilka.core.programme.tree import Node

_BARE = re.compile(r"[\w-]+\Z")
_LAST = re.compile(r"(\[[^\[\]]*\]|\.?[^.\[\]]+)\Z")


def key_path(path: str, key: str) -> str:
    """The path of a key: `rules[2].earn`, or `price["a.b"]` where the key is no plain word."""
    if not _BARE.match(key):
        escaped = shown(key).replace('"', "'").replace("[", "(").replace("]", ")")
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


class Places:
    """Lines and columns by path, and the mistakes."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._at: dict[str, tuple[int, int]] = {}

    @property
    def full(self) -> bool:
        """Whether no more mistakes are told."""
        return len(self.mistakes) >= MISTAKES_MAX

    def put(self, path: str, node: Node) -> None:
        """Note where a path stands."""
        self._at.setdefault(path, (node.line, node.column))

    def report(
        self, code: str, path: str, node: Node, known: Iterable[str] | None = None, **params: int | str
    ) -> None:
        """Note a mistake at a node; `known` are the words that would have been right for `key` or `value`."""
        if self.full:
            return
        params = {name: shown(said) if isinstance(said, str) else said for name, said in params.items()}
        mistake = error(code, path, **params)
        if known is not None:
            mistake = advised(mistake, str(params.get("key", params.get("value", ""))), known)
        self.refuse(mistake, path, node)

    def refuse(self, mistake: Mistake, path: str, node: Node) -> None:
        """Note a mistake made elsewhere at its path and node."""
        if not self.full:
            self.mistakes.append(
                msgspec.structs.replace(mistake, path=path, line=node.line, column=node.column)
            )

    def add(self, mistake: Mistake) -> None:
        """Note a mistake that knows only its path; it stands where the nearest written part of that path does."""
        path = mistake.path
        while path and path not in self._at:
            path = _LAST.sub("", path)
        line, column = self._at.get(path, (1, 1) if self._at and min(self._at.values())[0] else (0, 0))
        if not self.full:
            self.mistakes.append(mistake.standing_at(line, column))
