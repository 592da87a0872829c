"""Erasing persons; see `usecases.erase_member.ErasureStore`. Whatever names a person is looked for in every table of the
schema personal, in addresses of calls, and in documents that say nothing of whose they are.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import msgspec

from kopilka.store.batch import PostgresBatch, opened
from kopilka.store.connect import Connection, Pool
from kopilka.store.foreign import document_of, encoded
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.erase_member import Deletion, Forget, OpenRequest, Stakes
from kopilka.usecases.erasure_act import ErasureAct
from kopilka.usecases.members import Act
from kopilka.usecases.ports import Found
from kopilka.usecases.traces import Names, named_in

SQL = {**queries("members"), **queries("erasures")}
FACTS = ("name", "phone", "email", "birthday", "zone", "attributes")
Key = tuple[str, str, str]
_encode = msgspec.json.Encoder(order="sorted").encode
_counts = msgspec.json.Decoder(dict[str, int])


class Trace(msgspec.Struct, frozen=True):
    """What was found before anything was locked: by what the member is named, and where."""

    names: Names = Names()
    pattern: str = ""
    documents: tuple[Key, ...] = ()
    bodies: int = 0
    keys: tuple[str, ...] = ()


class PostgresErasures:
    """Opens erasures on pooled connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def batch(self) -> AbstractContextManager["PostgresErasing"]:
        """A transaction that is undone unless `write` ended it."""
        return opened(self._pool, PostgresErasing)

    def act_of(self, member_id: str) -> ErasureAct | None:
        return next(iter(self._acts("act_of", member_id)), None)

    def act(self, act_id: str) -> ErasureAct | None:
        return next(iter(self._acts("act", act_id)), None)

    def acts(self, limit: int) -> list[ErasureAct]:
        return self._acts("acts", limit)

    def _acts(self, name: str, asked: object) -> list[ErasureAct]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL[name], (asked,)).fetchall()
        return [_act(row) for row in rows]

    def place(self, member_id: str) -> Found | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["place"], (member_id,)).fetchone()
        return None if row is None else Found(*row)

    def stakes(self, place: Found) -> Stakes:
        whole = (place.bucket, place.holder_id)
        mine = (*whole, place.member_id)
        with self._pool.connection() as connection:
            others: Any = connection.execute(SQL["others"], mine).fetchone()
            held = connection.execute(SQL["open_receipts"], mine).rowcount
            coupons = connection.execute(SQL["own_coupons"], whole).rowcount
        return Stakes(others[0] == 0, held, 0 if others[0] else coupons)

    def sweep(self, forgetting: Callable[[str], Forget | None], at: datetime) -> int:
        with self._pool.connection() as connection:
            stray: Any = connection.execute(SQL["stray"]).fetchall()
            done = 0
            for (member_id,) in stray:
                with connection.transaction():
                    names = _names(connection, member_id)
                    trace = Trace(names, names.pattern())
                    done += sum(_erase_rows(connection, member_id, trace).values())
                    done += sum(_erase_documents(connection, member_id, (), forgetting, at).values())
        return done


class PostgresErasing(PostgresBatch):
    """See `usecases.erase_member.ErasingBatch`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._trace = Trace()

    def trace(self, place: Found, at: datetime) -> None:
        run = self._connection.execute
        names = _names(self._connection, place.member_id)
        pattern, digests = names.pattern(), names.digests()
        said: list[Any] = []
        if pattern:
            owned = {"bucket": place.bucket, "holder": place.holder_id, "pattern": pattern}
            said = run(SQL["traced_keys"], owned).fetchall()
        keys: list[Any] = []
        if digests:
            keys = run(SQL["traced"], {"digests": digests, "pattern": pattern}).fetchall()
        bodies = run(SQL["empty_deliveries"]).rowcount
        waiting: list[Any] = run(SQL["waiting_deliveries"]).fetchall()
        named = named_in([bytes(row[2]) for row in waiting], pattern)
        mine = [row for row, theirs in zip(waiting, named, strict=True) if theirs]
        if mine:
            rows = {"at": at, "connections": [row[0] for row in mine], "deliveries": [row[1] for row in mine]}
            bodies += run(SQL["drop_deliveries"], rows).rowcount
        found = tuple((row[0], row[1], row[2]) for row in keys)
        self._trace = Trace(names, pattern, found, bodies, tuple(row[0] for row in said))

    def open_receipts(self, place: Found) -> list[str]:
        return self._column("open_receipts", (place.bucket, place.holder_id, place.member_id))

    def own_coupons(self, place: Found) -> list[str]:
        return self._column("own_coupons", (place.bucket, place.holder_id))

    def requests(self, member_id: str) -> list[OpenRequest]:
        rows: Any = self._connection.execute(SQL["requests"], (member_id,)).fetchall()
        return [OpenRequest(*row) for row in rows]

    def next_number(self) -> int:
        row: Any = self._connection.execute(SQL["next_number"]).fetchone()
        return int(row[0])

    def erase(self, deletion: Deletion) -> dict[str, int]:
        place, trace, run = deletion.place, self._trace, self._connection.execute
        whole = (place.bucket, place.holder_id, place.member_id)
        tags: Any = run(SQL["count_tags"], whole).fetchone()
        counts = Counter({"tags": tags[0], "deliveries": trace.bodies})
        counts.update(_erase_rows(self._connection, deletion.member_id, trace))
        counts.update(
            _erase_documents(
                self._connection, deletion.member_id, trace.documents, deletion.forgetting, deletion.at
            )
        )
        run(SQL["drop_keys"], (list(trace.keys),))
        run(SQL["erase_member"], whole)
        run(
            SQL["end_requests"],
            {"member": deletion.member_id, "at": deletion.at, "actor": deletion.actor},
        )
        return {name: count for name, count in sorted(counts.items()) if count}

    def keep(self, act: ErasureAct, log: Act) -> None:
        row = (
            act.act_id, act.number, act.member_id, act.ground, act.asked_at, act.actor, act.erased_at, act.alone,
            _encode(act.counts).decode(), _encode(act.points).decode(), list(act.requests), act.connection_id, act.sha256,
        )  # fmt: skip
        self._connection.execute(SQL["add_act"], row)
        add_act(self._connection, log)

    def _column(self, name: str, parameters: Sequence[object]) -> list[str]:
        rows: Any = self._connection.execute(SQL[name], parameters).fetchall()
        return [row[0] for row in rows]


def _names(connection: Connection, member_id: str) -> Names:
    rows: Any = connection.execute(SQL["names"], {"member": member_id}).fetchall()
    return Names(tuple((row[0], row[1]) for row in rows))


def _erase_rows(connection: Connection, member_id: str, trace: Trace) -> Counter[str]:
    """Everything but documents; how many rows of each kind."""
    run, names, counts = connection.execute, trace.names, Counter[str]()
    person: Any = run(SQL["erase_person"], (member_id,)).fetchone()
    counts.update(dict(zip(FACTS, person or (0,) * len(FACTS), strict=True)))
    found: Any = run(SQL["erase_identifiers"], (member_id,)).fetchall()
    counts.update(f"{row[0]}_identifier" for row in found)
    for kind in ("consents", "codes"):
        counts[kind] += run(SQL[f"erase_{kind}"], (member_id,)).rowcount
    run(SQL["erase_code_owner"], (member_id,))
    phones, addresses = names.of("phone"), names.of("phone", "email")
    sent = run(SQL["erase_verifications"], {"member": member_id, "phones": phones}).rowcount
    counts["codes"] += sent
    counts["messages"] += run(SQL["erase_messages"], {"member": member_id, "addresses": addresses}).rowcount
    if trace.pattern:
        named = {"pattern": trace.pattern}
        counts["calls"] += run(SQL["erase_calls"], named).rowcount
        counts["uploads"] += run(SQL["drop_uploads"], named).rowcount
        run(SQL["drop_changes"], named)
        run(SQL["erase_numbers"], named)
    return counts


def _erase_documents(
    connection: Connection, member_id: str, keys: Sequence[Key], forgetting: Callable[[str], Forget | None], at: datetime
) -> Counter[str]:  # fmt: skip
    """Documents as their connectors say: some go, of others something is left that names nobody."""
    wanted = {
        "member": member_id, "connections": [key[0] for key in keys], "kinds": [key[1] for key in keys],
        "ids": [key[2] for key in keys],
    }  # fmt: skip
    rows: Any = connection.execute(SQL["lock_documents"], wanted).fetchall()
    counts: Counter[str] = Counter()
    touched: list[Key] = []
    for row in rows:
        document, rule = document_of(row), forgetting(row[10])
        left = None if rule is None else rule(document)
        if left is None:
            connection.execute(SQL["drop_document"], (document.connection_id, document.kind, document.id))
        elif left == document and document.member_id != member_id:
            continue  # names nobody: only a number in it looks like the person's
        else:
            connection.execute(
                SQL["empty_document"],
                {
                    "connection": document.connection_id, "kind": document.kind, "id": document.id, "member": left.member_id,
                    "receipt": left.receipt_id, "state": left.state, "content": encoded(left.content), "at": at,
                },
            )  # fmt: skip
        counts["documents"] += 1
        touched.append((document.connection_id, document.kind, document.id))
    connection.execute(
        SQL["erase_changes"],
        {
            "member": member_id, "connections": [key[0] for key in touched], "kinds": [key[1] for key in touched],
            "ids": [key[2] for key in touched],
        },
    )  # fmt: skip
    return counts


def _act(row: Any) -> ErasureAct:
    counts, points = _counts.decode(row[8]), _counts.decode(row[9])
    id_, number, member, ground, asked, actor, erased, alone = row[:8]
    return ErasureAct(
        id_, number, member, ground, asked, actor, erased, alone, counts, points, tuple(row[10]), row[11], bytes(row[12])
    )  # fmt: skip
