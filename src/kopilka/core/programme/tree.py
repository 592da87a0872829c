"""A document as it was written: mappings, lists and texts with their places. Neutral to YAML and JSON.

Scalars stay exactly what was written (`14:00`, `010`, `no`, `1.00`, `30%`); each field reads them its own way.
"""

import msgspec


class Text(msgspec.Struct, frozen=True, gc=False):
    """A scalar; `plain` ones (not quoted) may mean nothing (`null`, `~`)."""

    line: int
    column: int
    text: str
    plain: bool = True

    @property
    def nothing(self) -> bool:
        """Whether this says that there is no value."""
        return self.plain and self.text in _NOTHING


class Items(msgspec.Struct, frozen=True):
    """A list."""

    line: int
    column: int
    items: "tuple[Node, ...]"


class Entry(msgspec.Struct, frozen=True):
    """One key of a mapping and what stands under it."""

    key: Text
    value: "Node"


class Table(msgspec.Struct, frozen=True):
    """A mapping, in the order written; its keys are unique."""

    line: int
    column: int
    entries: tuple[Entry, ...]

    def get(self, key: str) -> "Node | None":
        """What stands under a key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)


Node = Text | Items | Table
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))


def tree(value: object) -> Node:
    """The tree of a plain JSON-able value, as `to_document` makes it; it stands at no line."""
    match value:
        case dict():
            return Table(
                0,
                0,
                tuple(Entry(Text(0, 0, str(key), plain=False), tree(under)) for key, under in value.items()),
            )
        case list() | tuple():
            return Items(0, 0, tuple(tree(item) for item in value))
        case bool():
            return Text(0, 0, "true" if value else "false")
        case None:
            return Text(0, 0, "null")
        case str():
            return Text(0, 0, value, plain=False)
        case _:
            return Text(0, 0, str(value))


def plain(node: Node) -> object:
    """Mappings, lists and texts without their places; the opposite of `tree` but for scalars, which stay texts."""
    match node:
        case Table():
            return {entry.key.text: plain(entry.value) for entry in node.entries}
        case Items():
            return [plain(item) for item in node.items]
        case Text():
            return None if node.nothing else node.text
