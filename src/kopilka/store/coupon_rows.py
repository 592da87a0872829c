"""Coupons as the desk reads, locks and writes them within its batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kopilka.core.member.coupon import BEARER, Coupon
from kopilka.store.connect import Connection
from kopilka.store.queries import queries
from kopilka.store.rows import CouponRow, coupon_rows, owner_of_coupon
from kopilka.store.volley import now
from kopilka.usecases.ports import Changes

SQL = queries("coupons")


def coupon_of(row: Any) -> Coupon:
    """A coupon of the columns that every query of coupons begins with."""
    _, holder, code, programme, series, state, active_on, last_on, receipt, source, lapses_at = row[:11]
    owner = "" if holder.startswith(BEARER) else holder
    return Coupon(code, programme, series, state, owner, active_on, last_on, receipt, source, lapses_at)


def coupons_by_code(connection: Connection, codes: Sequence[str], *, lock: bool) -> dict[str, Coupon]:
    """Coupons by code. Who waited for a lock while the coupon was given to a member looks once more."""
    found = {row[2]: coupon_of(row) for row in _by_code(connection, codes, lock=lock)}
    missing = [code for code in codes if code not in found] if lock else []
    if missing:
        found |= {row[2]: coupon_of(row) for row in _by_code(connection, missing, lock=True)}
    return found


def _by_code(connection: Connection, codes: Sequence[str], *, lock: bool) -> list[Any]:
    return now(connection, SQL["lock_coupons" if lock else "load_coupons"], (list(codes),))


def owners_of(connection: Connection, codes: Sequence[str]) -> set[tuple[int, str]]:
    """Bucket and holder of coupons that belong to somebody."""
    rows = now(connection, SQL["owners"], (list(codes),))
    return {(row[0], row[1]) for row in rows if not row[1].startswith(BEARER)}


def coupon_statements(changes: Changes, at: datetime) -> list[tuple[str, object]]:
    """What a batch writes of coupons: fresh codes, coupons that change hands, and the coupons themselves."""
    rows = coupon_rows(changes.coupons.values(), at)
    fresh = [_code(row) for row in rows if row.code in changes.new_codes]
    moved = [
        {**_code(row), "old_bucket": old[0], "old_holder": old[1]}
        for row in rows
        if row.code in changes.moved_codes
        for old in [owner_of_coupon(Coupon(row.code, "", ""))]
    ]
    return [("add_codes", fresh), ("move_coupons", moved), ("move_codes", moved), ("put_coupons", rows)]


def _code(row: CouponRow) -> dict[str, object]:
    return {"code": row.code, "bucket": row.bucket, "holder_id": row.holder_id}
