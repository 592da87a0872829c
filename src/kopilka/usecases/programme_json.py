"""JSON text to a tree with line numbers; numbers stay the texts that were written."""

import json
import re
from bisect import bisect_right

from kopilka.core.programme.mistakes import Mistake
from kopilka.core.programme.tree import Items, Node, Text
from kopilka.core.programme.written import DEPTH_MAX, VALUES_MAX, Pairs, UnreadableError, Written

_SPACE = re.compile(r"[ \t\r\n]*")
_BARE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_STRINGS = json.JSONDecoder()


def read_json(text: str) -> Written:
    """The tree of a JSON text; one that breaks off is an UnreadableError."""
    return _Json(text).read()


class _Json:
    """One reading under way: `_at` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._left = VALUES_MAX
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._mistakes: list[Mistake] = []

    def read(self) -> Written:
        root = self._value(1)
        self._skip()
        if self._at < len(self._text):
            raise self._wrong("something follows the end")
        return Written(root, tuple(self._mistakes))

    def _place(self) -> tuple[int, int]:
        line = bisect_right(self._starts, self._at)
        return line, self._at - self._starts[line - 1] + 1

    def _wrong(self, problem: str) -> UnreadableError:
        return UnreadableError("syntax", *self._place(), hint="check_syntax", problem=problem)

    def _skip(self) -> str:
        """Skip space; the character that follows, empty at the end."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> None:
        if self._skip() != wanted:
            raise self._wrong(f"expected {wanted!r}")
        self._at += 1

    def _value(self, depth: int) -> Node:
        first = self._skip()
        self._left -= 1
        if self._left < 0:
            raise UnreadableError("too_many_values", *self._place(), most=VALUES_MAX)
        if depth > DEPTH_MAX:
            raise UnreadableError("too_deep", *self._place(), most=DEPTH_MAX)
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._array(depth)
        if first == '"':
            return self._string()
        line, column = self._place()
        found = _BARE.match(self._text, self._at)
        if found is None:
            raise self._wrong("expected a value")
        self._at = found.end()
        return Text(line, column, found[0])

    def _string(self) -> Text:
        line, column = self._place()
        try:
            text, self._at = _STRINGS.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            raise self._wrong(error.msg) from error
        return Text(line, column, text, plain=False)

    def _object(self, depth: int) -> Node:
        line, column = self._place()
        pairs = Pairs(self._mistakes)
        self._at += 1
        while self._skip() != "}":
            if self._skip() != '"':
                raise self._wrong("expected a key in double quotes")
            key = self._string()
            self._take(":")
            pairs.add(key, self._value(depth + 1))
            if self._skip() != "}":
                self._take(",")
                if self._skip() == "}":
                    raise self._wrong("a comma before the closing bracket")
        self._at += 1
        return pairs.table(line, column)

    def _array(self, depth: int) -> Node:
        line, column = self._place()
        items = []
        self._at += 1
        while self._skip() != "]":
            items.append(self._value(depth + 1))
            if self._skip() != "]":
                self._take(",")
                if self._skip() == "]":
                    raise self._wrong("a comma before the closing bracket")
        self._at += 1
        return Items(line, column, tuple(items))
