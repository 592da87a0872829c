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
        each = max(1, paid[i])
        step = wholes[i] - progress[i] if row.quantity is None else row.quantity * each
        if progress[i] + step > wholes[i] or (step == 0 and row.quantity is None):
            left = (wholes[i] - progress[i]) // each
            return MORE_THAN_BOUGHT(line=row.line, asked=row.quantity or 0, left=left)
        progress[i] += step
    return progress


def _advance_amount(sale: Sale, progress: list[int], amount: int) -> list[int] | Reason:
    paid, wholes, lines = sale.paid_parts(), sale.wholes(), sale.lines()
    room = [
        max(0, part - cumulative(part, done, of))
        for part, done, of in zip(paid, progress, wholes, strict=True)
    ]
    most = min(sum(room), rest_of(sale, progress).paid_minor)
    if amount > most:
        return MORE_THAN_PAID(asked=amount, left=most)
    for i, part in enumerate(allocate_within(amount, room, room, sale.order())):
        progress[i] += part * max(1, lines[i].quantity)
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
        _take_earned(programme, sale, before, after, book, cause, taken, missed)
        units = _restore_spent(programme, sale, before, after, book, closed_lots, cause)
        if units and sale.decision.spent is not None:
            back[sale.decision.spent.kind] = units
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
    programme: Programme,
    sale: Sale,
    before: Rest,
    after: Rest,
    book: Book,
    closed: dict[int, Lot],
    cause: Cause,
) -> int:
    spent = sale.decision.spent
    if spent is None:
        return 0
    done = cumulative(spent.units, spent.minor - before.points_minor, spent.minor)
    now = cumulative(spent.units, spent.minor - after.points_minor, spent.minor)
    wallet = book.wallet(spent.kind)
    parts: list[tuple[Lot, int]] = []
    passed, missing = done, now - done
    for lot_id, units in reversed(sale.spend_lots):
        skip = min(passed, units)
        passed -= skip
        part = min(missing, units - skip)
        if part:
            missing -= part
            parts.append((wallet.find(lot_id) or closed[lot_id], part))
    account = f"{RETURNED}:{sale.receipt.shop}"
    grace = programme.returns.grace
    if grace.days or grace.months:
        late = [
            (lot, part)
            for lot, part in parts
            if lot.expires_at is not None and lot.expires_at <= cause.recorded_at
        ]
        last = grace.after(local_day(cause.recorded_at, programme.zone))
        until = day_end(last, programme.zone)
        for _, part in late:
            book.credit(spent.kind, part, cause, account, active_from=cause.recorded_at, expires_at=until)
        parts = [row for row in parts if row not in late]
    book.give_back(spent.kind, parts, cause, account)
    return now - done


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
