"""Batches of coupons by COPY, and what screens show of coupons; see `usecases.coupons`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.errors import UniqueViolation

from kopilka.core.member.coupon import BEARER, Coupon
from kopilka.store.connect import Connection, Pool
from kopilka.store.coupon_rows import coupon_of
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.store.rows import coupon_rows
from kopilka.usecases.coupons import CouponBatch, CouponCount, CouponView, Making
from kopilka.usecases.ports import StoreUnavailableError

SQL = queries("coupons")
CODES = "COPY coupon_code (code, bucket, holder_id) FROM STDIN"
COUPONS = (
    "COPY coupon (bucket, holder_id, code, programme, series, state, active_on, last_on, source, issued_at, changed_at)"
    " FROM STDIN"
)
_json = msgspec.json.Encoder()


class PostgresCoupons:
    """See `usecases.coupons.CouponStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def making(self) -> Iterator["CodesUnderWay"]:
        try:
            with self._pool.connection() as connection, connection.transaction():
                yield CodesUnderWay(connection)
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error

    def batch(self, id_: str) -> CouponBatch | None:
        rows = self._all("batch", (id_,))
        return CouponBatch(*rows[0]) if rows else None

    def batches(self, programme: str, series: str, *, after: str, limit: int) -> list[CouponBatch]:
        wanted = {"programme": programme, "series": series, "after": after, "limit": limit}
        return [CouponBatch(*row) for row in self._all("batches", wanted)]

    def codes(self, batch: CouponBatch, now: datetime) -> list[CouponView]:
        rows = self._all("codes_of_batch", (batch.programme, batch.series, batch.batch))
        return [
            CouponView(
                Coupon(
                    code, batch.programme, series, state, "" if holder.startswith(BEARER) else holder, active_on,
                    last_on, source=batch.batch, lapses_at=lapses_at,
                ).at(now)
            )
            for code, series, state, active_on, last_on, holder, lapses_at in rows
        ]  # fmt: skip

    def counts(self, now: datetime) -> list[CouponCount]:
        return [CouponCount(*row) for row in self._all("counts", (now,))]

    def public_uses(self) -> dict[tuple[str, str], int]:
        return {(row[0], row[1].partition(":")[2]): row[2] for row in self._all("public_uses", ())}

    def one(self, code: str, now: datetime) -> CouponView | None:
        rows = self._all("one", (code,))
        return _view(rows[0], now) if rows else None

    def of_holder(self, bucket: int, holder_id: str, now: datetime, limit: int) -> list[CouponView]:
        return [_view(row, now) for row in self._all("of_holder", (bucket, holder_id, limit))]

    def _all(self, name: str, parameters: Any) -> list[Any]:
        with self._pool.connection() as connection:
            return list(connection.execute(SQL[name], parameters).fetchall())


def _view(row: Any, now: datetime) -> CouponView:
    return CouponView(coupon_of(row).at(now), row[13], row[11], row[12])


class CodesUnderWay:
    """One batch of coupons as one transaction; see `usecases.coupons.CodeWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, making: Making, answer: bytes) -> tuple[bytes, bytes] | None:
        row = (making.key, making.content_hash, answer.decode(), making.batch.made_at)
        if self._connection.execute(SQL["take_key"], row).rowcount == 1:
            return None
        taken: Any = self._connection.execute(SQL["key_taken"], (making.key,)).fetchone()
        return taken[0], taken[2]

    def open(self, making: Making) -> None:
        self._connection.execute(SQL["add_batch"], msgspec.structs.astuple(making.batch))
        add_act(self._connection, making.act)

    def add(self, coupons: Sequence[Coupon], at: datetime) -> bool:
        rows = coupon_rows(coupons, at)
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                with cursor.copy(CODES) as copy:
                    for row in rows:
                        copy.write_row((row.code, row.bucket, row.holder_id))
                with cursor.copy(COUPONS) as copy:
                    for row in rows:
                        copy.write_row(
                            (
                                row.bucket, row.holder_id, row.code, row.programme, row.series, row.state,
                                row.active_on, row.last_on, row.source, at, at,
                            )
                        )  # fmt: skip
        except UniqueViolation:
            return False
        return True
