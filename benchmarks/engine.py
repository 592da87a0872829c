"""The engine alone: one receipt of 5 lines under 20 live campaigns, several of which apply."""

import gc
from datetime import UTC, datetime

from benchmarks.ground import programme_text
from benchmarks.measure import Figure, best_of
from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.registry import REGISTRY
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.programme_text import read_programme_text

CATEGORIES = ("dairy", "bread", "wine", "fish", "tea")
ROUND, ROUNDS = 100, 1_000


def receipt(lines: int) -> Receipt:
    """A receipt of so many lines; every fifth is of a campaign's brand, every third a bottle."""
    rows = tuple(
        Line(
            str(i), f"sku-{i}", 1000, 23_500 + i, category=("food", CATEGORIES[i % 5]),
            brand="arabika" if i % 5 == 4 else "plain", tags=("bottle",) if i % 5 == 2 else (),
        )
        for i in range(lines)
    )  # fmt: skip
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Receipt("r", "s", moment, "RUB", rows, spend=SpendRequest())


def micros(lines: int, rules: Ruleset) -> float:
    """Microseconds of one evaluation: the fastest of many short rounds, so that other work on the machine does not count."""
    member, shop = Member("h", "m", level="silver", receipts=4), Shop("s", "Europe/Moscow", "twenty")
    one = receipt(lines)
    gc.collect()
    gc.freeze()
    times, rounds = max(1, ROUND * 5 // lines), ROUNDS * 5 // lines

    def work() -> None:
        for _ in range(times):
            evaluate(rules, one, shop, member, Means(500))

    return best_of(rounds, work) / times * 1e6


def run() -> list[Figure]:
    """5 lines × 20 campaigns, and 160 lines beside it."""
    programme = read_programme_text(programme_text("twenty"), REGISTRY).programme
    if programme is None:
        message = "the programme of the benchmark does not read"
        raise ValueError(message)
    rules = Ruleset(programme)
    decision = evaluate(
        rules,
        receipt(5),
        Shop("s", "Europe/Moscow", "twenty"),
        Member("h", "m", level="silver"),
        Means(500),
    )
    detail: dict[str, float | int | str] = {
        "taken": len(decision.taken), "earned": len(decision.earned), "skipped": len(decision.skipped),
        "lines_160_us": micros(160, rules),
    }  # fmt: skip
    return [Figure("engine_5x20", micros(5, rules), 60, "µs", detail=detail)]
