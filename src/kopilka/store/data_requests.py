"""Requests about personal data; see `usecases.data_requests.DataRequestStore`."""

from datetime import datetime
from typing import Any

import msgspec

from kopilka.store.connect import Pool
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.data_requests import DataRequest
from kopilka.usecases.members import Act

SQL = queries("data_requests")
_encode = msgspec.json.Encoder().encode
_content = msgspec.json.Decoder(dict[str, Any])


class PostgresDataRequests:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def last(self, connection_id: str, origin_sha256: bytes) -> DataRequest | None:
        return self._one("last", (connection_id, origin_sha256))

    def get(self, request_id: str) -> DataRequest | None:
        return self._one("get", (request_id,))

    def add(self, request: DataRequest, act: Act) -> bool:
        row = (
            request.request_id, request.wish, request.asked_at, request.due_at, request.connection_id,
            request.origin_sha256, request.turn, request.member_id, _encode(request.content).decode(), request.state,
            request.ended_at, request.ended_by, request.reason,
        )  # fmt: skip
        return self._written("add", row, act)

    def end(self, request: DataRequest, act: Act) -> bool:
        row = (request.state, request.ended_at, request.ended_by, request.reason, request.request_id)
        return self._written("end", row, act)

    def page(self, *, ended: bool, member_id: str, limit: int) -> list[DataRequest]:
        wanted = {"member": member_id, "limit": limit}
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["ended" if ended else "open"], wanted).fetchall()
        return [_request(row) for row in rows]

    def waiting(self, now: datetime) -> tuple[int, int]:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["waiting"], (now,)).fetchone()
        return row[0], row[1]

    def _one(self, name: str, parameters: tuple[Any, ...]) -> DataRequest | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL[name], parameters).fetchone()
        return None if row is None else _request(row)

    def _written(self, name: str, row: tuple[Any, ...], act: Act) -> bool:
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(SQL[name], row).rowcount != 1:
                return False
            add_act(connection, act)
        return True


def _request(row: Any) -> DataRequest:
    return DataRequest(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        bytes(row[5]),
        row[6],
        row[7],
        _content.decode(row[8]),
        *row[9:],
    )
