"""Memberships as other systems list them: many at once, by what they are and what they have, and what moved in all of
them in the order of time. Reads only.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kopilka.core.member.ladder import (
    YEAR_DAYS,
    counts_from,
    full_months,
    rank_now,
    reaches_back,
    window_start,
)
from kopilka.core.member.standing import Reign, Standing
from kopilka.core.programme.document import LevelBy, Levels
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.foreign import Fact
from kopilka.usecases.ports import LedgerStore, Wanted
from kopilka.usecases.show import Holder, level_view
from kopilka.usecases.standings import countable, ladders_of
from kopilka.usecases.views import (
    MemberView,
    StandingView,
    StatementLine,
    WalletView,
    due_lines,
    wallets_at,
)
from kopilka.values.period import DAY, Span, day_end, day_start, local_day

Bounds = tuple[int | None, int | None]
"""The least and the most, both allowed; None for no bound."""
Days = tuple[date | None, date | None]
UNBOUND: Bounds = (None, None)
NEVER = 2**31 - 1
"""More days than anybody has been a member."""
FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)
"""Days beyond which nothing burns."""


class OwnFields(msgspec.Struct, frozen=True):
    """Facts of documents which a connection keeps beside memberships, by the same name as its customers."""

    connection_id: str
    kind: str
    identifiers: str
    facts: tuple[Fact, ...]


class AccountSearch(msgspec.Struct, frozen=True):
    """Which members, newest first: empty texts, Nones and unbound numbers ask for nothing. All that is asked has to be
    true of a member. `words` stand in a name, an e-mail or an identifier; `phone` are digits of a phone. `identifiers`
    begins the `external` identifiers whose third part is a site; who has none is of the shop where they joined, else of
    `home`. `amount` is what can be spent of `kind` now, `burning` the last days on which some of it can be. `orders` and
    `levels` are those of `programme`.
    """

    status: str = ""
    enrolled_from: datetime | None = None
    enrolled_until: datetime | None = None
    programmes: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    words: str = ""
    phone: str = ""
    card: str = ""
    sites: tuple[str, ...] = ()
    identifiers: str = ""
    home: str = ""
    own: OwnFields | None = None
    programme: str = ""
    kind: str = ""
    amount: Bounds = UNBOUND
    burning: Days = (None, None)
    orders: Bounds = UNBOUND
    levels: tuple[str, ...] = ()
    skip: int = 0
    limit: int = 500

    @property
    def plain(self) -> bool:
        """Whether only what a member is by themselves matters, so that a page is read without looking at all."""
        named = self.members is not None or self.words or self.phone or self.card
        has = self.amount != UNBOUND or self.orders != UNBOUND or self.burning != (None, None)
        return not (named or has or self.sites or self.own or self.levels)


class Rungs(msgspec.Struct, frozen=True):
    """A ladder as a store counts it: a total `by` spend, receipts, points, tenure (days since joining) or ltv (`factor`
    times the spend by the days of the mean) of the days from `since` on reaches the last of `starts` that is no more.
    `wanted` are ranks.
    """

    by: str
    starts: tuple[int, ...]
    ids: tuple[str, ...]
    wanted: tuple[int, ...]
    today: date
    zone: str
    since: date | None = None
    factor: int = 0


class Back(msgspec.Struct, frozen=True):
    """What a ladder that keeps levels remembers: purchases from `since` on (None: none are needed but the totals). `any`
    level may be kept, whatever was bought, for an earlier ladder still matters.
    """

    since: date | None
    any: bool = False


class Reckoned(msgspec.Struct, frozen=True):
    """What of a search depends on the moment and the programme in force. `kept` are holders whose level is one of those
    asked for, and `lost` others, whatever a store counts.
    """

    at: datetime
    burns_after: datetime | None = None
    burns_until: datetime | None = None
    orders_since: date | None = None
    rungs: Rungs | None = None
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Means(msgspec.Struct, frozen=True):
    """What a holder has and has reached."""

    wallets: tuple[WalletView, ...] = ()
    standings: tuple[StandingView, ...] = ()


class LineSearch(msgspec.Struct, frozen=True):
    """Which lines of a holder's statement of a points kind, newest first: recorded from `since` on, and before `until`."""

    holder: Holder
    kind: str
    since: datetime | None = None
    until: datetime | None = None
    skip: int = 0
    limit: int = 50


class Movement(msgspec.Struct, frozen=True):
    """One posting of somebody's wallet, with a member of the holder."""

    bucket: int
    holder_id: str
    member_id: str
    line: StatementLine

    @property
    def place(self) -> "Place":
        """Where it stands among all."""
        return self.line.recorded_at, self.bucket, self.holder_id, self.line.kind, self.line.version


Place = tuple[datetime, int, str, str, int]


class AccountStore(Protocol):
    """Where this is read."""

    def accounts(self, search: AccountSearch, reckoned: Reckoned) -> tuple[int, list[str]]:
        """How many members there are on all pages, and those of the page; never one that was erased."""
        ...

    def doubtful(self, programme: str, rungs: Rungs, back: Back) -> list[tuple[str, Standing]]:
        """Holders of whom what counts today does not tell whether they stand on a rank that is `wanted`."""
        ...

    def members(self, ids: Sequence[str]) -> list[MemberView]:
        """Members by id, without their consents."""
        ...

    def named(self, kind: str, values: Sequence[str]) -> list[str]:
        """The ids of members whom identifiers find."""
        ...

    def lines(self, search: LineSearch) -> tuple[int, list[StatementLine]]:
        """How many postings of a wallet there are on all pages, and those of the page."""
        ...

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        """Postings of all wallets of some kinds, oldest first, behind a place. What is recorded while a batch is still
        being committed waits for it, so that a reader who goes on from the last place misses nothing.
        """
        ...


class Accounts:
    """The questions. `clock` comes from outside."""

    def __init__(
        self, store: AccountStore, ledger: LedgerStore, catalogue: Catalogue, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalogue = catalogue
        self._clock = clock

    def find(self, search: AccountSearch) -> tuple[int, list[str]]:
        """How many members there are on all pages, and the ids of those on the page."""
        now = self._clock()
        if not search.programme:
            return self._store.accounts(search, Reckoned(now))
        rules = self._catalogue.ruleset(search.programme, now)
        if rules is None:
            return 0, []
        levels, today = rules.programme.levels, local_day(now, rules.programme.zone)
        first, last = search.burning
        reckoned = Reckoned(
            now,
            None if first is None else day_start(min(max(first, FIRST), LAST), rules.programme.zone),
            None if last is None else day_end(min(max(last, FIRST), LAST), rules.programme.zone),
            window_start(levels, today) if levels is not None and levels.by is LevelBy.SPEND else None,
        )
        if search.levels:
            reckoned = self._by_level(search, reckoned, rules, today)
        return self._store.accounts(search, reckoned)

    def _by_level(self, search: AccountSearch, reckoned: Reckoned, rules: Ruleset, today: date) -> Reckoned:
        levels, programme = rules.programme.levels, rules.programme
        ids = () if levels is None else tuple(step.id for step in levels.ladder)
        wanted = tuple(rank for rank, id_ in enumerate(ids) if id_ in search.levels)
        if levels is None:
            rungs = Rungs(LevelBy.SPEND.value, (0,), ("",), (0,), today, programme.zone)
            return msgspec.structs.replace(reckoned, rungs=rungs)
        reigns = ladders_of(self._catalogue.reigns(programme.programme), levels)
        rungs = Rungs(
            levels.by.value, starts_of(levels, today), ids, wanted, today, programme.zone, window_start(levels, today),
            ltv_factor(levels),
        )  # fmt: skip
        if countable(levels, reigns):
            return msgspec.structs.replace(reckoned, rungs=rungs)
        kept: list[str] = []
        lost: list[str] = []
        for holder_id, standing in self._store.doubtful(
            programme.programme, rungs, back_of(levels, reigns, today)
        ):
            standing.reigns = reigns
            (kept if rank_now(programme, standing, today) in wanted else lost).append(holder_id)
        return msgspec.structs.replace(reckoned, rungs=rungs, kept=tuple(kept), lost=tuple(lost))

    def members(self, ids: Sequence[str]) -> list[MemberView]:
        """Members by id in the order asked, without their consents; those that are no persons any more are left out."""
        found = {each.member_id: each for each in self._store.members(ids)} if ids else {}
        return [found[id_] for id_ in ids if id_ in found]

    def named(self, kind: str, values: Sequence[str]) -> list[str]:
        """The ids of members whom identifiers of a kind find."""
        return self._store.named(kind, values)

    def lines(self, search: LineSearch) -> tuple[int, list[StatementLine]]:
        """How many lines there are on all pages, and those of the page; among them what is due to expire and not written
        yet.
        """
        with self._ledger.batch() as batch:
            holding = batch.load(Wanted([search.holder], caps=False), lock=False).holdings[search.holder[1]]
        due = [
            line
            for line in due_lines(holding.book, self._clock(), search.kind)
            if (search.since is None or line.recorded_at >= search.since)
            and (search.until is None or line.recorded_at < search.until)
        ]
        if not due:
            return self._store.lines(search)
        # There are few, until the next hour: whatever is newer than the page's end stands before it, or in it.
        whole = msgspec.structs.replace(search, skip=0, limit=search.skip + search.limit)
        total, written = self._store.lines(whole)
        lines = sorted(due + written, key=lambda line: line.recorded_at, reverse=True)
        return total + len(due), lines[search.skip : search.skip + search.limit]

    def movements(self, kinds: Sequence[str], after: Place | None, limit: int) -> list[Movement]:
        """Postings of all wallets, oldest first."""
        return self._store.movements(kinds, after, limit)

    def means(self, holders: Iterable[Holder]) -> dict[str, Means]:
        """What holders have now, by holder id."""
        now, known = self._clock(), self._catalogue
        wanted = sorted(set(holders))
        with self._ledger.batch() as batch:
            holdings = batch.load(Wanted(wanted, since=known.since(now), caps=False), lock=False).holdings
        found = {}
        for id_, holding in holdings.items():
            rows = []
            for programme, standing in sorted(holding.standings.items()):
                rules = known.ruleset(programme, now)
                standing.reigns = known.reigns(programme)
                level = None if rules is None else level_view(rules.programme, standing, now)
                rows.append(
                    StandingView(
                        programme, standing.enrolled_at, standing.spend_minor, standing.receipts, standing.points, level
                    )
                )  # fmt: skip
            found[id_] = Means(wallets_at(holding.book, now), tuple(rows))
        return found


def back_of(levels: Levels, reigns: tuple[Reign, ...], today: date) -> Back:
    """What of the past can matter to today's level."""
    days = [counts_from(reigns, number, today) for number in range(len(reigns))]
    ruling = [reign for reign in reigns if reign.first_on <= today]
    earlier = len(ruling) > 1 and reaches_back(levels, today) < ruling[-1].first_on
    return Back(min((day for day in days if day is not None), default=None), earlier)


def starts_of(levels: Levels, today: date) -> tuple[int, ...]:
    """Where the levels of a ladder begin, in what a store counts: of months of tenure, in days."""
    if levels.by is not LevelBy.TENURE:
        return tuple(step.start for step in levels.ladder)
    return tuple(_tenure_days(step.start, today) for step in levels.ladder)


def _tenure_days(months: int, today: date) -> int:
    """How many days ago somebody must have joined at least to have been a member for so many full months."""
    try:
        joined = Span(months=months).before(today) + 4 * DAY
        while full_months(joined, today) < months:
            joined -= DAY
    except (OverflowError, ValueError):
        return NEVER
    return 0 if months == 0 else (today - joined).days


def ltv_factor(levels: Levels) -> int:
    """What a spend is multiplied by, and then divided by twelve times the days of its mean, to be a lifetime value."""
    return levels.months * YEAR_DAYS if levels.by is LevelBy.LTV else 0
