"""A small shop over a real database: one clock that tests turn, desks made like the house makes them, plain words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random
from typing import Any

import psycopg
from psycopg.rows import dict_row

from kopilka.core.ledger.book import balance_at
from kopilka.core.ledger.lot import Balance
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.settlement.refund import ReturnedLine, ReturnWish
from kopilka.store.batch import PostgresLedger
from kopilka.store.catalogue import PostgresCatalogue
from kopilka.store.connect import Pool
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import (
    Adjust,
    Close,
    Command,
    Enrol,
    Hold,
    Identifier,
    Ref,
    Release,
    Return,
    Void,
)
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Done, Outcome
from kopilka.usecases.ports import Holding, Wanted
from kopilka.usecases.programme_text import read_programme_text

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZONE = "Europe/Moscow"
PLAIN = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 0, life: 10d}
rules:
  - {id: cashback, earn: 10%}
spend: {up_to: 100%}
"""
RICH = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2, pending: 2d, life: 9d}
  stamp: {decimals: 0}
levels:
  by: spend
  over: ever
  ladder: [{id: base, from: 0}, {id: silver, from: 1000}, {id: gold, from: 5000}]
rules:
  - {id: cashback, earn: {percent: {base: 5, silver: 7, gold: 10}}}
  - {id: stamps, earn: {points: 1, per: 100.00, kind: stamp}}
  - {id: scarce, goods: {tag: scarce}, discount: 20, caps: {budget: {uses: 3, money: 150.00}}}
  - {id: monthly, goods: {tag: monthly}, discount: 30, caps: {member: {per: month, uses: 2, money: 90.00}}}
spend: {up_to: 50%}
"""


def programme_of(text: str) -> Programme:
    reading = read_programme_text(text, REGISTRY)
    assert reading.programme is not None, reading.mistakes
    return reading.programme


def goods(*sums: int, quantity: int = 1000, **facts: Any) -> tuple[Line, ...]:
    """Lines a, b, c … with the given sums."""
    return tuple(
        Line("abcdefgh"[i], f"sku-{'abcdefgh'[i]}", quantity, minor, **facts) for i, minor in enumerate(sums)
    )


class World:
    """A shop `s1` (and `s2`) with one programme; `now` is what every desk's clock says."""

    def __init__(self, conninfo: str, text: str = PLAIN, seed: int = 1) -> None:
        self.conninfo = conninfo
        self.now = START
        self.pool = Pool(conninfo, "tests")
        self.reference = PostgresCatalogue(self.pool)
        self.ledger = PostgresLedger(self.pool)
        self._numbers = count(1)
        self._chance = Random(seed)
        self.programme = programme_of(text)
        self.publish(text)
        self.reference.put_shops([Shop(id_, ZONE, "club") for id_ in ("s1", "s2")], START)
        self.desk = self.new_desk()

    def publish(
        self, text: str, *, version: int = 1, valid_from: datetime = START - timedelta(days=400)
    ) -> None:
        digest = sha256(text.encode()).digest()
        assert self.reference.add_version(
            "club", expected=version, valid_from=valid_from, text=text, sha256=digest, at=START, by="test"
        )

    def new_desk(self) -> Desk:
        catalogue = Catalogue(self.reference, REGISTRY)
        return Desk(self.ledger, catalogue, clock=lambda: self.now, chance=self._chance.getrandbits)

    def close_pool(self) -> None:
        self.pool.close()

    # -- doing ------------------------------------------------------------------------------------------------

    def number(self) -> int:
        return next(self._numbers)

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    def enrol(self, *, card: str = "", key: str = "") -> Ref:
        card = card or f"card-{self.number()}"
        self.done(Enrol((Identifier("card", card),), "club", client="t", key=key, at=self.now))
        return Ref("card", card)

    def receipt(self, *sums: int, id_: str = "", spend: int | None = None, **facts: Any) -> Receipt:
        lines = facts.pop("lines", None) or goods(*sums)
        wish = SpendRequest(spend) if spend is not None else None
        facts = {"shop": "s1", "at": self.now, "currency": "RUB", **facts}
        return Receipt(id_ or f"r{self.number()}", lines=lines, spend=wish, **facts)

    def close(self, who: Ref | None, *sums: int, **facts: Any) -> Done:
        return self.done(Close(self.receipt(*sums, **facts), who))

    def hold(self, who: Ref | None, *sums: int, **facts: Any) -> Done:
        return self.done(Hold(self.receipt(*sums, **facts), who))

    def give(self, who: Ref, units: int, last_on: date | None = None, kind: str = "bonus") -> Done:
        return self.done(Adjust(who, kind, units, "gift", "t", f"k{self.number()}", last_on=last_on))

    def release(self, receipt_id: str) -> Done:
        return self.done(Release(receipt_id))

    def void(self, receipt_id: str) -> Done:
        return self.done(Void(receipt_id, self.now))

    def back(
        self, receipt_id: str, lines: dict[str, int | None] | None = None, amount: int | None = None
    ) -> Done:
        return self.done(self.return_of(receipt_id, lines, amount))

    def return_of(
        self, receipt_id: str, lines: dict[str, int | None] | None = None, amount: int | None = None
    ) -> Return:
        rows = tuple(ReturnedLine(line, quantity) for line, quantity in (lines or {}).items())
        return Return(receipt_id, f"ret{self.number()}", ReturnWish(rows, amount), self.now)

    def run(self, *commands: Command) -> list[Outcome]:
        return self.desk.run(commands)

    def done(self, command: Command) -> Done:
        outcome = self.run(command)[0]
        assert isinstance(outcome, Done), outcome
        return outcome

    # -- looking ----------------------------------------------------------------------------------------------

    def holding(self, who: Ref) -> Holding:
        with self.ledger.batch() as batch:
            found, _, _ = batch.find([who], [], [])
            owner = found[who]
            loaded = batch.load(Wanted([(owner.bucket, owner.holder_id)], since=date(2000, 1, 1)), lock=False)
        return loaded.holdings[owner.holder_id]

    def balance(self, who: Ref, kind: str = "bonus") -> Balance:
        book = self.holding(who).book
        return balance_at(book.wallet(kind), book.holds.values(), self.now)

    def lots(self, who: Ref, kind: str = "bonus") -> list[tuple[int, datetime, datetime | None]]:
        """(rest, active from, expires) of every open lot."""
        return [
            (lot.rest, lot.active_from, lot.expires_at) for lot in self.holding(who).book.wallet(kind).lots
        ]

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.conninfo, autocommit=True, options="-c timezone=UTC") as connection:
            return list(connection.execute(statement.encode(), parameters).fetchall())

    def named_rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with psycopg.connect(self.conninfo, options="-c timezone=UTC", row_factory=dict_row) as connection:
            return list(connection.execute(statement.encode(), parameters).fetchall())

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            return connection.execute(statement.encode(), parameters or None).rowcount


@contextmanager
def opened(conninfo: str, text: str = PLAIN) -> Iterator[World]:
    world = World(conninfo, text)
    try:
        yield world
    finally:
        world.close_pool()
