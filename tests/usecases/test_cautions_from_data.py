"""What the receipts of the house say against a programme's terms."""

from typing import Any

import pytest
from world import PLAIN, World, programme_of

from kopilka.core.rules.registry import REGISTRY
from kopilka.store.views import PostgresViews
from kopilka.usecases.cautions_from_data import FEW, cautions_from_data
from kopilka.usecases.views import Gaps


@pytest.mark.parametrize(
    ("terms", "days", "expected"),
    [
        ("life: 10d", 10, []),
        ("life: 10d", 11, [("burns_before_return", "points.bonus.life", {"gap": 11, "life": 10})]),
        ("life: 1y, pending: 14d", 14, []),
        (
            "life: 1y, pending: 14d", 13,
            [("pending_after_return", "points.bonus.pending", {"gap": 13, "pending": 14})],
        ),
        ("life: 1y", 90, []),
        ("life: 1y", 91, [("rare_purchases", "points", {"gap": 91})]),
        ("round: down", 60, []),
    ],
)  # fmt: skip
def test_terms_are_held_against_the_days_between_purchases(
    terms: str, days: int, expected: list[Any]
) -> None:
    programme = programme_of(PLAIN.replace("life: 10d", terms))

    found = cautions_from_data(programme, REGISTRY, Gaps(FEW, days))

    assert expected == [(row.code, row.path, row.params) for row in found]


def test_a_rule_with_terms_of_its_own_is_looked_at_too() -> None:
    programme = programme_of(PLAIN.replace("earn: 10%", "earn: {percent: 10, life: 5d}").replace("10d", "1y"))

    found = cautions_from_data(programme, REGISTRY, Gaps(FEW, 6))

    assert [("burns_before_return", "rules[0].earn.life")] == [(row.code, row.path) for row in found]


def test_nothing_is_concluded_from_a_few_receipts() -> None:
    assert () == cautions_from_data(programme_of(PLAIN), REGISTRY, Gaps(FEW - 1, 300))


def test_the_house_knows_how_often_its_members_come_back(world: World) -> None:
    often, seldom = world.enrol(), world.enrol()
    world.close(seldom, 10_000)
    for _ in range(3):
        world.close(often, 10_000)
        world.close(None, 10_000)
        world.pass_time(days=4)
    world.pass_time(days=8)
    world.close(seldom, 10_000)
    undone = world.close(often, 10_000)
    assert undone.sale is not None
    world.void(undone.sale.receipt.id)
    assert Gaps(3, 4) == PostgresViews(world.pool).purchase_gaps("club")
    assert Gaps(0, 0) == PostgresViews(world.pool).purchase_gaps("none")
