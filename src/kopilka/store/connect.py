"""Connections set up the same way everywhere: UTC, prepared statements, JSON left as bytes for msgspec."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

import psycopg
from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.types.json import set_json_loads

from kopilka.usecases.ports import StoreUnavailableError

OUTSIDE = ("08", "53", "57")
"""Classes of SQLSTATE that tell of the server's state: connection, resources, an operator's intervention."""
Connection = psycopg.Connection[tuple[object, ...]]


BY_KEY = "".join(
    f" -c {setting}"
    for setting in (
        "enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "plan_cache_mode=force_generic_plan"
    )
)  # fmt: skip
"""The ledger reads and writes by key alone, with plans made once. A planner that is told of a hundred rows would rather
read a small table whole, and keep to that plan while the table grows."""


def connect(conninfo: str, *, name: str = "kopilka", by_key: bool = False) -> Connection:
    """A connection for one thread at a time."""
    connection = psycopg.connect(
        conninfo,
        autocommit=True,
        prepare_threshold=1,
        options="-c timezone=UTC" + (BY_KEY if by_key else ""),
        application_name=name,
    )
    connection.prepared_max = 400
    set_json_loads(_as_bytes, connection)
    connection.adapters.register_dumper(Packed, _PackedDumper)
    return connection


class Packed(bytes):
    """Rows as one JSON parameter, already encoded: travels to the server as it is."""


class _PackedDumper(Dumper):
    oid = adapters.types["json"].oid

    def dump(self, obj: Packed) -> bytes:
        return obj


def _as_bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


class Pool:
    """Connections lent to threads and taken back; a broken one is replaced by a new one."""

    def __init__(self, conninfo: str, name: str = "kopilka", *, by_key: bool = False) -> None:
        self.conninfo = conninfo
        self._name = name
        self._by_key = by_key
        self._idle: SimpleQueue[Connection] = SimpleQueue()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection outside any transaction; whatever was left open is undone. A server that does not answer is a
        StoreUnavailableError; what it says about one statement is not.
        """
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._put(connection)
        except psycopg.OperationalError as error:
            if error.sqlstate is None or error.sqlstate[:2] in OUTSIDE:
                raise StoreUnavailableError(str(error)) from error
            raise

    def _take(self) -> Connection:
        while True:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                return connect(self.conninfo, name=self._name, by_key=self._by_key)
            if not connection.broken and not connection.closed:
                return connection

    def _put(self, connection: Connection) -> None:
        if connection.closed or connection.broken:
            return
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            try:
                connection.rollback()
            except psycopg.Error:
                connection.close()
                return
        self._idle.put(connection)

    def close(self) -> None:
        """Close what is idle."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
