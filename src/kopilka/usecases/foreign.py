"""What other systems call things: whole numbers for our ids, and their own documents as they wrote them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

PARKED = "parked"
"""The state of a document that waits for its member to become known."""
_encode = msgspec.json.Encoder().encode


class ForeignDocument(msgspec.Struct, frozen=True):
    """A document of another system: `kind` and `id` are its words. `content` is what it said, decoded JSON with decimals
    as `Decimal`; `changed_at` is when it changed there. `revision` 0: not written yet.
    """

    connection_id: str
    kind: str
    id: str
    content: Mapping[str, Any]
    changed_at: datetime
    member_id: str = ""
    receipt_id: str = ""
    state: str = ""
    revision: int = 0
    written_at: datetime | None = None


class Search(msgspec.Struct, frozen=True):
    """Which documents of a kind, in the order of their last writing: empty texts ask for all, `after` is the (written_at,
    id) of the last one seen.
    """

    connection_id: str
    kind: str
    state: str = ""
    member_id: str = ""
    after: tuple[datetime, str] | None = None
    limit: int = 50


class Fact(msgspec.Struct, frozen=True):
    """A fact of a document: what stands at `path` of its content, or at `other`, is one of `texts`. A truth is `1` or
    `true`, a falsehood `0` or `false`; with `absent` nothing at all, or an empty text, will do as well. `any_case` has no
    regard to capital Latin letters; `texts` are in small ones then.
    """

    path: tuple[str, ...]
    texts: tuple[str, ...]
    other: tuple[str, ...] = ()
    absent: bool = False
    any_case: bool = False


class Within(msgspec.Struct, frozen=True):
    """A text in any case that stands within the values of up to five names of a document's content, joined by spaces; or
    `digits` that stand within one of its phones (`phone`, or `number` of one of `phones`), written with its country.
    `beside` looks in the document beside.
    """

    names: tuple[str, ...] = ()
    text: str = ""
    digits: str = ""
    beside: bool = False


class Find(msgspec.Struct, frozen=True):
    """Which documents of a kind, written last first: what is empty or None asks for nothing. `sites` stand before the
    first colon of an id. `since` and `until` (both included) are about a `moment` of the content, else about the change
    there; `by_moment` lists the newest moment first. `beside` is a kind: only documents beside which there is one of that
    kind with the same id. `strangers` leaves out those whose id behind this prefix is an `external` identifier.
    """

    connection_id: str
    kind: str
    state: str = ""
    ids: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    facts: tuple[Fact, ...] = ()
    texts: tuple[Within, ...] = ()
    moment: str = ""
    since: datetime | None = None
    until: datetime | None = None
    by_moment: bool = False
    beside: str = ""
    strangers: str = ""
    skip: int = 0
    limit: int = 50


class Change(msgspec.Struct, frozen=True):
    """What changed in a document with one writing of it: a field, its old and its new value, and `facts` that tell more
    of it. Numbers grow in the order in which readers come to see them.
    """

    field: str
    old: Any = None
    new: Any = None
    facts: Mapping[str, Any] = {}
    number: int = 0
    id: str = ""
    changed_at: datetime | None = None


class ChangeSearch(msgspec.Struct, frozen=True):
    """Which changes of documents of a kind, oldest first: those behind a number, within moments (both included), of some
    documents, of some `sites` (what stands before the first colon of an id); None for all.
    """

    connection_id: str
    kind: str
    after: int = 0
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    skip: int = 0
    limit: int = 50


class ForeignStore(Protocol):
    """Where numbers and documents are kept."""

    def numbers(self, kind: str, ids: Sequence[str]) -> dict[str, int]:
        """The numbers of ids; those that have none get one, for ever."""
        ...

    def ids(self, kind: str, numbers: Sequence[int]) -> dict[int, str]:
        """What numbers mean."""
        ...

    def known(self, kind: str, limit: int) -> dict[str, int]:
        """Ids that have a number, and it, oldest first."""
        ...

    def document(self, connection_id: str, kind: str, id_: str) -> ForeignDocument | None:
        """A document."""
        ...

    def documents(self, search: Search) -> list[ForeignDocument]:
        """Documents of a kind."""
        ...

    def several(self, connection_id: str, kind: str, ids: Sequence[str]) -> list[ForeignDocument]:
        """Documents by id."""
        ...

    def find(self, search: Find) -> tuple[int, list[str]]:
        """How many documents there are on all pages, and the ids of the page."""
        ...

    def changes(self, search: ChangeSearch) -> tuple[int, list[Change]]:
        """How many changes there are on all pages, and those of the page."""
        ...

    def forget_changes(self, before: datetime) -> int:
        """Delete changes that are older; returns how many."""
        ...

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        """The documents that a receipt was made from."""
        ...

    def put(self, document: ForeignDocument, at: datetime, changes: Sequence[Change] = ()) -> bool:
        """Write a document with its changes; False, and nothing written, where its revision is not the stored one any
        more (0: there is none).
        """
        ...


class Foreign:
    """The verbs. Numbers once read are remembered: they never change."""

    REMEMBERED_MAX = 100_000
    KEPT = timedelta(days=90)
    """How long it is remembered what changed in documents."""

    def __init__(self, store: ForeignStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._numbers: dict[tuple[str, str], int] = {}

    def number(self, kind: str, id_: str) -> int:
        """The number of an id; a new one where it has none."""
        return self.numbers(kind, [id_])[id_]

    def numbers(self, kind: str, ids: Sequence[str]) -> dict[str, int]:
        """The numbers of ids."""
        missing = sorted({id_ for id_ in ids if (kind, id_) not in self._numbers})
        if missing:
            if len(self._numbers) > self.REMEMBERED_MAX:
                self._numbers.clear()
                missing = sorted(set(ids))
            for id_, number in self._store.numbers(kind, missing).items():
                self._numbers[kind, id_] = number
        return {id_: self._numbers[kind, id_] for id_ in ids}

    def id_of(self, kind: str, number: int | str) -> str | None:
        """What a number means; None for one that was never given (and for a text that is no number)."""
        return self.ids_of(kind, [number]).get(str(number))

    def ids_of(self, kind: str, numbers: Sequence[int | str]) -> dict[str, str]:
        """What numbers mean, by their texts, as far as they were given."""
        texts = {str(number) for number in numbers}
        # The longest that a bigint holds.
        wanted = {text: int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18}  # noqa: PLR2004
        found = self._store.ids(kind, sorted(set(wanted.values()))) if wanted else {}
        return {text: found[number] for text, number in wanted.items() if number in found}

    def known(self, kind: str, limit: int = 1_000) -> dict[str, int]:
        """The ids of a kind that have a number, oldest first."""
        return self._store.known(kind, limit)

    def document(self, connection_id: str, kind: str, id_: str) -> ForeignDocument | None:
        """A document."""
        return self._store.document(connection_id, kind, id_)

    def documents(self, search: Search) -> list[ForeignDocument]:
        """Documents of a kind in the order of their last writing."""
        return self._store.documents(search)

    def several(self, connection_id: str, kind: str, ids: Sequence[str]) -> dict[str, ForeignDocument]:
        """Documents by id, as far as there are such."""
        return {each.id: each for each in self._store.several(connection_id, kind, ids)} if ids else {}

    def find(self, search: Find) -> tuple[int, list[ForeignDocument]]:
        """How many documents there are on all pages, and those of the page."""
        total, ids = self._store.find(search)
        found = self.several(search.connection_id, search.kind, ids)
        return total, [found[id_] for id_ in ids if id_ in found]

    def changes(self, search: ChangeSearch) -> tuple[int, list[Change]]:
        """How many changes there are on all pages, and those of the page."""
        return self._store.changes(search)

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        """The documents that a receipt was made from, whichever connection brought them."""
        return self._store.by_receipt(receipt_id)

    def put(self, document: ForeignDocument, changes: Sequence[Change] = ()) -> bool:
        """Write a document that was read as it is now, with what changed in it; False where somebody else wrote it
        meanwhile: read again.
        """
        return self._store.put(document, self._clock(), changes)

    def forget(self) -> int:
        """Delete what changed long ago; returns how many changes."""
        return self._store.forget_changes(self._clock() - self.KEPT)
