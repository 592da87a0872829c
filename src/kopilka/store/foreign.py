"""Numbers for our ids, and documents of other systems; see `usecases.foreign.ForeignStore`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.store.connect import Connection, Pool
from kopilka.store.queries import queries
from kopilka.usecases.foreign import ForeignDocument, Search

SQL = queries("foreign")
_content = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encode = msgspec.json.Encoder(decimal_format="number").encode


class PostgresForeign:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def numbers(self, kind: str, ids: Sequence[str]) -> dict[str, int]:
        wanted = {"kind": kind, "ids": sorted(set(ids))}
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["numbers"], wanted).fetchall()
            missing = sorted(set(ids).difference(row[0] for row in rows))
            if missing:
                with connection.transaction():
                    give_numbers(connection, kind, missing)
                rows = connection.execute(SQL["numbers"], wanted).fetchall()
        return dict(rows)

    def ids(self, kind: str, numbers: Sequence[int]) -> dict[int, str]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["ids"], {"kind": kind, "numbers": list(numbers)}).fetchall()
        return dict(rows)

    def known(self, kind: str, limit: int) -> dict[str, int]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["known"], {"kind": kind, "limit": limit}).fetchall()
        return dict(rows)

    def document(self, connection_id: str, kind: str, id_: str) -> ForeignDocument | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["document"], (connection_id, kind, id_)).fetchone()
        return None if row is None else document_of(row)

    def documents(self, search: Search) -> list[ForeignDocument]:
        at, last = search.after or (None, "")
        wanted = {
            "connection": search.connection_id, "kind": search.kind, "state": search.state, "member": search.member_id,
            "at": at, "last": last, "limit": search.limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            return [document_of(row) for row in connection.execute(SQL["documents"], wanted).fetchall()]

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        with self._pool.connection() as connection:
            return [
                document_of(r)
                for r in connection.execute(SQL["documents_of_receipt"], (receipt_id,)).fetchall()
            ]

    def put(self, document: ForeignDocument, at: datetime) -> bool:
        row = {
            "connection": document.connection_id, "kind": document.kind, "id": document.id, "member": document.member_id,
            "receipt": document.receipt_id, "state": document.state, "content": encoded(document.content),
            "changed": document.changed_at, "at": at, "revision": document.revision,
        }  # fmt: skip
        with self._pool.connection() as connection:
            return (
                connection.execute(
                    SQL["change_document" if document.revision else "add_document"], row
                ).rowcount
                == 1
            )


def encoded(content: Mapping[str, Any]) -> str:
    """A document's content as it is stored."""
    return _encode(content).decode()


def give_numbers(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Numbers for ids that have none, both ways, in the transaction that is open."""
    connection.execute(SQL["give_numbers"], {"kind": kind, "ids": list(ids)})
    connection.execute(SQL["note_numbers"], {"kind": kind, "ids": list(ids)})


def document_of(row: Any) -> ForeignDocument:
    """A document of the columns that every query of documents begins with."""
    return ForeignDocument(row[0], row[1], row[2], _content.decode(row[3]), *row[4:10])
