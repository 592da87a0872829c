"""Replaying a real year of receipts through engine, ledger and store: the same desk, the same verbs, each booked at
its own moment. The back-test (`lab/backtest`) does the same in memory.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import rank_for, window_start
from kopilka.core.programme.document import LevelBy, Programme
from kopilka.core.receipt import Receipt
from kopilka.usecases.commands import Close, Command, Enrol, Exchange, Identifier, Ref
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Done, Outcome, Refused
from kopilka.values.period import local_day

BATCH = 2_000


class KindTotals(msgspec.Struct, frozen=True):
    """Units of one points kind over the whole ledger."""

    issued: int
    spent: int
    expired: int
    outstanding: int


class Totals(Protocol):
    """Sums that a replay reports."""

    def by_kind(self, at: datetime) -> dict[str, KindTotals]:
        """At an instant."""
        ...

    def level_totals(self, programme: str, since: date | None) -> list[tuple[int, int, int]]:
        """(spend, receipts, points) of every holder from a day on."""
        ...


class Purchase(Protocol):
    """A receipt and the household that made it."""

    @property
    def household(self) -> str:
        """Who."""
        ...

    @property
    def receipt(self) -> Receipt:
        """What."""
        ...


class Gifts(msgspec.Struct, frozen=True):
    """Before each receipt the member exchanges as many whole blocks of points as they have."""

    block: int
    kind: str = ""


class ReplayReport(msgspec.Struct, frozen=True):
    """What came out. Points are in smallest units by kind; levels by id."""

    programme: str
    receipts: int
    receipts_earning: dict[str, int]
    refused: int
    members: int
    earned: dict[str, int]
    spent: dict[str, int]
    expired: dict[str, int]
    outstanding: dict[str, int]
    moves_up: dict[str, int]
    levels: dict[str, int]
    paid_minor: int
    at: datetime
    seconds: float


class Tally(msgspec.Struct):
    """What passed through one desk; tallies of several desks over different households add up."""

    receipts: int = 0
    refused: int = 0
    members: int = 0
    paid_minor: int = 0
    earning: dict[str, int] = {}
    moves: dict[str, int] = {}

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count outcomes; a member who has not enough points for a gift was not refused anything."""
        for outcome in outcomes:
            if isinstance(outcome, Refused):
                self.refused += outcome.code != "not_enough_points"
            elif outcome.verb == "enrol":
                self.members += 1
            elif outcome.verb == "close":
                self._closed(outcome)

    def _closed(self, outcome: Done) -> None:
        self.receipts += 1
        sale = outcome.sale
        if sale is None:
            return
        self.paid_minor += sale.decision.paid_minor
        for kind in {earned.kind for earned in sale.decision.earned}:
            self.earning[kind] = self.earning.get(kind, 0) + 1
        if sale.level_won:
            self.moves[sale.level_won] = self.moves.get(sale.level_won, 0) + 1

    def plus(self, other: "Tally") -> "Tally":
        """The sum of two."""
        return Tally(
            self.receipts + other.receipts,
            self.refused + other.refused,
            self.members + other.members,
            self.paid_minor + other.paid_minor,
            dict(Counter(self.earning) + Counter(other.earning)),
            dict(Counter(self.moves) + Counter(other.moves)),
        )


def replay(
    desk: Desk,
    purchases: Iterable[Purchase],
    programme: Programme,
    *,
    gifts: Gifts | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Send purchases through the desk in their order. Members are enrolled at their first receipt; a receipt that
    was replayed before is not booked twice. `progress` is told the receipts done so far.
    """
    tally = Tally()
    for commands, moments in _batches(purchases, programme, gifts):
        tally.add(desk.run(commands, moments))
        if progress is not None:
            progress(tally.receipts)
    return tally


def report(
    totals: Totals, tally: Tally, programme: Programme, *, until: datetime, seconds: float
) -> ReplayReport:
    """The sums of the ledger at the instant `until` (for a whole year its last microsecond) beside the tally."""
    kinds = totals.by_kind(until)
    return ReplayReport(
        programme=programme.programme,
        receipts=tally.receipts,
        receipts_earning=dict(sorted(tally.earning.items())),
        refused=tally.refused,
        members=tally.members,
        earned={kind: row.issued for kind, row in kinds.items()},
        spent={kind: row.spent for kind, row in kinds.items()},
        expired={kind: row.expired for kind, row in kinds.items()},
        outstanding={kind: row.outstanding for kind, row in kinds.items()},
        moves_up=_by_ladder(programme, tally.moves),
        levels=levels_at(totals, programme, until),
        paid_minor=tally.paid_minor,
        at=until,
        seconds=seconds,
    )


def _batches(
    purchases: Iterable[Purchase], programme: Programme, gifts: Gifts | None
) -> Iterator[tuple[list[Command], list[datetime]]]:
    seen: set[str] = set()
    commands: list[Command] = []
    moments: list[datetime] = []
    for purchase in purchases:
        receipt, household = purchase.receipt, purchase.household
        who = Ref("external", household)
        before = len(commands)
        if household not in seen:
            seen.add(household)
            identifier = Identifier("external", household)
            commands.append(
                Enrol(
                    (identifier,),
                    programme.programme,
                    client="replay",
                    key=f"enrol:{household}",
                    at=receipt.at,
                )
            )
        if gifts is not None:
            kind = gifts.kind or next(iter(programme.points))
            key = f"gift:{receipt.id}"
            commands.append(Exchange(who, kind, gifts.block, "replay", "replay", key, 10**6, receipt.at))
        commands.append(Close(receipt, who))
        moments += [receipt.at] * (len(commands) - before)
        if len(commands) >= BATCH:
            yield commands, moments
            commands, moments = [], []
    if commands:
        yield commands, moments


def _by_ladder(programme: Programme, moves: dict[str, int]) -> dict[str, int]:
    ladder = () if programme.levels is None else programme.levels.ladder[1:]
    return {step.id: moves.get(step.id, 0) for step in ladder}


def levels_at(totals: Totals, programme: Programme, at: datetime) -> dict[str, int]:
    """Members on each level at an instant."""
    levels = programme.levels
    if levels is None:
        return {}
    since = window_start(levels, local_day(at, programme.zone))
    column = {LevelBy.SPEND: 0, LevelBy.RECEIPTS: 1, LevelBy.POINTS: 2}[levels.by]
    counts = {step.id: 0 for step in levels.ladder}
    for row in totals.level_totals(programme.programme, since):
        counts[levels.ladder[rank_for(levels, row[column])].id] += 1
    return counts
