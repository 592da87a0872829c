"""200 parallel spends of one member: no error, no overdraft, all of them through while the balance suffices."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from benchmarks.ground import fresh, settle
from benchmarks.measure import Figure
from kopilka.app.compose import House
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.outcomes import Done, Outcome

SPENDS, ROUNDS, THREADS = 200, 5, 32


def run(conninfo: str) -> list[Figure]:
    """Each spend is a receipt of its own from a desk of its own; batching is off, which is the worst case."""
    with fresh(conninfo) as database:
        settle(database, "plain", members=1, points=SPENDS * ROUNDS // 2)
        house = House(database)
        desks = [house.desk() for _ in range(THREADS)]
        for desk in desks:
            desk.run([])

        def spend(n: int) -> Outcome:
            line = Line("1", "sku", 1000, 50_000)
            wish = SpendRequest(1, "bonus")
            receipt = Receipt(f"r{n}", "bench", datetime.now(UTC), "RUB", (line,), spend=wish)
            return desks[n % THREADS].run([Close(receipt, Ref("card", "c0"))])[0]

        with ThreadPoolExecutor(THREADS) as pool:
            began = time.perf_counter()
            outcomes = list(pool.map(spend, range(SPENDS * ROUNDS)))
            seconds = time.perf_counter() - began
        house.close()
    done = sum(isinstance(outcome, Done) for outcome in outcomes)
    detail: dict[str, float | int | str] = {
        "spends": len(outcomes), "done": done, "refused": len(outcomes) - done, "balance": SPENDS * ROUNDS // 2,
    }  # fmt: skip
    if done != SPENDS * ROUNDS // 2:
        message = f"{done} spends of one point went through on a balance of {SPENDS * ROUNDS // 2}"
        raise AssertionError(message)
    rate = len(outcomes) / seconds
    return [Figure("parallel_spends_one_member", rate, 300, "/s", "more", detail=detail)]
