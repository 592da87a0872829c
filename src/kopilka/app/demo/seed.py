"""Fills an empty database with the example shop: programmes, shops, goods, and a year of receipts through the desk.

The data is of 2017. Every moment is moved by the same whole number of weeks, so that the last receipt falls within the
week before the day of the first start: days of the week, hours and distances stay true, dates do not.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from importlib.resources import files
from typing import NamedTuple

import msgspec

from kopilka.app.compose import House
from kopilka.app.demo.people import enrolment
from kopilka.connectors import completejourney
from kopilka.core.receipt import SpendRequest
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.usecases.commands import Close, Command, Ref, Return
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.ports import Product
from kopilka.values.period import local_day, zone

PROGRAMMES = ("club", "card", "growing")
LAST_DAY = date(2017, 12, 31)
BATCH = 2_000
SPENDS_OF_256, RETURNS_OF_256, RETURN_DAYS = 36, 3, 10
WEEK = timedelta(weeks=1)


class Seeded(NamedTuple):
    """What was put in."""

    members: int
    receipts: int
    returns: int
    weeks: int


def weeks_until(today: date) -> int:
    """By how many whole weeks 2017 is moved, so that its last day is before `today`."""
    return (today - timedelta(days=1) - LAST_DAY) // WEEK


def put_reference(house: House, since: datetime) -> None:
    """Programmes in force from `since`, every shop in the club, every article."""
    now = house.clock()
    for id_ in PROGRAMMES:
        text = files("kopilka.app.demo").joinpath(f"{id_}.yaml").read_text(encoding="utf-8")
        digest = sha256(text.encode()).digest()
        house.reference.add_version(
            id_, expected=1, valid_from=since, text=text, sha256=digest, at=now, by="demo"
        )
    house.reference.put_shops(completejourney.shops(PROGRAMMES[0]), now)


def put_products(house: House, skus: set[str] | None = None) -> None:
    """Articles of the catalogue: all of them, or those that were sold."""
    rows = [
        Product(p.sku, p.title, p.category, p.brand, p.tags, p.product_class)
        for p in completejourney.products()
        if skus is None or p.sku in skus
    ]
    house.reference.put_products(rows, house.clock())


def put_year(
    house: House,
    purchases: Iterable[completejourney.Purchase],
    weeks: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Seeded:
    """A year of receipts, each booked at its own moment; `progress` hears how many receipts are in."""
    desk = house.desk()
    members = receipts = returns = 0
    for rows in _batches(_story(purchases, weeks * WEEK)):
        commands = [command for _, command in rows]
        outcomes = desk.run(commands, [moment for moment, _ in rows])
        for command, outcome in zip(commands, outcomes, strict=True):
            if isinstance(outcome, Refused):
                continue
            members += outcome.verb == "enrol"
            receipts += isinstance(command, Close)
            returns += outcome.verb == "return"
        progress(receipts)
    return Seeded(members, receipts, returns, weeks)


def _story(
    purchases: Iterable[completejourney.Purchase], shift: timedelta
) -> Iterator[tuple[datetime, Command]]:
    """What happened, in its order: people join with their first receipt, some pay with points, some bring things back."""
    seen: set[str] = set()
    coming: list[tuple[datetime, str, Return]] = []
    for purchase in purchases:
        household, receipt = purchase.household, purchase.receipt
        at = moved(receipt.at, shift)
        while coming and coming[0][0] <= at:
            due, _, back = heappop(coming)
            yield due, back
        if household not in seen:
            seen.add(household)
            joins = enrolment(household, PROGRAMMES[0], receipt.shop)
            yield at, msgspec.structs.replace(joins, at=at)
        dice = sha256(receipt.id.encode()).digest()
        wish = SpendRequest() if dice[0] < SPENDS_OF_256 else None
        yield at, Close(msgspec.structs.replace(receipt, at=at, spend=wish), Ref("external", household))
        if dice[1] < RETURNS_OF_256 and len(receipt.lines) > 1:
            line = min(receipt.lines, key=lambda row: (-row.sum_minor, row.id))
            back_at = at + timedelta(days=1 + dice[2] % RETURN_DAYS, minutes=dice[3])
            wished = ReturnWish((ReturnedLine(line.id),))
            back = Return(receipt.id, f"{receipt.id}-back", wished, back_at, receipt.shop, "demo")
            heappush(coming, (back_at, receipt.id, back))


def _batches(rows: Iterable[tuple[datetime, Command]]) -> Iterator[list[tuple[datetime, Command]]]:
    batch: list[tuple[datetime, Command]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def moved(at: datetime, shift: timedelta) -> datetime:
    """The same time of day in the shop, whole weeks later."""
    local = at.astimezone(zone(completejourney.ZONE)).replace(tzinfo=None)
    return (local + shift).replace(tzinfo=zone(completejourney.ZONE)).astimezone(UTC)


def first_moment(weeks: int) -> datetime:
    """When the moved year begins."""
    return moved(datetime(2017, 1, 1, 5, tzinfo=UTC), weeks * WEEK)


def today(now: datetime) -> date:
    """The day in the shops."""
    return local_day(now, completejourney.ZONE)
