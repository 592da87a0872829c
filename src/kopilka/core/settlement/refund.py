"""Returns: the mirror of a stored Decision, pro rata with cumulative rounding, so that any number of partial
returns is one full return to the kopeck. Nothing is evaluated again."""

import msgspec

from kopilka.core.event import RECEIPT_RETURNED, RECEIPT_VOIDED, Event
from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Lot
from kopilka.core.ledger.posting import RETURNED, Cause
from kopilka.core.member.member import Used
from kopilka.core.member.standing import Standing, level_total, rank_for, rank_of
from kopilka.core.programme.document import Programme
from kopilka.core.rules.decision import Spent
from kopilka.core.rules.reason import Reason, reason_kind
from kopilka.core.settlement.sale import VOIDED, Rest, Sale, rest_of
from kopilka.values.period import day_end, local_day
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
    """The effect of a return: money to pay out, points given back and taken back (units by kind)."""

    refund_minor: int
    lines: tuple[tuple[str, int], ...]
    points_back: dict[str, int] = {}
    points_taken: dict[str, int] = {}
    points_missed: dict[str, int] = {}
    level: str = ""
    complete: bool = False


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
    programme: Programme, sale: Sale, progress: list[int], book: Book | None, standing: Standing | None,
    closed_lots: dict[int, Lot], cause: Cause,
) -> tuple[Sale, Returned, list[Event]]:  # fmt: skip
    """Mirror the sale from its present progress to the new one. `closed_lots` are the lots that its points were
    drawn from and that are not open any more."""
    before, after = rest_of(sale, sale.done()), rest_of(sale, progress)
    back: dict[str, int] = {}
    taken: dict[str, int] = {}
    missed: dict[str, int] = {}
    level = ""
    if book is not None and standing is not None:
        # Spent points come first: under a policy without deficits what is given back may pay for what is taken.
        spent = sale.decision.spent
        if spent is not None:
            units = _restore_spent(programme, sale, spent, (before, after), book, closed_lots, cause)
            if units:
                back[spent.kind] = units
        _take_earned(programme, sale, before, after, book, cause, taken, missed)
        book.bring_to(cause.recorded_at, cause, late=True)
        level = _uncount(programme, sale, before, after, standing, cause)
    result = Returned(
        refund_minor=before.paid_minor - after.paid_minor,
        lines=_refund_lines(sale, progress),
        points_back=back, points_taken=taken, points_missed=missed, level=level, complete=after.complete,
    )  # fmt: skip
    changed = msgspec.structs.replace(sale, progress=tuple(progress))
    name = RECEIPT_VOIDED if sale.state == VOIDED else RECEIPT_RETURNED
    data: dict[str, object] = {
        "refund_minor": result.refund_minor,
        "points_back": back,
        "points_taken": taken,
    }
    holder = "" if book is None else book.holder_id
    return changed, result, [Event(name, holder, cause.effective_at, sale.receipt.id, data)]


def _refund_lines(sale: Sale, progress: list[int]) -> tuple[tuple[str, int], ...]:
    rows = zip(sale.lines(), sale.paid_parts(), sale.done(), progress, sale.wholes(), strict=True)
    return tuple(
        (line.id, cumulative(part, now, of) - cumulative(part, done, of))
        for line, part, done, now, of in rows
        if now > done
    )


def _take_earned(
    programme: Programme, sale: Sale, before: Rest, after: Rest, book: Book, cause: Cause,
    taken: dict[str, int], missed: dict[str, int],
) -> None:  # fmt: skip
    for n, earned in enumerate(sale.decision.earned):
        units = before.earned[n] - after.earned[n]
        if units:
            account = f"{RETURNED}:{earned.rule}"
            policy = programme.returns.deficit
            got = book.take_back(earned.kind, units, cause, account, (sale.earned_lots[n],), policy)
            taken[earned.kind] = taken.get(earned.kind, 0) + got
            if got < units:
                missed[earned.kind] = missed.get(earned.kind, 0) + units - got


def _restore_spent(
    programme: Programme, sale: Sale, spent: Spent, rests: tuple[Rest, Rest], book: Book,
    closed: dict[int, Lot], cause: Cause,
) -> int:  # fmt: skip
    """Put points back where they came from, the last drawn first: what was overspent, then lots from the end."""
    done, now = _given_back(spent, rests[0]), _given_back(spent, rests[1])
    wallet = book.wallet(spent.kind)
    passed, missing = done, now - done
    parts: list[tuple[Lot, int]] = []
    owed = spent.units - sum([units for _, units in sale.spend_lots])
    over = min(missing, max(0, owed - passed))
    passed, missing = max(0, passed - owed), missing - over
    for lot_id, units in reversed(sale.spend_lots):
        skip = min(passed, units)
        passed -= skip
        part = min(missing, units - skip)
        if part:
            missing -= part
            parts.append((wallet.find(lot_id) or closed[lot_id], part))
    at, account = cause.recorded_at, f"{RETURNED}:{sale.receipt.shop}"
    today = local_day(at, programme.zone)
    if over:
        life = programme.points[spent.kind].life
        until = None if life is None else day_end(life.after(today), programme.zone)
        book.credit(spent.kind, over, cause, account, active_from=at, expires_at=until)
    grace = programme.returns.grace
    if grace.days or grace.months:
        late = [row for row in parts if row[0].expires_at is not None and row[0].expires_at <= at]
        for _, part in late:
            until = day_end(grace.after(today), programme.zone)
            book.credit(spent.kind, part, cause, account, active_from=at, expires_at=until)
        parts = [row for row in parts if row not in late]
    book.give_back(spent.kind, parts, cause, account)
    return now - done


def _given_back(spent: Spent, rest: Rest) -> int:
    """Units that have come back at some progress; units worth less than a kopeck come with the last line."""
    if spent.minor == 0:
        return spent.units if rest.complete else 0
    return cumulative(spent.units, spent.minor - rest.points_minor, spent.minor)


def _uncount(
    programme: Programme, sale: Sale, before: Rest, after: Rest, standing: Standing, cause: Cause
) -> str:
    levels = programme.levels
    complete = after.complete and not before.complete
    points = 0
    if levels is not None and levels.points:
        rows = zip(sale.decision.earned, before.earned, after.earned, strict=True)
        points = sum(was - now for earned, was, now in rows if earned.kind == levels.points)
    standing.book(
        sale.day,
        spend_minor=after.counted_minor - before.counted_minor,
        receipts=-1 if complete else 0,
        points=-points,
    )
    if complete:
        for use in sale.decision.caps:
            if use.period:
                standing.use(use.rule, use.period, Used(use.uses, use.money_minor, use.points_units), -1)
    if levels is None:
        return ""
    reached = rank_for(levels, level_total(levels, standing, local_day(cause.recorded_at, programme.zone)))
    if sale.level_won and reached < rank_of(levels, sale.level_won):
        keep = max(reached, rank_of(levels, sale.decision.level)) if levels.down.value == "never" else reached
        standing.level, standing.level_since = levels.ladder[keep].id, cause.recorded_at
    return standing.level
