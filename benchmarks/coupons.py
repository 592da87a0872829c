"""A hundred thousand coupons: codes drawn, checked for doubles and written, beside a bare COPY of the same rows."""

import secrets
import time

import psycopg

from benchmarks.ground import fresh
from benchmarks.measure import Figure
from kopilka.app.compose import House
from kopilka.app.replays import install
from kopilka.usecases.coupons import Caller, Made, Wish, csv
from kopilka.usecases.playbooks import playbook

COUNT = 100_000
CODES = "COPY coupon_code (code, bucket, holder_id) FROM STDIN"
COUPONS = "COPY coupon FROM STDIN"


def run(conninfo: str) -> list[Figure]:
    """One batch, and the same rows copied into emptied tables."""
    with fresh(conninfo) as database:
        install(database, playbook("a10-promo-code"))
        house = House(database)
        began = time.perf_counter()
        made = house.coupons.make(
            Wish("promo-code", "leaflet", COUNT), Caller("b", secrets.token_hex(8), "b")
        )
        seconds = time.perf_counter() - began
        if not isinstance(made, Made) or len({row.coupon.code for row in made.coupons}) != COUNT:
            raise AssertionError(made)
        began = time.perf_counter()
        size = len(csv(made))
        table = time.perf_counter() - began
        house.close()
        peer = copied(database)
    detail: dict[str, float | int | str] = {
        "coupons": COUNT, "peer_seconds": peer, "times_peer": seconds / peer, "csv_seconds": table, "csv_bytes": size,
    }  # fmt: skip
    beside = "COPY of the same rows into both tables"
    return [Figure("coupons_100000", seconds, 10, "s", beside=beside, detail=detail)]


def copied(database: str) -> float:
    """Seconds of copying the rows that are there into the same tables once more, emptied before."""
    with psycopg.connect(database) as connection:
        codes = connection.execute(
            "SELECT code, bucket, holder_id FROM coupon_code ORDER BY random()"
        ).fetchall()
        coupons = connection.execute("SELECT * FROM coupon ORDER BY random()").fetchall()
        connection.execute("TRUNCATE coupon, coupon_code")
        connection.commit()
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for statement, rows in ((CODES, codes), (COUPONS, coupons)):
                with cursor.copy(statement) as copy:
                    for row in rows:
                        copy.write_row(row)
        connection.commit()
        return time.perf_counter() - began
