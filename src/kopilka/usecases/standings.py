"""Every standing of a programme, page by page, with as many purchases as ladders ask for."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from kopilka.core.member.ladder import counts_from, grows, keeps
from kopilka.core.member.standing import Reign, Standing
from kopilka.core.programme.document import LevelBy, Levels

PAGE = 5_000
Row = tuple[int, str, Standing]
"""Bucket, holder, standing."""


class Pages(Protocol):
    """Reads standings."""

    def standings(
        self, programme: str, since: date | None, after: tuple[int, str], limit: int
    ) -> Sequence[Row]:
        """A page of standings after a (bucket, holder), in that order, with kept purchases from a day on."""
        ...


def standings_of(
    store: Pages, programme: str, reigns: tuple[Reign, ...], today: date
) -> Iterator[Sequence[Row]]:
    """Pages of standings that know the ladders which have ruled, so that any of them may be asked for."""
    days = [counts_from(reigns, number, today) for number in range(len(reigns))]
    since = min((day for day in days if day is not None), default=None)
    after = (-1, "")
    while page := store.standings(programme, since, after, PAGE):
        for _, _, standing in page:
            standing.reigns = reigns
        yield page
        after = page[-1][:2]


def ladders_of(reigns: tuple[Reign, ...], levels: Levels | None) -> tuple[Reign, ...]:
    """The ladders that have ruled; the only one where no other has."""
    return reigns or (Reign(date.min, levels),)


def by_total(levels: Levels, reigns: tuple[Reign, ...]) -> bool:
    """Whether a total alone decides this ladder, so that a store can do it in sets."""
    counted = levels.by in {LevelBy.SPEND, LevelBy.RECEIPTS, LevelBy.POINTS}
    return counted and countable(levels, reigns)


def countable(levels: Levels, reigns: tuple[Reign, ...]) -> bool:
    """Whether the day alone decides this ladder, whatever was on earlier ones."""
    return not (keeps(levels) and (not grows(levels) or len(reigns) > 1))
