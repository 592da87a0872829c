"""YAML 1.2 text to a tree with line numbers; scalars stay the texts that were written.

Built from the parser's events, so that nothing is resolved behind our back. Aliases are allowed, but what they
repeat is counted, and a text that multiplies itself is refused.
"""

from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kopilka.core.programme.mistakes import Mistake
from kopilka.core.programme.tree import Items, Node, Text
from kopilka.core.programme.written import DEPTH_MAX, VALUES_MAX, Pairs, UnreadableError, Written

_PLAIN_TAGS = frozenset(
    (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
)


def read_yaml(text: str) -> Written:
    """The tree of a YAML text; one that cannot be read is an UnreadableError."""
    composer = _Composer()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            composer.take(event)
    except MarkedYAMLError as error:
        raise _unreadable(error) from error
    except (YAMLError, ValueError, IndexError, TypeError, AttributeError, AssertionError) as error:
        # The parser meets some broken texts with errors of its own making; where in the text it does not say.
        raise _nowhere(error, text) from error
    return composer.written()


class _Whole(msgspec.Struct, frozen=True):
    """A finished node with the number of values in it and how deep they go."""

    node: Node
    size: int = 1
    height: int = 0


class _Open:
    """A list or mapping whose end has not come yet."""

    def __init__(self, event: Any, pairs: Pairs | None) -> None:
        self.line, self.column = _place(event)
        self.anchor: str | None = event.anchor
        self.pairs = pairs
        self.key: Text | None = None
        self.items: list[Node] = []
        self.size = 1
        self.height = 0

    def add(self, whole: _Whole) -> None:
        self.size += whole.size
        self.height = max(self.height, whole.height + 1)
        if self.pairs is None:
            self.items.append(whole.node)
        elif self.key is not None:
            self.pairs.add(self.key, whole.node)
            self.key = None
        elif isinstance(whole.node, Text):
            self.key = whole.node
        else:
            raise UnreadableError("bad_key", whole.node.line, whole.node.column)

    def closed(self) -> _Whole:
        node: Node
        if self.pairs is None:
            node = Items(self.line, self.column, tuple(self.items))
        else:
            node = self.pairs.table(self.line, self.column)
        return _Whole(node, self.size, self.height)


class _Composer:
    """Events to one tree."""

    def __init__(self) -> None:
        self._root: Node | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Whole] = {}
        self._documents = 0
        self._values = 0
        self._mistakes: list[Mistake] = []

    def written(self) -> Written:
        if self._root is None:
            raise UnreadableError("empty_document")
        return Written(self._root, tuple(self._mistakes))

    def take(self, event: Event) -> None:
        """The next event."""
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise UnreadableError("several_documents", *_place(event))
            case ScalarEvent():
                _check_tag(event)
                plain = not event.style and not event.tag
                self._add(_Whole(Text(*_place(event), event.value, plain)), event, event.anchor)
            case AliasEvent():
                self._add(self._aliased(event), event, None)
            case SequenceStartEvent():
                self._open(event, None)
            case MappingStartEvent():
                self._open(event, Pairs(self._mistakes))
            case SequenceEndEvent() | MappingEndEvent():
                last = self._stack.pop()
                self._values -= last.size - 1
                self._add(last.closed(), event, last.anchor)
            case _:
                pass

    def _open(self, event: Any, pairs: Pairs | None) -> None:
        _check_tag(event)
        if len(self._stack) >= DEPTH_MAX:
            raise UnreadableError("too_deep", *_place(event), most=DEPTH_MAX)
        self._stack.append(_Open(event, pairs))

    def _add(self, whole: _Whole, event: Event, anchor: str | None) -> None:
        self._values += whole.size
        if self._values > VALUES_MAX:
            raise UnreadableError("too_many_values", *_place(event), most=VALUES_MAX)
        if len(self._stack) + whole.height > DEPTH_MAX:
            raise UnreadableError("too_deep", *_place(event), most=DEPTH_MAX)
        if anchor:
            self._anchors[anchor] = whole
        if self._stack:
            self._stack[-1].add(whole)
        else:
            self._root = whole.node

    def _aliased(self, event: Any) -> _Whole:
        name = str(event.anchor)
        if any(level.anchor == name for level in self._stack):
            raise UnreadableError("looping_alias", *_place(event), key=name)
        if name not in self._anchors:
            raise UnreadableError("unknown_alias", *_place(event), key=name)
        return self._anchors[name]


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _check_tag(event: Any) -> None:
    tag = None if event.tag is None else str(event.tag)
    if tag not in _PLAIN_TAGS:
        raise UnreadableError("tag_not_used", *_place(event), key=tag or "")


def _unreadable(error: MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = str(error.problem or error.context or "")
    if "'\\t'" in problem:
        return UnreadableError("tab", line, column, hint="use_spaces")
    return UnreadableError("syntax", line, column, hint="check_syntax", problem=problem)


def _nowhere(error: Exception, text: str) -> UnreadableError:
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return UnreadableError("syntax", hint="check_syntax", problem=type(error).__name__)
    line = text.count("\n", 0, position) + 1
    return UnreadableError("bad_character", line, position - text.rfind("\n", 0, position))
