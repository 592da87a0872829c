"""Parts of uploaded files; see `usecases.uploads.UploadStore`."""

from datetime import datetime
from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.uploads import FileKey, UploadedFile

SQL = queries("uploads")


class PostgresUploads:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add_part(self, key: FileKey, content: bytes, digest: bytes, at: datetime, most: int) -> bool:
        row: dict[str, Any] = {**_names(key), "at": at}
        with self._pool.connection() as connection, connection.transaction():
            begun: Any = connection.execute(SQL["begin"], row).fetchone()
            if begun[0]:
                connection.execute(SQL["restart"], row)
            found: Any = connection.execute(SQL["size"], row).fetchone()
            if found[0] + len(content) > most:
                return False
            row |= {"part": found[1] + 1, "sha256": digest, "content": content}
            connection.execute(SQL["add_part"], row)
            return True

    def files(self, connection_id: str, session: str) -> list[UploadedFile]:
        rows: Any = self._all("files", (connection_id, session))
        return [UploadedFile(*row) for row in rows]

    def parts(self, key: FileKey) -> list[int]:
        return [row[0] for row in self._all("parts", (key.connection_id, key.session, key.name))]

    def part(self, key: FileKey, number: int) -> bytes:
        rows = self._all("part", (key.connection_id, key.session, key.name, number))
        return bytes(rows[0][0]) if rows else b""

    def move(self, key: FileKey, file: UploadedFile, at: datetime) -> None:
        row = {**_names(key), "done": file.done, "finished": file.finished, "note": file.note, "at": at}
        with self._pool.connection() as connection:
            connection.execute(SQL["move"], row)

    def empty(self, key: FileKey) -> None:
        with self._pool.connection() as connection:
            connection.execute(SQL["empty"], (key.connection_id, key.session, key.name))

    def drop(self, key: FileKey) -> None:
        with self._pool.connection() as connection:
            connection.execute(SQL["drop"], _names(key))

    def forget_session(self, connection_id: str, session: str) -> None:
        with self._pool.connection() as connection:
            connection.execute(SQL["forget_session"], {"connection": connection_id, "session": session})

    def forget(self, before: datetime) -> int:
        with self._pool.connection() as connection:
            return connection.execute(SQL["forget"], {"before": before}).rowcount

    def _all(self, name: str, parameters: tuple[Any, ...]) -> list[Any]:
        with self._pool.connection() as connection:
            return list(connection.execute(SQL[name], parameters).fetchall())


def _names(key: FileKey) -> dict[str, Any]:
    return {"connection": key.connection_id, "session": key.session, "name": key.name}
