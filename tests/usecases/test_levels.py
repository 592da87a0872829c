"""Levels over a database: the night writes what sales see already, tells of falls once, and keeps levels set by hand."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from world import World, opened, programme_of

from kopilka.core.member.ladder import rank_now
from kopilka.core.member.standing import Reign
from kopilka.store.nightly import PostgresNight
from kopilka.store.views import PostgresViews
from kopilka.usecases.commands import Quote, Ref, SetLevel
from kopilka.usecases.nightly import move_levels
from kopilka.usecases.outcomes import Done, Outcome, Refused
from kopilka.usecases.ports import Wanted
from kopilka.usecases.preview_ladder import LadderPreview
from kopilka.usecases.quote_receipt import Quoted
from kopilka.usecases.show import Views
from kopilka.usecases.standings import standings_of

TEXT = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points: {{bonus: {{worth: 1.00}}}}
levels: {{{levels}, ladder: [{{id: base, from: 0}}, {{id: silver, from: {silver}}}, {{id: gold, from: {gold}}}]}}
rules: [{{id: cashback, earn: {{percent: {{base: 5, silver: 7, gold: 10}}}}}}]
"""


Club = Callable[..., World]


@pytest.fixture
def club(database: str) -> Iterator[Club]:
    """A shop with a ladder of three levels."""
    with ExitStack() as stack:

        def make(levels: str, silver: int = 100, gold: int = 300) -> World:
            return stack.enter_context(opened(database, TEXT.format(levels=levels, silver=silver, gold=gold)))

        yield make


def night(world: World) -> tuple[int, int]:
    return move_levels(PostgresNight(world.pool), world.new_desk().catalogue, world.now, world.number())


def levels_of(world: World) -> dict[str, str]:
    return {
        row["holder_id"]: row["level"] for row in world.named_rows("SELECT holder_id, level FROM standing")
    }


def events(world: World, name: str) -> list[dict[str, object]]:
    return [
        row["data"]
        for row in world.named_rows(
            "SELECT data FROM event WHERE name = %s ORDER BY recorded_at, event_id", [name]
        )
    ]


def level_of(world: World, who: Ref) -> str:
    """The level by which the next receipt is decided."""
    quoted = world.desk.quote([Quote(world.receipt(100), who)])[0]
    assert isinstance(quoted, Quoted)
    return quoted.decision.level


def set_level(world: World, who: Ref, level: str, last_on: date | None = None, key: str = "") -> Outcome:
    command = SetLevel(
        who, "club", level, "a guest of honour", "t", key or f"k{world.number()}", "stf_1", last_on
    )
    return world.desk.run([command])[0]


LADDERS = {
    "in sets": "over: 20d",
    "in sets, ever": "over: ever",
    "in sets, receipts of a month": "by: receipts, over: calendar_month",
    "with grace": "over: 20d, grace: 6d",
    "with grace and steps": "over: 20d, grace: 6d, one_step: yes",
    "never": "over: 20d, down: never",
    "by months, to the end of the next": "over: calendar_month, down: period_end",
    "lifetime value": "by: ltv, months: 6, over: 30d",
    "tenure": "by: tenure",
}


@pytest.mark.parametrize("levels", LADDERS.values(), ids=LADDERS)
def test_the_night_writes_what_sales_see(club: Club, levels: str) -> None:
    counted = "receipts" in levels or "tenure" in levels
    world, random = club(levels, *((1, 3) if counted else (100, 300))), Random(levels)
    members = [world.enrol() for _ in range(12)]
    for n in range(40):
        world.close(random.choice(members), random.choice((1000, 5000, 20000)), id_=f"b{n}")
        if random.random() < 0.2:
            world.back(f"b{n}")
        if random.random() < 0.1:
            set_level(
                world, random.choice(members), "gold", world.now.date() + timedelta(days=random.randrange(30))
            )
        world.pass_time(days=random.choice((0, 1, 3)))
    for days in (0, 5, 17, 40):
        world.pass_time(days=days)
        night(world)

        today, ladder = world.now.date(), world.programme.levels
        assert ladder is not None
        expected = {}
        owners = world.rows("SELECT bucket, holder_id FROM holder")
        with world.ledger.batch() as batch:
            loaded = batch.load(Wanted(owners, since=date(2020, 1, 1)), lock=False)
        for holder_id, holding in loaded.holdings.items():
            expected[holder_id] = ladder.ladder[
                rank_now(world.programme, holding.standings["club"], today)
            ].id
        assert expected == levels_of(world)
        assert (0, 0) == night(world)


def test_a_fall_is_told_once_and_before_it_comes(club: Club) -> None:
    world = club("over: 20d, grace: 10d, warn: 7d")
    who = world.enrol()
    world.close(who, 20000)  # 2 March: supported through the 21st, kept through the 31st
    told = []
    for _ in range(40):
        before = len(events(world, "level.falling"))
        night(world)
        told += [world.now.date()] * (len(events(world, "level.falling")) - before)
        world.pass_time(days=1)

    assert [date(2026, 3, 25)] == told
    assert {"level": "silver", "to": "base", "falls_on": "2026-04-01", "programme": "club"} == events(
        world, "level.falling"
    )[0]
    assert [("base", "silver"), ("silver", "base")] == [
        (row["from"], row["to"]) for row in events(world, "level.moved")
    ]


def test_a_purchase_puts_a_fall_off_and_a_later_one_is_told_again(club: Club) -> None:
    world = club("over: 20d, warn: 3d")
    who = world.enrol()
    world.close(who, 10000)
    for day in range(60):
        night(world)
        if day == 18:
            world.close(who, 10000)
        world.pass_time(days=1)

    assert ["2026-03-22", "2026-04-09"] == [row["falls_on"] for row in events(world, "level.falling")]


def test_a_level_by_hand_holds_through_its_last_day(club: Club) -> None:
    world = club("over: ever")
    who = world.enrol()
    set_level(world, who, "gold", date(2026, 3, 5))
    world.close(who, 10000)
    held = []
    for hour, minute in ((20, 59), (21, 0)):  # midnight in Moscow
        world.now = datetime(2026, 3, 5, hour, minute, tzinfo=UTC)
        held.append(level_of(world, who))

    assert ["gold", "silver"] == held


def test_a_level_by_hand_is_told_with_who_and_why(club: Club) -> None:
    world = club("over: ever")
    who = world.enrol()
    set_level(world, who, "gold", date(2026, 3, 5), "one")
    again = set_level(world, who, "gold", date(2026, 3, 5), "one")
    other = set_level(world, who, "silver", date(2026, 3, 5), "one")

    assert isinstance(again, Done)
    assert again.replayed
    assert isinstance(other, Refused)
    assert "key_reused" == other.code
    assert [
        {
            "programme": "club", "level": "gold", "reason": "a guest of honour", "actor": "stf_1", "last_on": "2026-03-05",
        }
    ] == events(world, "level.set")  # fmt: skip
    assert [("base", "gold")] == [(row["from"], row["to"]) for row in events(world, "level.moved")]


def test_a_level_by_hand_is_ended_by_hand(club: Club) -> None:
    world = club("over: ever")
    who = world.enrol()
    set_level(world, who, "gold")
    set_level(world, who, "")

    assert ["base"] == list(levels_of(world).values())
    assert "base" == level_of(world, who)


@pytest.mark.parametrize(
    ("level", "last_on", "code"),
    [
        ("glod", None, "unknown_level"),
        ("gold", date(2026, 3, 1), "in_the_past"),
        ("gold", date(2026, 3, 2), ""),
    ],
)
def test_a_level_that_cannot_be_is_refused(club: Club, level: str, last_on: date | None, code: str) -> None:
    world = club("over: ever")
    outcome = set_level(world, world.enrol(), level, last_on)

    assert code == getattr(outcome, "code", "")


def test_a_return_moves_the_level_back_and_says_so(club: Club) -> None:
    world = club("over: 20d, down: never")
    who = world.enrol()
    world.close(who, 6000, id_="one")
    world.close(who, 4000, id_="two")
    back = world.back("one")

    assert back.returned is not None
    assert "base" == back.returned.level
    assert [("base", "silver"), ("silver", "base")] == [
        (row["from"], row["to"]) for row in events(world, "level.moved")
    ]


def test_a_new_ladder_keeps_for_its_grace_what_the_old_one_gave(club: Club) -> None:
    world = club("over: ever, grace: 10d")
    who = world.enrol()
    world.close(who, 10000)
    world.pass_time(days=5)
    world.publish(
        TEXT.format(levels="over: ever, grace: 10d", silver=1000, gold=3000), version=2, valid_from=world.now
    )
    held = []
    for days in (0, 9, 1):
        world.pass_time(days=days)
        held.append(level_of(world, who))

    assert ["silver", "silver", "base"] == held


def preview(world: World, text: str) -> LadderPreview | None:
    views = Views(PostgresViews(world.pool), world.ledger, world.new_desk().catalogue, lambda: world.now)
    return views.preview_ladder(programme_of(text))


def cells(found: LadderPreview | None) -> list[tuple[str, str, int]]:
    return [] if found is None else [(row.before, row.after, row.members) for row in found.moves]


def test_a_new_ladder_is_previewed_on_todays_members(club: Club) -> None:
    world = club("over: ever")
    members = [world.enrol() for _ in range(4)]
    for who, spend in zip(members, (0, 10000, 19999, 30000), strict=True):
        world.close(who, spend)
    set_level(world, world.enrol(), "gold")
    found = preview(world, TEXT.format(levels="over: ever", silver=200, gold=300))

    assert found is not None
    assert [("base", "base", 1), ("silver", "base", 2), ("gold", "gold", 2)] == cells(found)
    assert (5, 0, 2, 4000) == (found.members, found.up, found.down, found.share)
    assert {next(iter(world.holding(who).members)) for who in members[1:3]} == set(found.moves[1].examples)


def test_a_new_ladder_with_grace_is_previewed_with_its_grace(club: Club) -> None:
    world = club("over: 20d")
    who = world.enrol()
    world.close(who, 10000)
    softer = TEXT.format(levels="over: 20d, grace: 10d", silver=500, gold=900)
    harder = TEXT.format(levels="over: 20d", silver=500, gold=900)

    assert [("silver", "base", 1)] == cells(preview(world, harder))
    world.pass_time(days=1)
    assert [("silver", "silver", 1)] == cells(preview(world, softer))


def test_a_ladder_of_another_criterion_is_previewed(club: Club) -> None:
    world = club("over: ever")
    world.enrol()
    world.pass_time(days=800)
    world.close(world.enrol(), 99999)

    assert [("base", "gold", 1), ("gold", "base", 1)] == sorted(
        cells(preview(world, TEXT.format(levels="by: tenure", silver=12, gold=24)))
    )


def test_the_same_ladder_and_an_unknown_programme_have_nothing_to_preview(club: Club) -> None:
    world = club("over: ever")
    other = TEXT.format(levels="over: ever", silver=1, gold=2).replace(
        "programme: club", "programme: elsewhere"
    )

    assert preview(world, TEXT.format(levels="over: ever", silver=100, gold=300)) is None
    assert preview(world, other) is None


@pytest.mark.parametrize("over", ["over: ever", "over: 20d", "by: receipts, over: calendar_month"])
def test_counting_in_sets_is_counting_one_by_one(club: Club, over: str) -> None:
    world, random = club("over: 20d"), Random(over)
    members = [world.enrol() for _ in range(15)]
    for n in range(30):
        world.close(random.choice(members), random.choice((1000, 5000, 20000)), id_=f"b{n}")
        world.pass_time(days=random.choice((0, 1, 2)))
    set_level(world, members[0], "gold", world.now.date())
    draft = programme_of(TEXT.format(levels=over, silver=2, gold=250))
    store = PostgresViews(world.pool)
    in_sets = preview(world, TEXT.format(levels=over, silver=2, gold=250))
    today, reigns = (
        world.now.date(),
        (Reign(date.min, world.programme.levels), Reign(world.now.date(), draft.levels)),
    )
    one_by_one: Counter[tuple[str, str]] = Counter()
    for page in standings_of(store, "club", reigns, today):
        for _, _, standing in page:
            ranks = [rank_now(programme, standing, today) for programme in (world.programme, draft)]
            before, after = ("base", "silver", "gold")[ranks[0]], ("base", "silver", "gold")[ranks[1]]
            one_by_one[before, after] += 1

    assert sorted((*pair, count) for pair, count in one_by_one.items()) == sorted(cells(in_sets))
