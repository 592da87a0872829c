"""Levels by criterion, window and way down: tables of what holds on which day, to the day and to the kopeck."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from kopilka.core.member.ladder import Climb, full_months, level_total, rank_now
from kopilka.core.member.outlook import first_below, outlook
from kopilka.core.member.standing import Manual, Reign, Standing
from kopilka.core.programme.document import LevelBy, LevelDown, LevelOver, Levels, Programme, Step
from kopilka.values.period import Span

ZONE = "Europe/Moscow"
D = date
JOINED = D(2024, 1, 1)


def ladder(*starts: int, **facts: object) -> Programme:
    names = ("bronze", "silver", "gold", "platinum")
    steps = tuple(Step(names[i], start) for i, start in enumerate((0, *starts)))
    return Programme("club", {}, "RUB", ZONE, {}, (), levels=Levels(steps, **facts))  # type: ignore[arg-type]


def standing(
    *rows: tuple[date, int] | tuple[date, int, int],
    joined: date = JOINED,
    manual: Manual | None = None,
) -> Standing:
    """Purchases of (day, kept spend, points); each is a receipt of its own."""
    found = Standing("club", datetime(joined.year, joined.month, joined.day, 9, tzinfo=UTC))
    for day, spend, *points in rows:
        found.book(day, spend_minor=spend, receipts=1, points=sum(points))
    found.manual = manual
    return found


def level(programme: Programme, who: Standing, day: date) -> str:
    assert programme.levels is not None
    return programme.levels.ladder[rank_now(programme, who, day)].id


TODAY = D(2026, 7, 1)
OVERS = {"ever": LevelOver.EVER, "rolling": Span(days=365), "year": LevelOver.CALENDAR_YEAR}
# What counts today of purchases on the edges of the windows: 1 Jul 2025 is 365 days back, 2 Jul the first that counts.
EDGES = (
    (D(2024, 5, 5), 1),
    (D(2025, 7, 1), 10),
    (D(2025, 7, 2), 100),
    (D(2025, 12, 31), 1000),
    (D(2026, 1, 1), 10000),
)
COUNTED = {"ever": 11111, "rolling": 11100, "year": 10000}
RECEIPTS = {"ever": 5, "rolling": 3, "year": 1}


@pytest.mark.parametrize("over", OVERS)
@pytest.mark.parametrize(("short", "reached"), [(1, "bronze"), (0, "silver")])
def test_spend_reaches_a_level_to_the_kopeck_in_every_window(over: str, short: int, reached: str) -> None:
    programme = ladder(COUNTED[over] + short, over=OVERS[over])

    assert reached == level(programme, standing(*EDGES), TODAY)


@pytest.mark.parametrize("over", OVERS)
@pytest.mark.parametrize(("short", "reached"), [(1, "bronze"), (0, "silver")])
def test_receipts_reach_a_level_in_every_window(over: str, short: int, reached: str) -> None:
    programme = ladder(RECEIPTS[over] + short, by=LevelBy.RECEIPTS, over=OVERS[over])

    assert reached == level(programme, standing(*EDGES), TODAY)


# 2 Jul 2024 … 1 Jul 2026 are 730 days = 24 months; the rolling window is 365 = 12 months; the year has 182 days.
LTV = {"ever": 11111 * 24 * 365 // (12 * 730), "rolling": 11100 * 24 * 365 // (12 * 365), "year": 10000 * 24 * 365 // (12 * 182)}  # fmt: skip


@pytest.mark.parametrize("over", OVERS)
@pytest.mark.parametrize(("short", "reached"), [(1, "bronze"), (0, "silver")])
def test_a_lifetime_value_reaches_a_level_in_every_window(over: str, short: int, reached: str) -> None:
    programme = ladder(LTV[over] + short, by=LevelBy.LTV, over=OVERS[over], months=24)

    assert reached == level(programme, standing(*EDGES, joined=D(2024, 7, 2)), TODAY)


@pytest.mark.parametrize("over", OVERS)
def test_the_outlook_says_how_much_is_left_to_the_next_level(over: str) -> None:
    found = outlook(ladder(COUNTED[over] + 7, over=OVERS[over]), standing(*EDGES), TODAY)

    assert found is not None
    assert (COUNTED[over], "silver", 7) == (found.total, found.next_level, found.missing)


@pytest.mark.parametrize(
    ("day", "counted"),
    [
        (D(2026, 3, 31), 100),
        (D(2026, 4, 1), 20),
        (D(2026, 4, 30), 20),
        (D(2026, 5, 1), 20),
        (D(2026, 7, 1), 0),
    ],
)
def test_a_quarter_begins_in_january_april_july_and_october(day: date, counted: int) -> None:
    who = standing((D(2026, 1, 1), 100), (D(2026, 4, 1), 20))
    who = standing((D(2026, 1, 1), 100)) if day < D(2026, 4, 1) else who

    assert counted == level_total(ladder(1, over=LevelOver.CALENDAR_QUARTER), who, day)


def test_a_month_begins_on_its_first_day() -> None:
    programme, who = ladder(1, over=LevelOver.CALENDAR_MONTH), standing((D(2026, 2, 28), 5))

    assert ["silver", "bronze"] == [level(programme, who, day) for day in (D(2026, 2, 28), D(2026, 3, 1))]


def test_points_of_their_own_column_count() -> None:
    programme = ladder(30, by=LevelBy.POINTS, points="mile")

    assert "bronze" == level(programme, standing((TODAY, 9999, 29)), TODAY)
    assert "silver" == level(programme, standing((TODAY, 0, 29), (TODAY, 0, 1)), TODAY)


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [
        (D(2024, 1, 31), D(2024, 2, 28), 0),
        (D(2024, 1, 31), D(2024, 2, 29), 1),
        (D(2023, 1, 31), D(2023, 2, 28), 1),
        (D(2024, 2, 29), D(2025, 2, 28), 12),
        (D(2024, 3, 15), D(2026, 4, 14), 24),
        (D(2024, 3, 15), D(2026, 4, 15), 25),
        (D(2026, 3, 15), D(2026, 3, 15), 0),
        (D(2026, 3, 15), D(2020, 3, 15), 0),
    ],
)
def test_full_months_are_counted_by_the_calendar(since: date, day: date, months: int) -> None:
    assert months == full_months(since, day)


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (D(2025, 2, 28), "bronze"), (D(2025, 3, 1), "silver"), (D(2026, 2, 28), "silver"), (D(2026, 3, 1), "gold"),
        (D(2026, 4, 1), "gold"), (D(2027, 2, 28), "gold"), (D(2027, 3, 1), "platinum"),
    ],
)  # fmt: skip
def test_a_club_by_tenure_lifts_its_members_on_the_day(day: date, held: str) -> None:
    programme = ladder(12, 24, 36, by=LevelBy.TENURE)

    assert held == level(programme, standing(joined=D(2024, 3, 1)), day)


def test_tenure_begins_on_the_day_of_the_programmes_zone() -> None:
    who = Standing("club", datetime(2025, 2, 28, 21, 30, tzinfo=UTC))  # 1 March in Moscow

    assert "bronze" == level(ladder(1, by=LevelBy.TENURE), who, D(2025, 3, 31))
    assert "silver" == level(ladder(1, by=LevelBy.TENURE), who, D(2025, 4, 1))


def test_the_outlook_of_tenure_names_the_day() -> None:
    found = outlook(ladder(12, 24, 36, by=LevelBy.TENURE), standing(joined=D(2024, 3, 1)), D(2026, 4, 2))

    assert found is not None
    assert ("gold", 25, "platinum", 11, D(2027, 3, 1)) == (
        found.level, found.total, found.next_level, found.missing, found.next_on,
    )  # fmt: skip
    assert (None, None) == (found.falls_on, found.keep_by)


BOUGHT = (D(2026, 1, 10), 100)


@pytest.mark.parametrize(
    ("facts", "last"),
    [
        ({}, D(2026, 2, 8)),  # the window of 30 days alone
        ({"grace": Span(days=1)}, D(2026, 2, 9)),
        ({"grace": Span(days=14)}, D(2026, 2, 22)),
        ({"grace": Span(months=1)}, D(2026, 3, 8)),
    ],
)
def test_grace_keeps_a_level_to_the_day(facts: dict[str, object], last: date) -> None:
    programme, who = ladder(100, over=Span(days=30), **facts), standing(BOUGHT)
    climb = Climb(programme, who, BOUGHT[0])

    assert ["silver", "bronze"] == [
        level(programme, who, day) for day in (last, D.fromordinal(last.toordinal() + 1))
    ]
    assert D.fromordinal(last.toordinal() + 1) == first_below(climb, BOUGHT[0])


def test_levels_fall_one_by_one_each_after_a_grace_of_its_own() -> None:
    programme = ladder(100, 200, 300, over=Span(days=30), grace=Span(days=10), one_step=True)
    who = standing((D(2026, 1, 1), 300))
    held = [level(programme, who, D(2026, month, day)) for month, day in ((2, 9), (2, 10), (2, 19), (2, 20), (3, 1), (3, 2))]  # fmt: skip

    assert ["platinum", "gold", "gold", "silver", "silver", "bronze"] == held


def test_a_purchase_on_the_way_down_begins_the_grace_anew() -> None:
    programme = ladder(100, 200, over=Span(days=30), grace=Span(days=10), one_step=True)
    who = standing((D(2026, 1, 1), 200), (D(2026, 2, 12), 100))

    # Gold fell on 10 February; silver has its support through 13 March and then ten days.
    held = [
        level(programme, who, day) for day in (D(2026, 2, 9), D(2026, 2, 10), D(2026, 3, 23), D(2026, 3, 24))
    ]
    assert ["gold", "silver", "silver", "bronze"] == held


def test_without_one_step_a_level_falls_to_what_the_total_reaches() -> None:
    programme = ladder(100, 200, 300, over=Span(days=30), grace=Span(days=10))
    who = standing((D(2026, 1, 1), 300))

    assert ["platinum", "bronze"] == [level(programme, who, day) for day in (D(2026, 2, 9), D(2026, 2, 10))]


@pytest.mark.parametrize(
    ("facts", "edges"),
    [
        ({}, {D(2026, 3, 5): "gold", D(2027, 12, 31): "gold", D(2028, 1, 1): "bronze"}),
        ({"grace": Span(months=2)}, {D(2028, 2, 29): "gold", D(2028, 3, 1): "bronze"}),
        ({"one_step": True}, {D(2027, 12, 31): "gold", D(2028, 1, 1): "silver", D(2028, 12, 31): "silver", D(2029, 1, 1): "bronze"}),
    ],
)  # fmt: skip
def test_a_level_won_in_a_year_holds_through_the_next_one(
    facts: dict[str, object], edges: dict[date, str]
) -> None:
    programme = ladder(100, 200, over=LevelOver.CALENDAR_YEAR, down=LevelDown.PERIOD_END, **facts)
    who = standing((D(2026, 3, 5), 200))

    assert edges == {day: level(programme, who, day) for day in edges}


def test_a_level_supported_in_the_next_quarter_is_carried_on() -> None:
    programme = ladder(100, over=LevelOver.CALENDAR_QUARTER, down=LevelDown.PERIOD_END)
    who = standing((D(2026, 1, 5), 100), (D(2026, 6, 30), 99), (D(2026, 6, 30), 1))

    assert ["silver", "bronze"] == [level(programme, who, day) for day in (D(2026, 9, 30), D(2026, 10, 1))]


def test_levels_that_never_fall_outlive_their_window() -> None:
    programme = ladder(100, over=Span(days=30), down=LevelDown.NEVER)
    who = standing(BOUGHT)
    found = outlook(programme, who, D(2036, 1, 1))

    assert found is not None
    assert ("silver", None) == (found.level, found.falls_on)


def test_a_level_that_never_falls_goes_with_the_purchases_that_won_it() -> None:
    programme = ladder(100, over=Span(days=30), down=LevelDown.NEVER)
    who = standing((D(2026, 1, 1), 60), (D(2026, 1, 20), 40))
    who.book(D(2026, 1, 1), spend_minor=-60, receipts=-1, points=0)

    assert "bronze" == level(programme, who, D(2026, 1, 21))


@pytest.mark.parametrize(
    ("manual", "edges"),
    [
        (Manual("gold", D(2026, 5, 31)), {D(2026, 5, 31): "gold", D(2026, 6, 1): "silver"}),
        (Manual("gold"), {D(2036, 6, 1): "gold"}),
        (Manual("bronze", D(2026, 5, 31)), {D(2026, 5, 31): "silver"}),
        (Manual("vanished"), {D(2026, 5, 31): "silver"}),
    ],
)
def test_a_level_set_by_hand_is_a_floor_until_its_last_day(manual: Manual, edges: dict[date, str]) -> None:
    programme, who = ladder(100, 200), standing(BOUGHT, manual=manual)

    assert edges == {day: level(programme, who, day) for day in edges}


def test_the_outlook_tells_through_which_day_a_level_was_set_by_hand() -> None:
    who = standing(BOUGHT, manual=Manual("gold", D(2026, 5, 31)))
    found = outlook(ladder(100, 200), who, D(2026, 5, 1))

    assert found is not None
    assert (True, D(2026, 5, 31), D(2026, 6, 1), "silver") == (
        found.manual, found.manual_until, found.falls_on, found.falls_to,
    )  # fmt: skip
    assert (100, D(2026, 5, 31)) == (found.keep_missing, found.keep_by)


def test_the_outlook_says_what_keeps_a_level_and_by_when() -> None:
    programme, who = ladder(100, over=Span(days=30)), standing((D(2026, 1, 1), 70), (D(2026, 1, 10), 40))
    found = outlook(programme, who, D(2026, 1, 11))

    assert found is not None
    assert (D(2026, 1, 31), "bronze", 60, D(2026, 1, 30)) == (
        found.falls_on, found.falls_to, found.keep_missing, found.keep_by,
    )  # fmt: skip
    who.book(D(2026, 1, 30), spend_minor=60, receipts=1, points=0)
    assert "silver" == level(programme, who, D(2026, 1, 31))
    who.book(D(2026, 1, 30), spend_minor=-1, receipts=0, points=0)
    assert "bronze" == level(programme, who, D(2026, 1, 31))


def test_nothing_bought_before_keeps_a_level_of_a_year_that_begins_anew() -> None:
    found = outlook(ladder(100, over=LevelOver.CALENDAR_YEAR), standing(BOUGHT), D(2026, 6, 1))

    assert found is not None
    assert (D(2027, 1, 1), 0, None) == (found.falls_on, found.keep_missing, found.keep_by)


def test_a_lifetime_value_is_missing_purchases() -> None:
    programme = ladder(1000, by=LevelBy.LTV, over=Span(days=365), months=24)
    who = standing((D(2026, 6, 1), 300), joined=D(2025, 1, 1))
    found = outlook(programme, who, TODAY)

    assert found is not None
    assert (600, 200) == (found.total, found.missing)
    who.book(TODAY, spend_minor=199, receipts=1, points=0)
    assert "bronze" == level(programme, who, TODAY)
    who.book(TODAY, spend_minor=1, receipts=0, points=0)
    assert "silver" == level(programme, who, TODAY)


def test_a_newcomers_lifetime_value_is_a_mean_over_a_month_at_least() -> None:
    programme = ladder(2400, by=LevelBy.LTV, months=24)

    assert 2400 == level_total(programme, standing((TODAY, 100), joined=TODAY), TODAY)
    assert 0 == level_total(programme, standing((TODAY, 0), joined=TODAY), TODAY)


def test_a_new_ladder_leaves_levels_to_its_own_way_down() -> None:
    old, since = Levels((Step("bronze", 0), Step("silver", 50))), D(2026, 2, 1)
    who = standing(BOUGHT)
    for facts, edges in (
        ({}, {D(2026, 2, 1): "bronze"}),
        ({"grace": Span(days=10)}, {D(2026, 2, 10): "silver", D(2026, 2, 11): "bronze"}),
        ({"down": LevelDown.NEVER}, {D(2036, 2, 11): "silver"}),
    ):
        programme = ladder(150, **facts)
        assert programme.levels is not None
        who.reigns = (Reign(D(2020, 1, 1), old), Reign(since, programme.levels))
        assert edges == {day: level(programme, who, day) for day in edges}


def test_a_level_lost_under_an_old_ladder_is_not_given_back_by_one_that_never_falls() -> None:
    programme = ladder(100, over=Span(days=30), down=LevelDown.NEVER)
    old = ladder(100, over=Span(days=30))
    assert programme.levels is not None
    who = standing(BOUGHT)
    who.reigns = (Reign(D(2020, 1, 1), old.levels), Reign(D(2026, 6, 1), programme.levels))

    assert "bronze" == level(programme, who, D(2026, 6, 1))


def test_the_order_of_returns_never_matters() -> None:
    rows = ((D(2026, 1, 1), 100), (D(2026, 1, 2), 100), (D(2026, 1, 2), 30), (D(2026, 3, 1), 80))
    for facts in (
        {"down": LevelDown.NEVER},
        {"grace": Span(days=20)},
        {"grace": Span(days=9), "one_step": True},
    ):
        programme = ladder(100, 200, over=Span(days=30), **facts)
        seen = set()
        for order in permutations(rows):
            who, held = standing(*rows), []
            for day, spend in order[:3]:
                who.book(day, spend_minor=-spend, receipts=-1, points=0)
                held.append(level(programme, who, D(2026, 3, 2)))
            seen.add((order[3], held[-1]))
        assert 4 == len(seen)


@pytest.mark.parametrize("down", [LevelDown.AT_ONCE, LevelDown.NEVER])
def test_huge_and_empty_totals_have_a_level(down: LevelDown) -> None:
    programme = ladder(100, over=Span(days=30), down=down)

    assert "silver" == level(programme, standing((TODAY, 10**18)), TODAY)
    assert "bronze" == level(programme, standing(), TODAY)
    assert "bronze" == level(programme, standing((TODAY, 0), joined=D(2030, 1, 1)), TODAY)
