"""Returns: the mirror of a stored Decision, pro rata with cumulative rounding, so that any number of partial
returns is one full return to the kopeck. Nothing is evaluated again.
"""

from datetime import date

import msgspec

from kopilka.core.event import RECEIPT_RETURNED, RECEIPT_VOIDED, Event
from kopilka.core.ledger.lot import Days, Lot
from kopilka.core.ledger.posting import RETURNED, Cause
from kopilka.core.member.ladder import rank_now, ruling
from kopilka.core.programme.document import Programme
from kopilka.core.rules.decision import Charge, Spent
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.settlement.account import Account
from kopilka.core.settlement.facts import reversed_facts
from kopilka.core.settlement.purchase import draw_caps, level_moved
from kopilka.core.settlement.sale import VOIDED, Rest, Sale, rest_of
from kopilka.values.period import Span, day_end, local_day
from kopilka.values.points import Points
from kopilka.values.share import allocate_within, cumulative

UNKNOWN_LINE = reason_kind(
    "unknown_line", ru="в чеке нет строки {line:text}", en="the receipt has no line {line:text}"
)
MORE_THAN_BOUGHT = reason_kind(
    "more_than_bought",
    ru="строка {line:text}: возвращают {asked:quantity}, осталось {left:quantity}",
    en="line {line:text}: {asked:quantity} to return, {left:quantity} left",
)
MORE_THAN_PAID = reason_kind(
    "more_than_paid",
    ru="возвращают {asked:money}, можно вернуть {left:money}",
    en="{asked:money} to return, {left:money} can be returned",
)
NOTHING_TO_RETURN = reason_kind(
    "nothing_to_return", ru="не сказано, сколько вернуть", en="it is not said how much to return"
)
NOTHING_LEFT = reason_kind("nothing_left", ru="всё уже возвращено", en="everything has been returned already")


class ReturnedLine(msgspec.Struct, frozen=True, gc=False):
    """A line to give back: a quantity in thousandths, or None for all that is left of it."""

    line: str
    quantity: int | None = None


class ReturnWish(msgspec.Struct, frozen=True):
    """What comes back: lines, or an amount spread over what is left, or (neither) everything."""

    lines: tuple[ReturnedLine, ...] = ()
    amount_minor: int | None = None


class Returned(msgspec.Struct, frozen=True, omit_defaults=True):
    """The effect of a return: money to pay out, points given back and taken back (units by kind). `before` and `after`
    are the sale's progress.
    """

    refund_minor: int
    lines: tuple[tuple[str, int], ...]
    points_back: dict[str, int] = {}
    points_taken: dict[str, int] = {}
    points_missed: dict[str, int] = {}
    level: str = ""
    complete: bool = False
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


def advance(sale: Sale, wish: ReturnWish) -> list[int] | Reason:
    """The progress after a return, or why it cannot be."""
    progress, wholes = sale.done(), sale.wholes()
    if all(done >= of for done, of in zip(progress, wholes, strict=True)):
        return NOTHING_LEFT()
    if wish.amount_minor is not None:
        return _advance_amount(sale, progress, wish.amount_minor)
    if not wish.lines:
        return wholes
    paid = sale.paid_parts()
    places = {line.id: i for i, line in enumerate(sale.lines())}
    for row in wish.lines:
        if row.line not in places:
            return UNKNOWN_LINE(line=row.line)
        i = places[row.line]
        if row.quantity is not None and row.quantity <= 0:
            return NOTHING_TO_RETURN()
        each = max(1, paid[i])
        step = wholes[i] - progress[i] if row.quantity is None else row.quantity * each
        if progress[i] + step > wholes[i] or (step == 0 and row.quantity is None):
            left = (wholes[i] - progress[i]) // each
            return MORE_THAN_BOUGHT(line=row.line, asked=row.quantity or 0, left=left)
        progress[i] += step
    return progress


def _advance_amount(sale: Sale, progress: list[int], amount: int) -> list[int] | Reason:
    if amount <= 0:
        return NOTHING_TO_RETURN()
    paid, wholes, lines = sale.paid_parts(), sale.wholes(), sale.lines()
    rows = zip(paid, progress, wholes, strict=True)
    room = [part - cumulative(part, done, of) for part, done, of in rows]
    if amount > sum(room):
        return MORE_THAN_PAID(asked=amount, left=sum(room))
    for i, part in enumerate(allocate_within(amount, room, room, sale.order())):
        progress[i] = min(wholes[i], progress[i] + part * max(1, lines[i].quantity))
    return progress


def give_back(
    programme: Programme, sale: Sale, progress: list[int], account: Account | None, cause: Cause
) -> tuple[Sale, Returned, list[Event]]:
    """Mirror the sale from its present progress to the new one."""
    before, after = rest_of(sale, sale.done()), rest_of(sale, progress)
    result = Returned(
        refund_minor=before.paid_minor - after.paid_minor,
        lines=_refund_lines(sale, progress),
        complete=after.complete,
        before=tuple(sale.done()),
        after=tuple(progress),
    )
    moved: list[Event] = []
    if account is not None:
        was = account.standing.level
        result = _Mirror(programme, sale, (before, after), account, cause).run(result)
        moved = level_moved(account, was, cause.effective_at, sale.receipt.id)
    changed = msgspec.structs.replace(sale, progress=tuple(progress))
    name = RECEIPT_VOIDED if sale.state == VOIDED else RECEIPT_RETURNED
    data: dict[str, object] = {
        "refund_minor": result.refund_minor,
        "points_back": result.points_back,
        "points_taken": result.points_taken,
    }
    holder = "" if account is None else account.book.holder_id
    facts = reversed_facts(result.points_taken, result.points_back, result.points_missed)
    return changed, result, [Event(name, holder, cause.effective_at, sale.receipt.id, data, facts), *moved]


def _refund_lines(sale: Sale, progress: list[int]) -> tuple[tuple[str, int], ...]:
    rows = zip(sale.lines(), sale.paid_parts(), sale.done(), progress, sale.wholes(), strict=True)
    return tuple(
        (line.id, cumulative(part, now, of) - cumulative(part, done, of))
        for line, part, done, now, of in rows
        if now > done
    )


class _Mirror:
    """One return at work on a member's account."""

    def __init__(
        self, programme: Programme, sale: Sale, rests: tuple[Rest, Rest], account: Account, cause: Cause
    ) -> None:
        self._programme = programme
        self._sale = sale
        self._before, self._after = rests
        self._account = account
        self._book = account.book
        self._cause = cause

    def run(self, result: Returned) -> Returned:
        """Spent points come first: under a policy without deficits what is given back may pay for what is taken."""
        back: dict[str, int] = {}
        spent = self._sale.decision.spent
        if spent is not None:
            units = self._restore(spent)
            if units:
                back[spent.kind] = units
        for n, charge in enumerate(self._sale.decision.charges):
            units = self._uncharge(n, charge)
            if units:
                back[charge.kind] = back.get(charge.kind, 0) + units
        taken, missed = self._take()
        self._book.bring_to(self._cause.recorded_at, self._cause, late=True)
        return msgspec.structs.replace(
            result, points_back=back, points_taken=taken, points_missed=missed, level=self._uncount()
        )

    def _take(self) -> tuple[dict[str, int], dict[str, int]]:
        """Take earned points back; what could be taken and what could not, by kind."""
        taken: dict[str, int] = {}
        missed: dict[str, int] = {}
        sale, policy = self._sale, self._programme.returns.deficit
        for n, earned in enumerate(sale.decision.earned):
            units = self._before.earned[n] - self._after.earned[n]
            if units:
                points, account = Points(units, earned.kind), f"{RETURNED}:{earned.rule}"
                got = self._book.take_back(points, self._cause, account, (sale.earned_lots[n],), policy)
                taken[earned.kind] = taken.get(earned.kind, 0) + got
                if got < units:
                    missed[earned.kind] = missed.get(earned.kind, 0) + units - got
        return taken, missed

    def _uncharge(self, n: int, charge: Charge) -> int:
        """What a rule cost comes back into its lots when everything that the rule gave has come back."""
        if charge.rule not in self._after.undone or charge.rule in self._before.undone:
            return 0
        wallet, account = self._book.wallet(charge.kind), f"{RETURNED}:{charge.rule}"
        rows = self._sale.charge_lots[n] if n < len(self._sale.charge_lots) else ()
        parts = [(wallet.find(id_) or self._account.closed[charge.kind, id_], part) for id_, part in rows]
        self._book.give_back(charge.kind, parts, self._cause, account)
        return sum(part for _, part in parts)

    def _restore(self, spent: Spent) -> int:
        """Put points back where they came from, the last drawn first: what was overspent, then lots from the end."""
        done, now = _given_back(spent, self._before), _given_back(spent, self._after)
        parts, over = self._parts(spent, done, now - done)
        at, account = self._cause.recorded_at, f"{RETURNED}:{self._sale.receipt.shop}"
        today = local_day(at, self._programme.zone)
        if over:
            self._issue(Points(over, spent.kind), self._programme.points[spent.kind].life, today)
        grace = self._programme.returns.grace
        if grace.days or grace.months:
            late = [row for row in parts if row[0].expires_at is not None and row[0].expires_at <= at]
            for _, part in late:
                self._issue(Points(part, spent.kind), grace, today)
            parts = [row for row in parts if row not in late]
        self._book.give_back(spent.kind, parts, self._cause, account)
        return now - done

    def _parts(self, spent: Spent, passed: int, missing: int) -> tuple[list[tuple[Lot, int]], int]:
        """The lots that get units back, after `passed` units that got theirs earlier; and units that no lot gave."""
        wallet, sale = self._book.wallet(spent.kind), self._sale
        owed = spent.units - sum([units for _, units in sale.spend_lots])
        over = min(missing, max(0, owed - passed))
        passed, missing = max(0, passed - owed), missing - over
        parts: list[tuple[Lot, int]] = []
        for lot_id, units in reversed(sale.spend_lots):
            skip = min(passed, units)
            passed -= skip
            part = min(missing, units - skip)
            if part:
                missing -= part
                parts.append((wallet.find(lot_id) or self._account.closed[spent.kind, lot_id], part))
        return parts, over

    def _issue(self, points: Points, life: Span | None, today: date) -> None:
        """Points that have no lot to go back to get one of their own."""
        until = None if life is None else day_end(life.after(today), self._programme.zone)
        days = Days(self._cause.recorded_at, until)
        self._book.credit(points, self._cause, f"{RETURNED}:{self._sale.receipt.shop}", days)

    def _uncount(self) -> str:
        """Take the purchase out of totals and caps; returns the level after it, as if it had never been bought."""
        sale, levels, standing = self._sale, self._programme.levels, self._account.standing
        before, after = self._before, self._after
        complete = after.complete and not before.complete
        points = 0
        if levels is not None and levels.points:
            rows = zip(sale.decision.earned, before.earned, after.earned, strict=True)
            points = sum(was - now for earned, was, now in rows if earned.kind == levels.points)
        spend = after.counted_minor - before.counted_minor
        standing.book(sale.day, spend_minor=spend, receipts=-1 if complete else 0, points=-points)
        if complete:
            draw_caps(standing, sale.decision, -1)
        today = local_day(self._cause.recorded_at, self._programme.zone)
        programme = ruling(self._programme, standing, today)
        if programme.levels is None:
            return ""
        level = programme.levels.ladder[rank_now(programme, standing, today)].id
        if level != standing.level:
            standing.level, standing.level_since = level, self._cause.recorded_at
        return level


def _given_back(spent: Spent, rest: Rest) -> int:
    """Units that have come back at some progress; units worth less than a kopeck come with the last line."""
    if spent.minor == 0:
        return spent.units if rest.complete else 0
    return cumulative(spent.units, spent.minor - rest.points_minor, spent.minor)
