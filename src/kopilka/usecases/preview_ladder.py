"""What would a new ladder do to today's members? From which level to which, how many, and who for example."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import rank_now
from kopilka.core.member.standing import Reign, Standing
from kopilka.core.programme.document import Levels, Programme
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.standings import Pages, by_total, ladders_of, standings_of
from kopilka.values.period import local_day

EXAMPLES = 3
WHOLE = 10_000


class Move(msgspec.Struct, frozen=True):
    """Members who stand on a level today and would stand on another one (or the same); examples are members' ids."""

    before: str
    after: str
    members: int
    examples: tuple[str, ...] = ()


class LadderPreview(msgspec.Struct, frozen=True):
    """From → to, from the lowest level on; an empty level where there was or will be no ladder."""

    programme: str
    members: int
    up: int
    down: int
    moves: tuple[Move, ...]

    @property
    def share(self) -> int:
        """The share of members who move, in hundredths of a percent, rounded down."""
        return (self.up + self.down) * WHOLE // max(1, self.members)


class LadderMatrix(msgspec.Struct, frozen=True):
    """What a store is asked to count in sets: two ladders whose levels a total alone decides."""

    programme: str
    before: Levels
    after: Levels
    today: date


class PreviewStore(Pages, Protocol):
    """Reads standings, in pages or in sets."""

    def ladder_matrix(self, wanted: LadderMatrix) -> Sequence[tuple[int, int, int, Sequence[str]]]:
        """(rank before, rank after, members, a few holders) of every pair that occurs."""
        ...

    def members_of(self, holders: Sequence[str]) -> dict[str, str]:
        """A member of each holder."""
        ...


def preview_ladder(
    store: PreviewStore, catalogue: Catalogue, draft: Programme, now: datetime
) -> LadderPreview | None:
    """Today's members under the ladder in force and under the draft's; None where the draft changes no level."""
    rules = catalogue.ruleset(draft.programme, now)
    if rules is None or rules.programme.levels == draft.levels:
        return None
    ruling, today = rules.programme, local_day(now, draft.zone)
    reigns = [
        reign
        for reign in ladders_of(catalogue.reigns(draft.programme), ruling.levels)
        if reign.first_on <= today
    ]
    ladders = (*reigns, Reign(today, draft.levels))
    if (
        ruling.levels is not None and draft.levels is not None
        and by_total(ruling.levels, tuple(reigns)) and by_total(draft.levels, ladders)
    ):  # fmt: skip
        found = store.ladder_matrix(LadderMatrix(draft.programme, ruling.levels, draft.levels, today))
        cells = {(before, after): (count, list(holders)) for before, after, count, holders in found}
    else:
        pages = standings_of(store, draft.programme, ladders, today)
        cells = _counted((row for page in pages for row in page), ruling, draft, today)
    return _told(store, ruling, draft, cells)


Cells = dict[tuple[int, int], tuple[int, list[str]]]


def _counted(
    rows: Iterable[tuple[int, str, Standing]], ruling: Programme, draft: Programme, today: date
) -> Cells:
    cells: Cells = {}
    for _, holder_id, standing in rows:
        before = -1 if ruling.levels is None else rank_now(ruling, standing, today)
        after = -1 if draft.levels is None else rank_now(draft, standing, today)
        count, holders = cells.get((before, after), (0, []))
        if len(holders) < EXAMPLES:
            holders.append(holder_id)
        cells[before, after] = (count + 1, holders)
    return cells


def _told(store: PreviewStore, ruling: Programme, draft: Programme, cells: Cells) -> LadderPreview:
    """The ranks as levels; up and down go by the order of the draft where both ladders have the level, else by rank."""
    names = store.members_of([holder for _, holders in cells.values() for holder in holders])
    moves, up, down = [], 0, 0
    for (before, after), (count, holders) in sorted(cells.items()):
        old, new = _level(ruling.levels, before), _level(draft.levels, after)
        place = next((i for i, step in enumerate(_ladder(draft.levels)) if step == old), before)
        up += count if after > place else 0
        down += count if after < place else 0
        moves.append(Move(old, new, count, tuple(names[holder] for holder in holders if holder in names)))
    total = sum(move.members for move in moves)
    return LadderPreview(draft.programme, total, up, down, tuple(moves))


def _ladder(levels: Levels | None) -> list[str]:
    return [] if levels is None else [step.id for step in levels.ladder]


def _level(levels: Levels | None, rank: int) -> str:
    return _ladder(levels)[rank] if rank >= 0 else ""
