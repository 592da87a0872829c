"""What other systems call things: whole numbers for our ids, and their own documents as they wrote them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
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

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        """The documents that a receipt was made from."""
        ...

    def put(self, document: ForeignDocument, at: datetime) -> bool:
        """Write a document; False, and nothing written, where its revision is not the stored one any more (0: there is
        none).
        """
        ...


class Foreign:
    """The verbs. Numbers once read are remembered: they never change."""

    REMEMBERED_MAX = 100_000

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
        text = str(number)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - bigint
            return None
        return self._store.ids(kind, [int(text)]).get(int(text))

    def known(self, kind: str, limit: int = 1_000) -> dict[str, int]:
        """The ids of a kind that have a number, oldest first."""
        return self._store.known(kind, limit)

    def document(self, connection_id: str, kind: str, id_: str) -> ForeignDocument | None:
        """A document."""
        return self._store.document(connection_id, kind, id_)

    def documents(self, search: Search) -> list[ForeignDocument]:
        """Documents of a kind in the order of their last writing."""
        return self._store.documents(search)

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        """The documents that a receipt was made from, whichever connection brought them."""
        return self._store.by_receipt(receipt_id)

    def put(self, document: ForeignDocument) -> bool:
        """Write a document that was read as it is now; False where somebody else wrote it meanwhile: read again."""
        return self._store.put(document, self._clock())
