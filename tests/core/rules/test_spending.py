"""Paying with points: steps, least amounts, what must be left, and what limits it."""

from typing import Any

import pytest
from world import START, ZONE, programme_of

from kopilka.core.member.member import Member
from kopilka.core.receipt import Line, Receipt, Shop, SpendRequest
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.ruleset import Ruleset

HEAD = "programme: club\ntitle: Club\ncurrency: RUB\nzone: Europe/Moscow\npoints: {bonus: {worth: 1}}\nrules: []\n"
SHOP = Shop("s1", ZONE, "club")
GOODS = (Line("a", "a", 1000, 30_000), Line("b", "b", 1000, 10_000))


def spent(spend: str, *lines: Line, units: int | None = None, have: int = 10_000, **facts: Any) -> Decision:
    rules = Ruleset(programme_of(HEAD + spend))
    receipt = Receipt("r", "s1", START, "RUB", lines or GOODS, spend=SpendRequest(units), **facts)
    return evaluate(rules, receipt, SHOP, Member("h", "m"), Means(have))


@pytest.mark.parametrize(
    ("spend", "units", "expected"),
    [
        ("spend: {up_to: 50%}", None, 200),
        ("spend: {up_to: 50%, step: 30}", None, 180),
        ("spend: {up_to: 50%, step: 30}", 100, 90),
        ("spend: {up_to: 50%, step: 30}", 29, 0),
        ("spend: {up_to: 50%, least: 150}", 149, 0),
        ("spend: {up_to: 50%, least: 150}", 150, 150),
        ("spend: {up_to: 50%, least: 201}", None, 0),
        ("spend: {up_to: 100%, keep: 1}", None, 398),
        ("spend: {up_to: 100%, keep: 0.01}", None, 399),
        ("spend: {up_to: 100%}", None, 400),
        ("spend: {up_to: 0%}", None, 0),
    ],
)
def test_points_pay_in_steps_and_leave_what_must_be_left(
    spend: str, units: int | None, expected: int
) -> None:
    found = spent(spend, units=units).spent

    assert expected == (0 if found is None else found.units)


@pytest.mark.parametrize(
    ("line", "share", "expected", "reason"),
    [
        (
            Line("v", "v", 1000, 60_000, alcohol="vodka", volume_ml=500),
            "100%",
            [19_100, 10_000],
            "spend_goods",
        ),
        (Line("v", "v", 1000, 40_000, alcohol="vodka", volume_ml=500), "100%", [0, 10_000], "spend_goods"),
        (Line("v", "v", 1000, 60_000, floor_minor=60_000), "100%", [0, 10_000], "spend_goods"),
        (Line("a", "a", 1000, 60_000, 10_000, apart_minor=45_000), "100%", [15_000, 10_000], "spend_goods"),
        (
            Line("a", "a", 1000, 60_000, 10_000, 42_000, apart_minor=45_000),
            "100%",
            [8_000, 10_000],
            "spend_goods",
        ),
        (Line("a", "a", 1000, 60_000, 50_000, apart_minor=30_000), "100%", [10_000, 10_000], "spend_share"),
        (Line("t", "t", 1000, 60_000, product_class="tobacco"), "50%", [0, 5_000], "spend_share"),
        (Line("w", "w", 333, 60_000), "100%", [60_000, 10_000], "spend_share"),
    ],
)
def test_points_stop_at_what_a_line_must_cost(
    line: Line, share: str, expected: list[int], reason: str
) -> None:
    decision = spent(f"spend: {{up_to: {share}}}", line, GOODS[1])

    assert decision.spent is not None
    assert expected == list(decision.spent.parts)
    assert decision.room.reason is not None
    assert reason == decision.room.reason.code


def test_a_piece_that_must_keep_its_kopeck_is_the_reason() -> None:
    reason = spent("spend: {up_to: 100%, keep: 0.50}").room.reason

    assert reason is not None
    assert ("spend_keep", {"keep": 50}) == (reason.code, reason.params)


def test_what_is_given_outside_beyond_its_line_is_left_to_goods_that_may_bear_it() -> None:
    tobacco = Line("t", "t", 1000, 5_000, product_class="tobacco")
    over = Line("o", "o", 1000, 10_000, given_minor=15_000)

    decision = spent("spend: {up_to: 100%}", tobacco, over, GOODS[1])

    assert (5_000, 5_000) == (decision.points_minor(), decision.paid_minor)
