"""Show: every question that a screen or a door may ask about members, wallets, receipts and levels. Reads only.

One instance serves all threads of a process. Moments: the past is told from what was recorded by then, the future
from what is known now.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from kopilka.core.member.outlook import outlook
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import PointsKind, Programme
from kopilka.core.receipt import Shop
from kopilka.core.rules.needs import since
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.catalogue import Catalogue
from kopilka.usecases.commands import Ref
from kopilka.usecases.offers import GiftView, PerkView, Redemption, gift_views, perks_of, redemption_of
from kopilka.usecases.ports import Holding, LedgerStore, Wanted
from kopilka.usecases.preview_ladder import LadderPreview, preview_ladder
from kopilka.usecases.views import (
    Burn,
    Gaps,
    LevelView,
    MemberRow,
    MemberView,
    Overview,
    ReceiptRow,
    ReceiptView,
    StandingView,
    StatementLine,
    ViewStore,
    WalletView,
    book_of,
    burning,
    due_lines,
    wallets_at,
)
from kopilka.values.period import local_day

Holder = tuple[int, str]
"""Bucket and id, as a MemberView names them."""


class Views:
    """The questions. `clock` comes from outside."""

    def __init__(
        self, store: ViewStore, ledger: LedgerStore, catalogue: Catalogue, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalogue = catalogue
        self._clock = clock
        self._lock = threading.Lock()

    # -- reference data -----------------------------------------------------------------------------------------

    def catalogue(self) -> Catalogue:
        """Shops and programmes as they are now; to be read, not changed."""
        with self._ledger.batch() as batch:
            _, _, version = batch.find([], [], [])
        with self._lock:
            self._catalogue.refresh(version)
        return self._catalogue

    @property
    def known(self) -> Catalogue:
        """Shops and programmes as last read, without asking the store."""
        return self._catalogue

    def ruleset(self, programme: str = "", at: datetime | None = None) -> Ruleset | None:
        """A programme's version in force at a moment (now); without a name, the only or first programme."""
        known = self.catalogue()
        id_ = programme or next(iter(known.programmes()), "")
        return known.ruleset(id_, at or self._clock())

    def kinds(self) -> dict[str, PointsKind]:
        """Points kinds of all programmes by id."""
        known, now = self.catalogue(), self._clock()
        found: dict[str, PointsKind] = {}
        for id_ in known.programmes():
            rules = known.ruleset(id_, now)
            if rules is not None:
                found = {**rules.programme.points, **found}
        return found

    # -- members ------------------------------------------------------------------------------------------------

    def member(self, ref: Ref) -> MemberView | None:
        """The member that an identifier finds."""
        return self._store.member(ref)

    def search(self, text: str, *, after: str = "", limit: int = 50) -> list[MemberRow]:
        """Members by a part of name, phone, card or e-mail (all where it is empty), newest first."""
        return self._store.search(text.strip(), after=after, limit=limit)

    # -- wallets ------------------------------------------------------------------------------------------------

    def wallets(self, holder: Holder, at: datetime | None = None) -> tuple[WalletView, ...]:
        """Balances and lots at a moment: past, present or to come."""
        now = self._clock()
        if at is not None and at < now:
            return wallets_at(book_of(*holder, self._store.past(*holder, at)), at)
        return wallets_at(self._holding(holder).book, at or now)

    def burning(self, holder: Holder, *, days: int = 30) -> tuple[Burn, ...]:
        """What will expire within some days, day by day."""
        known = self.catalogue()
        book = self._holding(holder).book
        zones = {kind: known.zone_of(kind) or "UTC" for kind in book.wallets}
        return burning(book, self._clock(), days=days, zones=zones)

    def statement(
        self,
        holder: Holder,
        *,
        kind: str = "",
        after: tuple[datetime, str, int] | None = None,
        limit: int = 50,
    ) -> list[StatementLine]:
        """A page of postings, newest first; the first page begins with expiries that are due but not written yet.
        The cursor is (recorded_at, kind, version) of the last line.
        """
        lines = self._store.statement(*holder, kind=kind, after=after, limit=limit)
        if after is None:
            lines = due_lines(self._holding(holder).book, self._clock(), kind) + lines
        return lines

    # -- receipts -----------------------------------------------------------------------------------------------

    def receipts(
        self, holder: Holder | None = None, *, shop: str = "", after: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[ReceiptRow]:  # fmt: skip
        """Receipts newest first, of a holder or of everybody; the cursor is (recorded_at, receipt_id)."""
        return self._store.receipts(holder, shop=shop, after=after, limit=limit)

    def receipt(self, receipt_id: str) -> ReceiptView | None:
        """One receipt with its Decision and returns."""
        return self._store.receipt(receipt_id)

    def purchase_gaps(self, programme: str) -> Gaps:
        """How often members of a programme come back."""
        return self._store.purchase_gaps(programme)

    def overview(self, since: datetime) -> Overview:
        """The shop at a glance, with flows since a moment."""
        return self._store.overview(since, self._clock())

    # -- levels -------------------------------------------------------------------------------------------------

    def standings(self, holder: Holder) -> tuple[StandingView, ...]:
        """What a holder has reached in every programme."""
        known, now = self.catalogue(), self._clock()
        rows = []
        for id_, standing in sorted(self._holding(holder).standings.items()):
            rules = known.ruleset(id_, now)
            standing.reigns = known.reigns(id_)
            level = None if rules is None else level_view(rules.programme, standing, now)
            rows.append(
                StandingView(
                    id_, standing.enrolled_at, standing.spend_minor, standing.receipts, standing.points, level
                )
            )
        return tuple(rows)

    # -- gifts and perks ----------------------------------------------------------------------------------------

    def gifts(self, programme: str, holder: Holder | None = None) -> list[GiftView] | None:
        """The gifts of a programme, with what is left of each and, for a holder, why not; None for an unknown id."""
        known, now = self.catalogue(), self._clock()
        rules = known.ruleset(programme, now)
        if rules is None:
            return None
        wanted = Wanted([] if holder is None else [holder], budgets=known.budgets())
        with self._ledger.batch() as batch:
            loaded = batch.load(wanted, lock=False)
        with self._lock:
            known.fetch([])
            classes = known.classes_of({offer.sku for offer in rules.programme.gifts.values() if offer.sku})
        used = {rule: row for (id_, rule), row in loaded.budgets.items() if id_ == programme}
        return gift_views(rules, used, classes, now, None if holder is None else loaded.holdings[holder[1]])

    def redemption(self, id_: str) -> Redemption | None:
        """Gifts that went out under a number."""
        with self._ledger.batch() as batch:
            _, claims, _ = batch.find([], [], [f"gift:{id_}", f"ungift:{id_}"])
        return redemption_of(id_, claims)

    def perks(self, holder: Holder, member_id: str, shop: Shop | None = None) -> list[PerkView]:
        """The perks that a member has now: in every programme, or in that of a shop."""
        known, now = self.catalogue(), self._clock()
        names = known.programmes() if shop is None else [shop.programme]
        programmes = [rules for id_ in names if (rules := known.ruleset(id_, now)) is not None]
        if not any(rules.programme.perks for rules in programmes):
            return []
        needs = known.needs()
        wanted = Wanted(
            [holder], since=known.since(now), caps=known.caps(), persons=needs.persons, perks=True,
            past=since(needs.past, now.date()),
        )  # fmt: skip
        with self._ledger.batch() as batch:
            holding = batch.load(wanted, lock=False).holdings[holder[1]]
        who = holding.members.get(member_id)
        for id_, standing in holding.standings.items():
            standing.reigns = known.reigns(id_)
        return (
            []
            if who is None
            else [row for rules in programmes for row in perks_of(rules, holding, who, now, shop)]
        )

    def preview_ladder(self, draft: Programme) -> LadderPreview | None:
        """What the draft's ladder would do to today's members; None where it changes no level."""
        return preview_ladder(self._store, self.catalogue(), draft, self._clock())

    def _holding(self, holder: Holder) -> Holding:
        since = self._catalogue.since(self._clock())
        with self._ledger.batch() as batch:
            return batch.load(Wanted([holder], since=since), lock=False).holdings[holder[1]]


def level_view(programme: Programme, standing: Standing, now: datetime) -> LevelView | None:
    """The level that holds now, how far it is to the next one and to keeping this one; None without a ladder."""
    levels, today = programme.levels, local_day(now, programme.zone)
    found = outlook(programme, standing, today)
    if levels is None or found is None:
        return None
    return LevelView(programme.programme, levels.by.value, standing.level_since, found, levels.points)
