"""A second ledger, much simpler than the real one and written from the page on what a ledger must mean: plain lists,
fractions, no versions, no batches. Whatever the real one does is compared with this one.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
FOREVER = datetime(9999, 1, 1, tzinfo=MOSCOW)
PENDING, LIFE, HOLD = timedelta(days=1), timedelta(days=5), timedelta(minutes=30)
SILVER_FROM, RATES = 50000, {"base": 10, "silver": 20}
TEXT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00, pending: 1d, life: 5d}}
levels: {by: spend, over: ever, ladder: [{id: base, from: 0}, {id: silver, from: 500.00}]}
rules: [{id: cashback, earn: {percent: {base: 10, silver: 20}}}]
spend: {up_to: 100%}
"""


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, MOSCOW)


def shares(total: int, weights: list[int]) -> list[int]:
    """Proportional, whole, summing exactly; what is left over goes to the largest fractions, earlier lines first."""
    if sum(weights) == 0:
        weights = [1] * len(weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [floor(share) for share in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


@dataclass(eq=False)
class SimpleLot:
    number: int
    rest: int
    active: datetime
    expires: datetime
    held: dict[str, int] = field(default_factory=dict)

    @property
    def loose(self) -> int:
        return self.rest - sum(self.held.values())


@dataclass(eq=False)
class SimpleSale:
    quantities: list[int]
    paid: list[int]
    points: list[int]
    spent: int
    earned: list[int]
    drawn: list[tuple[SimpleLot, int]]
    lot: SimpleLot | None
    booked_on: date
    back: list[Fraction]
    voided: bool = False

    def returned(self, parts: list[int]) -> int:
        return sum(floor(part * share) for part, share in zip(parts, self.back, strict=True))

    def units_back(self) -> int:
        """Spent points that have come back so far."""
        return self.spent * self.returned(self.points) // sum(self.points) if self.spent else 0

    def room(self) -> list[int]:
        return [paid - floor(paid * share) for paid, share in zip(self.paid, self.back, strict=True)]

    def over(self) -> bool:
        return all(share == 1 for share in self.back)


class SimpleLedger:
    """One member of the programme above, whose kind of points has no smaller units."""

    def __init__(self) -> None:
        self.lots: list[SimpleLot] = []
        self.deficit = 0
        self.holds: dict[str, tuple[datetime, int, int]] = {}
        self.sales: dict[str, SimpleSale] = {}
        self.spend = 0
        self.receipts = 0
        self.made = 0

    # -- what there is ------------------------------------------------------------------------------------------

    def queue(self) -> list[SimpleLot]:
        return sorted(self.lots, key=lambda lot: (lot.expires, lot.active, lot.number))

    def free(self, now: datetime) -> int:
        active = sum(lot.loose for lot in self.lots if lot.active <= now)
        return max(0, min(active, sum(lot.loose for lot in self.lots) - self.deficit))

    def held(self) -> int:
        return sum(sum(lot.held.values()) for lot in self.lots)

    def total(self) -> int:
        return sum(lot.rest for lot in self.lots) - self.deficit

    def level(self) -> str:
        return "silver" if self.spend >= SILVER_FROM else "base"

    def earns(self, money: int) -> int:
        return money * RATES[self.level()] // 100 // 100

    # -- what happens by itself ---------------------------------------------------------------------------------

    def wait_until(self, now: datetime) -> None:
        """Holds lapse and lots burn, in the order of their moments."""
        while True:
            due = [until for until, _, _ in self.holds.values()]
            due += [lot.expires for lot in self.lots if lot.loose > 0]
            due = [moment for moment in due if moment <= now]
            if not due:
                return
            for receipt, (until, _, _) in list(self.holds.items()):
                if until <= min(due):
                    self.let_go(receipt)
            self.burn(min(due))

    def burn(self, now: datetime) -> None:
        for lot in self.queue():
            if lot.expires <= now and lot.loose > 0:
                paid = min(self.deficit, lot.loose)
                self.deficit -= paid
                lot.rest -= lot.loose
        self.sweep()

    def sweep(self) -> None:
        self.lots = [lot for lot in self.lots if lot.rest > 0]

    def let_go(self, receipt: str) -> None:
        self.holds.pop(receipt, None)
        for lot in self.lots:
            lot.held.pop(receipt, None)

    # -- moving points ------------------------------------------------------------------------------------------

    def add(self, units: int, active: datetime, expires: datetime) -> SimpleLot:
        self.made += 1
        lot = SimpleLot(self.made, units, active, expires)
        self.lots.append(lot)
        self.fill(lot, units)
        self.sweep()
        return lot

    def fill(self, lot: SimpleLot, units: int) -> None:
        paid = min(self.deficit, units)
        self.deficit -= paid
        lot.rest -= paid

    def draw(self, units: int, lots: list[SimpleLot]) -> list[tuple[SimpleLot, int]]:
        drawn = []
        for lot in lots:
            part = min(units, lot.loose)
            if part > 0:
                lot.rest -= part
                units -= part
                drawn.append((lot, part))
        return drawn

    def take(self, units: int, now: datetime) -> list[tuple[SimpleLot, int]]:
        """Spend: active lots first, then pending ones, then a deficit."""
        active = [lot for lot in self.queue() if lot.active <= now]
        pending = [lot for lot in self.queue() if lot.active > now]
        drawn = self.draw(units, active + pending)
        self.deficit += units - sum(part for _, part in drawn)
        self.sweep()
        return drawn

    # -- verbs --------------------------------------------------------------------------------------------------

    def hold(self, receipt: str, units: int, earned: int, now: datetime) -> None:
        missing = units
        for lot in self.queue():
            part = min(missing, lot.loose) if lot.active <= now else 0
            if part:
                lot.held[receipt] = part
                missing -= part
        assert missing == 0
        self.holds[receipt] = (now + HOLD, units, earned)

    def buy(
        self,
        receipt: str,
        goods: list[tuple[int, int]],
        now: datetime,
        *,
        spend: int,
        paid: list[int] | None = None,
    ) -> None:
        """`goods` are (sum, quantity); `paid` is what a till has printed, where it did not ask before."""
        sums = [money for money, _ in goods]
        points = shares(spend * 100, sums) if spend else [0] * len(sums)
        own = paid is None
        paid = [money - part for money, part in zip(sums, points, strict=True)] if paid is None else paid
        units = self.earns(sum(paid)) if own else self.earns(sum(sums))
        if receipt in self.holds:
            _, held, units = self.holds[receipt]
            assert held == spend
            self.let_go_posted(receipt)
            drawn = self._drawn_held
        else:
            drawn = self.take(spend, now) if spend else []
        lot = None
        if units:
            active = midnight((now.astimezone(MOSCOW) + PENDING).date())
            lot = self.add(units, active, midnight((active + LIFE).date() + timedelta(days=1)))
        weights = paid if sum(paid) else sums
        earned = shares(units, weights) if units else [0] * len(sums)
        back = [Fraction(0)] * len(sums)
        self.sales[receipt] = SimpleSale(
            [quantity for _, quantity in goods], paid, points, spend, earned, drawn, lot,
            now.astimezone(MOSCOW).date(), back,
        )  # fmt: skip
        self.spend += sum(paid)
        self.receipts += 1

    _drawn_held: list[tuple[SimpleLot, int]] = []  # noqa: RUF012 - set anew before each use

    def let_go_posted(self, receipt: str) -> None:
        """Spend exactly what a hold has reserved."""
        self._drawn_held = [(lot, lot.held[receipt]) for lot in self.queue() if receipt in lot.held]
        self.let_go(receipt)
        for lot, part in self._drawn_held:
            lot.rest -= part
        self.sweep()

    def give_back(self, receipt: str, back: list[Fraction], now: datetime) -> int:
        """Goods come back up to the given shares of lines; returns the money."""
        sale = self.sales[receipt]
        money, units, earned = sale.returned(sale.paid), sale.units_back(), sale.returned(sale.earned)
        was_over = sale.over()
        sale.back = back
        money = sale.returned(sale.paid) - money
        self.restore(sale, units, sale.units_back(), now)
        taken = sale.returned(sale.earned) - earned
        own = [sale.lot] if sale.lot in self.lots and sale.lot is not None else []
        drawn = self.draw(taken, own + [lot for lot in self.queue() if lot is not sale.lot])
        self.deficit += taken - sum(part for _, part in drawn)
        self.sweep()
        self.burn(now)
        self.spend -= money
        self.receipts -= sale.over() and not was_over
        return money

    def restore(self, sale: SimpleSale, done: int, now_done: int, now: datetime) -> None:
        """Put spent points back, the last drawn first; what was overspent was drawn last of all."""
        overspent = sale.spent - sum(part for _, part in sale.drawn)
        places: list[SimpleLot | None] = [None] * overspent
        for lot, part in reversed(sale.drawn):
            places += [lot] * part
        wanted = places[done:now_done]
        fresh = wanted.count(None)
        if fresh:
            today = now.astimezone(MOSCOW).date()
            self.add(fresh, now, midnight(today + LIFE + timedelta(days=1)))
        for place in wanted:
            if place is not None:
                place.rest += 1
                self.fill(place, 1)
                if place.rest and place not in self.lots:
                    self.lots.append(place)
        self.sweep()
