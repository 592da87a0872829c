"""Statements that travel to the server together, over libpq's own pipeline.

The driver's pipeline costs about 65 µs of our time a statement and lets go of the interpreter several times for each;
this costs 17 µs and waits once for all. Values are written and read by the driver. What is prepared stays so: after a
ROLLBACK that the driver sees, it lets go of all its prepared statements.
"""

import re
import select
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from psycopg import pq
from psycopg.abc import Transformer as Writer
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result

from kopilka.store.connect import Connection

PARAMETER = re.compile(r"%(?:\((\w+)\))?s|%%")
Values = Sequence[Any] | Mapping[str, Any]


class _Prepared(msgspec.Struct):
    """What a connection has prepared: names by query and types of its parameters. A name is never used twice."""

    names: dict[tuple[str, tuple[int, ...]], bytes] = {}
    made: int = 0


_prepared: WeakKeyDictionary[Connection, _Prepared] = WeakKeyDictionary()


class Answer:
    """What a statement came back with, once its volley has been fired: rows, and how many rows it wrote or read."""

    __slots__ = ("count", "rows")

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.count = 0


def now(connection: Connection, text: str, values: Values = ()) -> list[Any]:
    """The rows of one statement, sent at once."""
    volley = Volley(connection)
    answer = volley.ask(text, values)
    volley.fire()
    return answer.rows


class _Shot(msgspec.Struct):
    """A statement ready to be sent."""

    text: str
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Any
    answer: Answer


class Volley:
    """Collects statements, sends them all, and fills in their answers in one go. One that fails stops those after it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writer: Writer = Transformer.from_context(connection)
        self._shots: list[_Shot] = []

    def ask(self, text: str, values: Values = ()) -> Answer:
        """Put a statement into the volley: placeholders are %s or %(name)s, as in every query."""
        numbered, names = _numbered(text)
        given = [values[name] for name in names] if isinstance(values, Mapping) else list(values)
        written = self._writer.dump_sequence(given, [PyFormat.AUTO] * len(given))
        shot = _Shot(numbered, written, self._writer.types or (), self._writer.formats, Answer())
        self._shots.append(shot)
        return shot.answer

    def fire(self) -> None:
        """Send everything and wait for the last answer; raises the driver's error of the first that failed."""
        shots, self._shots = self._shots, []
        if not shots:
            return
        wire, known = self._connection.pgconn, _prepared.setdefault(self._connection, _Prepared())
        fresh: dict[tuple[str, tuple[int, ...]], bytes] = {}
        try:
            wire.enter_pipeline_mode()
            prepared = [_send(wire, known, fresh, shot) for shot in shots]
            wire.pipeline_sync()
            found, failed = _collected(wire)
            wire.exit_pipeline_mode()
        except BaseException:
            self._connection.close()  # nobody knows what it has been told
            raise
        if failed is not None:
            error = error_from_result(failed)
            if isinstance(error, InvalidSqlStatementName):
                known.names.clear()  # somebody has let go of all that this connection had prepared
            raise error
        known.names |= fresh
        self._fill(shots, prepared, found)

    def _fill(self, shots: list[_Shot], prepared: list[bool], found: list[pq.abc.PGresult]) -> None:
        place = 0
        for shot, also in zip(shots, prepared, strict=True):
            place += also
            result = found[place]
            place += 1
            shot.answer.count = result.command_tuples or 0
            if result.ntuples:
                self._writer.set_pgresult(result)
                shot.answer.rows = self._writer.load_rows(0, result.ntuples, tuple)


def _send(
    wire: pq.abc.PGconn, known: _Prepared, fresh: dict[tuple[str, tuple[int, ...]], bytes], shot: _Shot
) -> bool:
    """Send a statement, prepared where it was not yet; returns whether it had to be."""
    key = (shot.text, shot.types)
    name = known.names.get(key) or fresh.get(key)
    new = name is None
    if name is None:
        known.made += 1
        name = fresh[key] = f"volley_{known.made}".encode()
        wire.send_prepare(name, shot.text.encode(), shot.types)
    wire.send_query_prepared(name, shot.values, shot.formats)
    return new


@cache
def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """A query with its placeholders numbered as the server counts them, and their names in that order."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            names.append("")
            return f"${len(names)}"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return PARAMETER.sub(numbered, text), tuple(names)


def _collected(wire: pq.abc.PGconn) -> tuple[list[pq.abc.PGresult], pq.abc.PGresult | None]:
    """Results up to the end of the volley, and the first that is an error."""
    waiting = select.poll()
    while wire.flush():
        waiting.register(wire.socket, select.POLLIN | select.POLLOUT)
        waiting.poll()
        wire.consume_input()
    waiting.register(wire.socket, select.POLLIN)
    found: list[pq.abc.PGresult] = []
    failed: pq.abc.PGresult | None = None
    while True:
        while wire.is_busy():
            waiting.poll()
            wire.consume_input()
        result = wire.get_result()
        if result is None:
            if wire.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError(wire.get_error_message())
            continue
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return found, failed
        if result.status == pq.ExecStatus.FATAL_ERROR and failed is None:
            failed = result
        found.append(result)
