"""The live engine and ledger over history, in memory: the same decide and settle as the desk, without a store."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain, count
from typing import Protocol

from kopilka.core.ledger.book import Book, balance_at
from kopilka.core.ledger.posting import GIFTS, Cause
from kopilka.core.member.belongings import Belongings
from kopilka.core.member.coupon import Coupon
from kopilka.core.member.ladder import rank_now
from kopilka.core.member.member import Used
from kopilka.core.member.standing import Standing
from kopilka.core.programme.codes import normalised
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.engine import Means, evaluate
from kopilka.core.rules.needs import Needs
from kopilka.core.rules.ruleset import Ruleset
from kopilka.core.settlement.account import NOTHING, Account, Deal
from kopilka.core.settlement.purchase import Who, close, snapshot
from kopilka.core.settlement.rewards import give_perks, issue_coupons, remember, use_coupons
from kopilka.core.settlement.sale import Sale
from kopilka.values.period import local_day


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


class Backtest:
    """History going through one programme version. Feed purchases in time order, then read the sums."""

    def __init__(self, rules: Ruleset, *, gifts: int = 0, chained: bool = False) -> None:
        self.rules = rules
        self.gifts = gifts
        self._chained = chained
        self._books: dict[str, tuple[Book, Standing, Who]] = {}
        self._budgets: dict[str, Used] = {}
        programme = rules.programme
        self._rich = bool(programme.coupons or programme.perks or rules.costs or rules.needs != Needs())
        self._owned: dict[str, Belongings] = {}
        self._coupons: dict[str, Coupon] = {}
        self.receipts = 0
        self.paid_minor = 0
        self.discount_minor = 0
        self.receipts_earning: dict[str, int] = {}
        self.earned: dict[str, int] = {}
        self.redeemed: dict[str, int] = {}
        self.expired: dict[str, int] = {}
        self.moves_up: dict[str, int] = {}

    def run(self, purchases: Iterable[Purchase], each: Callable[[Decision], None] | None = None) -> None:
        """Send purchases through; `each` sees every Decision."""
        zone = self.rules.programme.zone
        for purchase in purchases:
            decision = self.buy(purchase.household, purchase.receipt, Shop(purchase.receipt.shop, zone, ""))
            if each is not None:
                each(decision)

    def buy(self, household: str, receipt: Receipt, shop: Shop, issued: Iterable[str] = ()) -> Decision:
        """One purchase at its own moment; `issued` are codes of the coupons that it gave when it was live, so that later
        receipts that show them find them again.
        """
        rules, programme, now = self.rules, self.rules.programme, receipt.at
        book, standing, who = self._state(household, now)
        cause = Cause("", "close", now, now, receipt.id)
        book.bring_to(now, cause)
        if self.gifts:
            self._exchange(book, cause)
        account = Account(book, standing, belongings=self._belongings(household))
        day = local_day(now, shop.zone) if self._rich else None
        member = snapshot(who, account, programme, now, day)
        decision = evaluate(rules, receipt, shop, member, self._means(book, account.belongings, receipt))
        sale, _ = close(programme, Deal(receipt, decision), account, cause)
        if self._rich:
            self._reward(sale, household, issued)
        self._tally(book, decision, sale.level_won)
        return decision

    def put_coupons(self, coupons: Iterable[Coupon]) -> None:
        """Coupons that were there before history began, such as printed ones."""
        self._coupons |= {coupon.code: coupon for coupon in coupons}

    def _belongings(self, household: str) -> Belongings:
        if not self._rich:
            return NOTHING
        found = self._owned.get(household)
        if found is None:
            found = self._owned[household] = Belongings()
        return found

    def _means(self, book: Book, belongings: Belongings, receipt: Receipt) -> Means:
        rules, now = self.rules, receipt.at
        available = book.free(rules.spend_kind, now) if receipt.spend is not None else 0
        if not self._rich:
            return Means(available, self._budgets)
        shown = {normalised(code) for code in receipt.codes}
        coupons = {code: self._coupons[code] for code in shown if code in self._coupons}
        if rules.auto_coupons:
            coupons = belongings.coupons | coupons
        return Means(available, self._budgets, coupons, {kind: book.free(kind, now) for kind in rules.costs})

    def _reward(self, sale: Sale, household: str, issued: Iterable[str]) -> None:
        belongings = self._belongings(household)
        used = use_coupons(sale.decision, sale.receipt.id, belongings.coupons | self._coupons)
        fresh = chain(issued, (f"{sale.receipt.id}#{number}" for number in count()))
        given = issue_coupons(self.rules.programme, sale, household, fresh)
        for coupon in (*used, *given):
            self._coupons[coupon.code] = coupon
            if coupon.holder_id:
                belongings.coupons[coupon.code] = coupon
        give_perks(self.rules.programme, sale, belongings)
        remember(sale, belongings)

    def _state(self, household: str, now: datetime) -> tuple[Book, Standing, Who]:
        found = self._books.get(household)
        if found is None:
            book = Book(0, household, chained=self._chained)
            found = (book, Standing(self.rules.programme.programme, now), Who(household))
            self._books[household] = found
        return found

    def _exchange(self, book: Book, cause: Cause) -> None:
        kind = self.rules.first_kind
        units = book.free(kind, cause.recorded_at) // self.gifts * self.gifts
        if units:
            book.debit(kind, units, cause, GIFTS)
            self.redeemed[kind] = self.redeemed.get(kind, 0) + units

    def _tally(self, book: Book, decision: Decision, won: str) -> None:
        self.receipts += 1
        self.paid_minor += decision.paid_minor
        self.discount_minor += decision.discount_minor
        for earned in decision.earned:
            self.receipts_earning[earned.kind] = self.receipts_earning.get(earned.kind, 0) + 1
            self.earned[earned.kind] = self.earned.get(earned.kind, 0) + earned.units
        if decision.spent is not None:
            kind = decision.spent.kind
            self.redeemed[kind] = self.redeemed.get(kind, 0) + decision.spent.units
        for use in decision.caps:
            if not use.period:
                amount = Used(use.uses, use.money_minor, use.points_units)
                self._budgets[use.rule] = self._budgets.get(use.rule, Used()).plus(amount)
        if won:
            self.moves_up[won] = self.moves_up.get(won, 0) + 1
        for kind, units in book.expired.items():
            self.expired[kind] = self.expired.get(kind, 0) + units
        book.expired.clear()
        book.postings.clear()
        book.draws.clear()

    def balances(self, at: datetime) -> dict[str, tuple[int, int]]:
        """Outstanding and expired units of each kind at an instant."""
        rows: dict[str, tuple[int, int]] = {}
        for book, _, _ in self._books.values():
            for kind, wallet in book.wallets.items():
                total = balance_at(wallet, (), at).total
                outstanding, expired = rows.get(kind, (0, self.expired.get(kind, 0)))
                rows[kind] = (outstanding + total, expired + wallet.balance - total)
        return rows

    def levels(self, at: datetime) -> dict[str, int]:
        """Members on each level at an instant."""
        levels = self.rules.programme.levels
        if levels is None:
            return {}
        programme, today = self.rules.programme, local_day(at, self.rules.programme.zone)
        counts = {step.id: 0 for step in levels.ladder}
        for _, standing, _ in self._books.values():
            counts[levels.ladder[rank_now(programme, standing, today)].id] += 1
        return counts

    def members(self) -> int:
        """Households seen."""
        return len(self._books)
