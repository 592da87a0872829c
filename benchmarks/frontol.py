"""Frontol's calculate over the whole example shop at 100 a second, beside a bare quote of our own API at the same rate."""

import json
import os
import random
import secrets
from http.client import HTTPConnection

from benchmarks import tills
from benchmarks.ground import fresh
from benchmarks.http import loaded, make_key, serving
from benchmarks.load import Plan, Result
from benchmarks.measure import Figure
from kopilka.app.compose import House
from kopilka.app.demo import seed
from kopilka.connectors import completejourney
from kopilka.usecases.connections import Wish

RATE, SECONDS, CONNECTIONS = 100.0, 20.0, 32


def run(conninfo: str) -> list[Figure]:
    """A year of receipts, then both kinds of calls in turn."""
    # The server opens what we have sealed.
    os.environ.setdefault("KOPILKA_SECRET_KEY", secrets.token_hex(32))
    with fresh(conninfo) as database:
        seeded, connection, secret = _shop(database)
        key = make_key(database)
        with serving(database) as port:
            _really_answered(port, connection, secret)
            calculate = Plan(
                port, "frontol", secret, CONNECTIONS, seconds=SECONDS, rate=RATE, prefix=connection, seed=2
            )
            quote = Plan(port, "till_quote", key, CONNECTIONS, seconds=SECONDS, rate=RATE, seed=3)
            loaded(Plan(port, "frontol", secret, CONNECTIONS, seconds=5, rate=RATE, prefix=connection))
            told = loaded(calculate)
            floor = loaded(quote)
    for result in (told, floor):
        if result.errors:
            message = f"calls failed: {result.statuses}"
            raise AssertionError(message)
    return [_figure(told, floor, seeded)]


def _shop(database: str) -> tuple[seed.Seeded, str, str]:
    """The example shop, and a connection of all its shops."""
    house = House(database)
    weeks = seed.weeks_until(seed.today(house.clock()))
    seed.put_reference(house, seed.first_moment(weeks))
    seed.put_products(house)
    seeded = seed.put_year(house, completejourney.receipts(tills.FEWER), weeks)
    made = house.connections.connect("frontol", Wish("benchmark", {"slip_type": "type"}))
    house.close()
    if not isinstance(made, tuple):
        raise TypeError(made)
    return seeded, made[0].connection_id, made[1]


def _really_answered(port: int, connection: str, secret: str) -> None:
    """Every member of some is found and quoted: a fast "no" would be no figure."""
    chance = random.Random(1)
    for n in range(20):
        body, signed = tills.frontol(chance, n, secret)
        call = HTTPConnection("127.0.0.1", port, timeout=10)
        call.request(
            "POST", f"/frontol/{connection}/document", body, {"Authorization": f"FrontolAuth {signed}"}
        )
        told = json.load(call.getresponse())
        call.close()
        if told["code"] or "availableAmount" not in told["client"] or "document" not in told:
            message = f"calculate does not answer as it should: {told}"
            raise AssertionError(message)


def _figure(told: Result, floor: Result, seeded: seed.Seeded) -> Figure:
    detail: dict[str, float | int | str] = {
        "p50_ms": told.p50_ms, "max_ms": told.max_ms, "requests": told.requests, "rate": RATE,
        "quote_p50_ms": floor.p50_ms, "quote_p99_ms": floor.p99_ms, "receipts": seeded.receipts,
        "load_average": os.getloadavg()[0],
    }  # fmt: skip
    return Figure(
        "frontol_calculate_p99",
        told.p99_ms,
        50,
        "ms",
        beside="a quote over /v1, same baskets and rate",
        detail=detail,
    )
