"""The engine alone: one receipt of 5 lines under 20 live campaigns, several of which apply."""

import gc
import tracemalloc
from collections.abc import Callable
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
SHOP = Shop("s", "Europe/Moscow", "twenty")
MEMBER = Member("h", "m", level="silver", receipts=4)


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


def many(campaigns: int) -> str:
    """The twenty campaigns and so many more, of the kinds that a chain has at a time and of which this receipt meets none:
    other goods, brands and single products, other shops, levels, cards, channels, coupons, days gone by.
    """
    kinds: tuple[Callable[[int], str], ...] = (
        lambda i: f"goods: {{category: department-{i}}}, discount: 5",
        lambda i: f"goods: {{brand: brand-{i}}}, discount: 7",
        lambda i: f"goods: {{sku: [only-{i}, also-{i}]}}, earn: {{points: 10}}",
        lambda i: f"when: {{shop: town-{i}}}, discount: 3",
        lambda i: f"goods: {{tag: tag-{i}}}, when: {{level: gold}}, earn: 2%",
        lambda i: f"when: {{channel: app, goods_total: {{from: {i}}}}}, earn: 1%",
        lambda i: f"when: {{card: card-{i}}}, discount: 4",
        lambda i: f"when: {{coupon: c{i}}}, discount: {{amount: 100}}",
        lambda i: f"when: {{goods_total: {{from: {100_000 + i}}}}}, discount: {{amount: 500}}",
        lambda i: f"when: {{level: gold}}, goods: {{category: shelf-{i}}}, price: {{list: {{only-{i}: 10}}}}",
    )
    rows = [f"  - {{id: more-{i}, {kinds[i % len(kinds)](i)}}}" for i in range(campaigns - 20)]
    coupons = [f"  c{i}: {{title: Coupon}}" for i in range(campaigns - 20) if i % len(kinds) == 7]
    text = programme_text("twenty").replace("spend:", "\n".join(rows) + "\nspend:")
    return text + "\ncoupons:\n" + "\n".join(coupons) + "\n"


def ruleset(text: str) -> Ruleset:
    """A programme compiled."""
    reading = read_programme_text(text, REGISTRY)
    if reading.programme is None:
        message = f"the programme of the benchmark does not read: {reading.errors[:3]}"
        raise ValueError(message)
    return Ruleset(reading.programme)


def loaded_kib(text: str) -> float:
    """What a loaded programme holds of memory, in KiB: the document and everything compiled from it."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    rules = ruleset(text)
    evaluate(rules, receipt(5), SHOP, MEMBER, Means(500))
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return held / 1024 if rules.programme.rules else 0.0


def micros(lines: int, rules: Ruleset) -> float:
    """Microseconds of one evaluation: the fastest of many short rounds, so that other work on the machine does not count."""
    one = receipt(lines)
    gc.collect()
    gc.freeze()
    times, rounds = max(1, ROUND * 5 // lines), ROUNDS * 5 // lines

    def work() -> None:
        for _ in range(times):
            evaluate(rules, one, SHOP, MEMBER, Means(500))

    return best_of(rounds, work) / times * 1e6


def run() -> list[Figure]:
    """5 lines × 20 campaigns; 500 campaigns beside that; 160 lines × 50; memory of a loaded programme."""
    twenty, fifty, five_hundred = programme_text("twenty"), many(50), many(500)
    rules = ruleset(twenty)
    decision = evaluate(rules, receipt(5), SHOP, MEMBER, Means(500))
    base = micros(5, rules)
    detail: dict[str, float | int | str] = {
        "taken": len(decision.taken), "earned": len(decision.earned), "skipped": len(decision.skipped),
    }  # fmt: skip
    wide = micros(5, ruleset(five_hundred))
    memory: dict[str, float | int | str] = {
        "20_campaigns_kib": loaded_kib(twenty), "500_campaigns_kib": loaded_kib(five_hundred),
    }  # fmt: skip
    return [
        Figure("engine_5x20", base, 60, "µs", detail=detail),
        Figure(
            "engine_5x500",
            wide,
            2 * base,
            "µs",
            beside="twice 5 lines × 20 campaigns in this run",
            detail=memory,
        ),
        Figure(
            "engine_160x50",
            micros(160, ruleset(fifty)),
            80 * base,
            "µs",
            beside="linear in lines and campaigns",
        ),
    ]
