"""Laws of levels: what a member holds today is what walking day by day would have come to, and nothing that came back
leaves a trace.
"""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kopilka.core.member.ladder import (
    Climb,
    full_months,
    keeps,
    lifetime_value,
    months_apart,
    period_last,
    rank_for,
    rank_now,
    window_start,
)
from kopilka.core.member.outlook import first_below, outlook
from kopilka.core.member.standing import Manual, Reign, Standing
from kopilka.core.programme.document import LevelBy, LevelDown, LevelOver, Levels, Programme, Step
from kopilka.values.period import DAY, Span

START = date(2025, 11, 15)
CALENDAR = (LevelOver.CALENDAR_MONTH, LevelOver.CALENDAR_QUARTER, LevelOver.CALENDAR_YEAR)
Rows = list[tuple[int, int]]
purchases = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 400)), max_size=8)


@st.composite
def ladders(draw: st.DrawFn) -> Levels:
    by = draw(st.sampled_from((LevelBy.SPEND, LevelBy.RECEIPTS, LevelBy.LTV, LevelBy.TENURE)))
    unit = {LevelBy.RECEIPTS: 1, LevelBy.TENURE: 2}.get(by, 150)
    ladder = tuple(Step(f"l{n}", n * unit) for n in range(draw(st.integers(1, 4))))
    over = LevelOver.EVER
    if by is not LevelBy.TENURE:
        spans = (LevelOver.EVER, *CALENDAR, Span(days=30), Span(days=7), Span(months=2))
        over = draw(st.sampled_from(spans))
    down = draw(st.sampled_from(LevelDown if over in CALENDAR else (LevelDown.AT_ONCE, LevelDown.NEVER)))
    grace = Span()
    if down is not LevelDown.NEVER:
        grace = draw(st.sampled_from((Span(), Span(days=1), Span(days=12), Span(months=1))))
    timed = down is LevelDown.PERIOD_END or (down is LevelDown.AT_ONCE and grace != Span())
    months = 24 if by is LevelBy.LTV else 0
    return Levels(ladder, by, over, down, grace=grace, one_step=timed and draw(st.booleans()), months=months)


def programme_of(levels: Levels) -> Programme:
    return Programme("club", {}, "RUB", "UTC", {}, (), levels=levels)


def standing_of(rows: Rows) -> Standing:
    found = Standing("club", datetime(START.year, START.month, START.day, 9, tzinfo=UTC))
    for offset, spend in rows:
        found.book(START + timedelta(days=offset), spend_minor=spend, receipts=1, points=0)
    return found


def supported(levels: Levels, rows: Rows, day: date) -> int:
    """The rank that a day's total alone reaches, counted from the receipts."""
    start = window_start(levels, day)
    kept = [spend for n, spend in rows if (start or date.min) <= START + timedelta(days=n) <= day]
    total = {LevelBy.RECEIPTS: len(kept), LevelBy.TENURE: full_months(START, day)}.get(levels.by, sum(kept))
    if levels.by is LevelBy.LTV:
        total = lifetime_value(levels, total, months_apart(start, START, day))
    return rank_for(levels, total)


class Walker:
    """A member who is looked at every day; `until` is through which day a rank is kept, before grace."""

    def __init__(self) -> None:
        self.rank = 0
        self.until: dict[int, date] = {}

    def day(self, levels: Levels, today: date, reached: int) -> None:
        for rank in range(reached + 1):
            self.until[rank] = _through(levels, today)
        if reached >= self.rank or not keeps(levels):
            self.rank = reached
            return
        if levels.down is LevelDown.NEVER:
            return
        while self.rank > reached and levels.grace.after(self.until[self.rank]) < today:
            base = self.until[self.rank]
            self.rank -= 1
            if levels.one_step:
                self.until[self.rank] = max(self.until[self.rank], _again(levels, base))


def _through(levels: Levels, day: date) -> date:
    if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
        return period_last(levels.over, period_last(levels.over, day) + DAY)
    return day


def _again(levels: Levels, base: date) -> date:
    if levels.down is LevelDown.PERIOD_END and isinstance(levels.over, LevelOver):
        return period_last(levels.over, base + DAY)
    return levels.grace.after(base)


@given(ladders(), purchases, st.integers(0, 500))
@settings(max_examples=300, deadline=None)
def test_walking_day_by_day_is_asking_once(levels: Levels, rows: Rows, days: int) -> None:
    walker, seen = Walker(), [row for row in rows if row[0] <= days]
    for n in range(days + 1):
        today = START + timedelta(days=n)
        walker.day(levels, today, supported(levels, seen, today))

    assert walker.rank == rank_now(programme_of(levels), standing_of(seen), START + timedelta(days=days))


@given(ladders(), purchases, purchases, st.randoms(use_true_random=False), st.integers(200, 400))
@settings(max_examples=150, deadline=None)
def test_what_came_back_had_never_been_bought(
    levels: Levels, kept: Rows, returned: Rows, random: object, days: int
) -> None:
    programme, today = programme_of(levels), START + timedelta(days=days)
    both = standing_of(kept + returned)
    random.shuffle(returned)  # type: ignore[attr-defined]
    for offset, spend in returned:
        both.book(START + timedelta(days=offset), spend_minor=-spend, receipts=-1, points=0)

    assert outlook(programme, standing_of(kept), today) == outlook(programme, both, today)


@given(ladders(), purchases, st.integers(0, 250))
@settings(max_examples=150, deadline=None)
def test_a_fall_comes_on_its_day_and_not_before(levels: Levels, rows: Rows, days: int) -> None:
    programme, today = programme_of(levels), START + timedelta(days=days)
    standing = standing_of([row for row in rows if row[0] <= days])
    climb = Climb(programme, standing, today)
    rank, falls_on = climb.rank(today), first_below(climb, today)

    for n in range(1, 200):
        day = today + timedelta(days=n)
        assert (falls_on is not None and falls_on <= day) == (rank_now(programme, standing, day) < rank)


@given(ladders(), purchases, st.integers(0, 250))
@settings(max_examples=150, deadline=None)
def test_buying_what_is_missing_is_enough_and_a_unit_less_is_not(
    levels: Levels, rows: Rows, days: int
) -> None:
    programme, today = programme_of(levels), START + timedelta(days=days)
    rows = [row for row in rows if row[0] <= days]
    found = outlook(programme, standing_of(rows), today)
    assert found is not None
    if not found.next_level or levels.by in {LevelBy.TENURE, LevelBy.RECEIPTS} or not found.missing:
        return

    enough, short = (
        standing_of([*rows, (days, found.missing)]),
        standing_of([*rows, (days, found.missing - 1)]),
    )
    assert found.rank < rank_now(programme, enough, today)
    assert found.rank == rank_now(programme, short, today)


@given(ladders(), purchases, st.integers(0, 250))
@settings(max_examples=150, deadline=None)
def test_what_keeps_a_level_keeps_it(levels: Levels, rows: Rows, days: int) -> None:
    programme, today = programme_of(levels), START + timedelta(days=days)
    rows = [row for row in rows if row[0] <= days]
    found = outlook(programme, standing_of(rows), today)
    assert found is not None
    if found.keep_by is None or found.falls_on is None or levels.by is LevelBy.RECEIPTS:
        return

    last = (found.keep_by - START).days
    enough = standing_of([*rows, (last, found.keep_missing)])
    short = standing_of([*rows, (last, found.keep_missing - 1)])
    assert found.rank <= rank_now(programme, enough, found.falls_on)
    assert found.rank > rank_now(programme, short, found.falls_on)


@given(ladders(), purchases, st.integers(0, 3), st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=100, deadline=None)
def test_a_floor_is_never_broken_and_takes_nothing(
    levels: Levels, rows: Rows, rank: int, until: int, days: int
) -> None:
    programme, today = programme_of(levels), START + timedelta(days=days)
    standing, last_on = standing_of(rows), START + timedelta(days=until)
    without = rank_now(programme, standing, today)
    rank = min(rank, len(levels.ladder) - 1)
    standing.manual = Manual(levels.ladder[rank].id, last_on)

    assert rank_now(programme, standing, today) == (max(rank, without) if today <= last_on else without)


@given(ladders(), ladders(), purchases, st.integers(0, 200), st.integers(0, 250))
@settings(max_examples=100, deadline=None)
def test_a_new_ladder_goes_on_from_what_the_old_one_left(
    old: Levels, new: Levels, rows: Rows, since: int, days: int
) -> None:
    walker, today = Walker(), START + timedelta(days=since)
    for n in range(since):
        day = START + timedelta(days=n)
        walker.day(old, day, supported(old, rows, day))
    held = min(walker.rank, len(old.ladder) - 1)
    carried = held if held < len(new.ladder) else 0
    walker = Walker()
    walker.day(new, today - DAY, carried)
    for n in range(since, since + days + 1):
        day = START + timedelta(days=n)
        walker.day(new, day, supported(new, rows, day))
    standing = standing_of(rows)
    standing.reigns = (Reign(date.min, old), Reign(today, new))

    late = [n for n, _ in rows if n > since + days]
    if old != new and since and not late:
        assert walker.rank == rank_now(programme_of(new), standing, START + timedelta(days=since + days))
