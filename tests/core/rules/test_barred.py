"""What the till keeps a line out of: as a product class would, and nothing else."""

from typing import Any

import msgspec
import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.explain.ground import Ground
from kopilka.core.rules.explain.node import walk
from kopilka.core.rules.explain.tree import explain
from kopilka.core.rules.ruleset import Ruleset
from kopilka.words.explanation import Teller
from kopilka.words.tongue import tongue_of

TEXT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {bonus: {worth: 1.00}}
rules:
  - {id: back, earn: 10%}
  - {id: off, discount: 5%}
spend: {up_to: 50%}
"""
SHOP = Shop("s1", ZONE, "club")
RULES = Ruleset(programme_of(TEXT))


def receipt(*barred: str, **facts: Any) -> Receipt:
    lines = (Line("a", "a", 1000, 100_000), Line("b", "b", 1000, 50_000, barred=barred))
    return Receipt("r", "s1", START, "RUB", lines, spend=SpendRequest(None), **facts)


def decided(*barred: str) -> Decision:
    return evaluate(RULES, receipt(*barred), SHOP, Member("h", "m"), Means(10_000))


@pytest.mark.parametrize(
    ("barred", "left", "spent", "earned"),
    [
        ((), (95_000, 47_500), (47_467, 23_733), 71),
        (("discount",), (95_000, 50_000), (47_500, 25_000), 72),
        (("spend",), (95_000, 47_500), (47_500, 0), 95),
        (("earn",), (95_000, 47_500), (47_467, 23_733), 47),
        (("discount", "earn", "spend", "count"), (95_000, 50_000), (47_500, 0), 47),
    ],
)
def test_a_barred_line_takes_no_part(
    barred: tuple[str, ...], left: tuple[int, ...], spent: tuple[int, ...], earned: int
) -> None:
    found = decided(*barred)

    assert left == found.left
    assert found.spent is not None
    assert earned == found.earned[0].units
    assert spent == found.spent.parts
    assert (1, int("count" not in barred)) == found.counted


def test_a_class_of_the_law_stays_barred_whatever_the_till_says() -> None:
    line = Line("b", "b", 1000, 50_000, product_class="tobacco", barred=("spend",))
    found = evaluate(RULES, Receipt("r", "s1", START, "RUB", (line,)), SHOP, Member("h", "m"), Means(10_000))

    assert ((50_000,), (), (0,)) == (found.left, found.earned, found.counted)


def test_receipts_without_bars_are_stored_as_ever() -> None:
    assert b"barred" not in msgspec.json.encode(receipt())
    assert receipt("spend") == msgspec.json.decode(msgspec.json.encode(receipt("spend")), type=Receipt)


def test_the_explanation_says_that_the_till_kept_the_line_out() -> None:
    ground = Ground(RULES, receipt("earn", "spend"), decided("earn", "spend"))
    tree = explain(RULES, receipt("earn", "spend"), decided("earn", "spend"), SHOP)
    teller = Teller(RULES.programme, tongue_of("en", [RULES.programme]))

    assert ["", "by_till"] == [ground.class_named(i) for i in (0, 1)]
    told = [teller.text(node) for node in walk(tree) if node.reason.code == "why_kept_out"]
    assert any("kept out by the till" in words for words in told)
