"""Files that another system uploads in parts and then asks us to read step by step. They live as long as the exchange."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

KEPT = timedelta(hours=24)
"""What was not read within this time is deleted: files name people."""
SIZE_MAX = 512 * 2**20
"""The largest file, as it travels."""


class FileKey(msgspec.Struct, frozen=True):
    """Which file: of a connection, within one exchange, by its name there."""

    connection_id: str
    session: str
    name: str


class UploadedFile(msgspec.Struct, frozen=True):
    """A file under way: `done` items have been read; `finished`, and then with what was answered."""

    name: str
    done: int = 0
    finished: bool = False
    note: str = ""


class UploadStore(Protocol):
    """Where parts wait."""

    def add_part(self, key: FileKey, content: bytes, digest: bytes, at: datetime, most: int) -> bool:
        """Append a part, unless the same one came before; a file that was read to its end begins anew. False where the
        file would be larger than `most`.
        """
        ...

    def files(self, connection_id: str, session: str) -> list[UploadedFile]:
        """The files of an exchange by name."""
        ...

    def parts(self, key: FileKey) -> list[int]:
        """The numbers of a file's parts in their order."""
        ...

    def part(self, key: FileKey, number: int) -> bytes:
        """One part."""
        ...

    def move(self, key: FileKey, file: UploadedFile, at: datetime) -> None:
        """Write how far a file has been read; never back."""
        ...

    def empty(self, key: FileKey) -> None:
        """Delete the parts of a file."""
        ...

    def drop(self, key: FileKey) -> None:
        """Delete a file, and how far it was read."""
        ...

    def forget_session(self, connection_id: str, session: str) -> None:
        """Delete an exchange's files."""
        ...

    def forget(self, before: datetime) -> int:
        """Delete files that began before a moment."""
        ...


class Uploads:
    """The verbs."""

    def __init__(self, store: UploadStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def add(self, key: FileKey, content: bytes) -> bool:
        """Append a part. The same part sent again is no second one: no real file has two equal parts. False where the
        file becomes too large.
        """
        return self._store.add_part(key, content, sha256(content).digest(), self._clock(), SIZE_MAX)

    def files(self, connection_id: str, session: str) -> list[UploadedFile]:
        """The files of an exchange by name."""
        return self._store.files(connection_id, session)

    def parts(self, key: FileKey) -> list[int]:
        """The numbers of a file's parts in their order."""
        return self._store.parts(key)

    def part(self, key: FileKey, number: int) -> bytes:
        """One part."""
        return self._store.part(key, number)

    def move(self, key: FileKey, done: int) -> None:
        """So many items of a file have been read."""
        self._store.move(key, UploadedFile(key.name, done), self._clock())

    def finish(self, key: FileKey, done: int, note: str) -> None:
        """A file has been read to its end: its parts go, and a repeat is told the same again."""
        self._store.move(key, UploadedFile(key.name, done, finished=True, note=note), self._clock())
        self._store.empty(key)

    def drop(self, key: FileKey) -> None:
        """Delete a file that cannot be read: it may come anew."""
        self._store.drop(key)

    def begin(self, connection_id: str, session: str) -> None:
        """An exchange begins anew: what it left behind goes, and whatever is too old, of whomever."""
        self._store.forget_session(connection_id, session)
        self.forget()

    def forget(self) -> int:
        """Delete files that nobody has read in time."""
        return self._store.forget(self._clock() - KEPT)
