"""Numbers for our ids, and documents of other systems; see `usecases.foreign.ForeignStore`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from kopilka.store.connect import Connection, Packed, Pool
from kopilka.store.queries import queries
from kopilka.store.views import any_case
from kopilka.usecases.foreign import Change, ChangeSearch, Fact, Find, ForeignDocument, Search

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

    def several(self, connection_id: str, kind: str, ids: Sequence[str]) -> list[ForeignDocument]:
        with self._pool.connection() as connection:
            rows = connection.execute(SQL["documents_by_id"], (connection_id, kind, list(ids))).fetchall()
        return [document_of(row) for row in rows]

    def find(self, search: Find) -> tuple[int, list[str]]:
        # Planned for what is asked, never once for all: most conditions ask for nothing.
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["find_documents"], _asked(search), prepare=False).fetchone()
        return row[0], list(row[1])

    def changes(self, search: ChangeSearch) -> tuple[int, list[Change]]:
        wanted = {
            "connection": search.connection_id, "kind": search.kind, "after": search.after, "since": search.since,
            "until": search.until, "ids": _listed(search.ids), "sites": _listed(search.sites), "skip": search.skip,
            "limit": search.limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["count_changes"], wanted, prepare=False).fetchone()
            rows: Any = connection.execute(SQL["changes"], wanted, prepare=False).fetchall()
        return row[0], [_change(*each) for each in rows]

    def forget_changes(self, before: datetime) -> int:
        with self._pool.connection() as connection:
            return connection.execute(SQL["forget_changes"], (before,)).rowcount

    def by_receipt(self, receipt_id: str) -> list[ForeignDocument]:
        with self._pool.connection() as connection:
            return [
                document_of(r)
                for r in connection.execute(SQL["documents_of_receipt"], (receipt_id,)).fetchall()
            ]

    def put(self, document: ForeignDocument, at: datetime, changes: Sequence[Change] = ()) -> bool:
        row = {
            "connection": document.connection_id, "kind": document.kind, "id": document.id, "member": document.member_id,
            "receipt": document.receipt_id, "state": document.state, "content": encoded(document.content),
            "changed": document.changed_at, "at": at, "revision": document.revision,
        }  # fmt: skip
        statement = SQL["change_document" if document.revision else "add_document"]
        with self._pool.connection() as connection:
            if not changes:
                return connection.execute(statement, row).rowcount == 1
            with connection.transaction():
                # Numbers are given by one writer after another, each until its commit: who reads on from a number
                # misses nothing.
                connection.execute(SQL["lock_changes"], row)
                if connection.execute(statement, row).rowcount != 1:
                    return False
                connection.execute(SQL["add_changes"], {**row, "changes": _changed(changes)})
        return True


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


def _asked(search: Find) -> dict[str, Any]:
    texts = [
        {
            "names": each.names, "pattern": any_case(each.text) if each.text else None, "digits": each.digits,
            "beside": each.beside,
        }
        for each in search.texts
    ]  # fmt: skip
    return {
        "connection": search.connection_id, "kind": search.kind, "state": search.state, "ids": _listed(search.ids),
        "sites": _listed(search.sites), "facts": packed_or_none(fact_rows(search.facts)), "texts": packed_or_none(texts),
        "moment": search.moment, "since": search.since, "until": search.until, "by_moment": search.by_moment,
        "beside": search.beside, "strangers": search.strangers, "skip": search.skip, "limit": search.limit,
    }  # fmt: skip


def fact_rows(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Facts as a query takes them."""
    return [
        {"path": each.path, "texts": each.texts, "other": each.other, "absent": each.absent, "truths": _truths(each), "any_case": each.any_case}
        for each in facts
    ]  # fmt: skip


def packed_or_none(rows: Sequence[object]) -> Packed | None:
    """Rows as a parameter; None where nothing is asked."""
    return Packed(msgspec.json.encode(rows)) if rows else None


def _truths(fact: Fact) -> list[str]:
    said = {text.lower() for text in fact.texts}
    return [name for name, digit in (("true", "1"), ("false", "0")) if said & {name, digit}]


def _listed(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def _changed(changes: Sequence[Change]) -> Packed:
    rows = [
        {"field": each.field, "content": {"old": each.old, "new": each.new, "facts": each.facts}} for each in changes
    ]  # fmt: skip
    return Packed(_encode(rows))


def _change(*row: Any) -> Change:
    number, id_, field, content, changed_at = row
    told = _content.decode(content)
    return Change(field, told["old"], told["new"], told["facts"], number, id_, changed_at)
