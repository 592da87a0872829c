"""Closing and holding receipts: what a Decision does to the book and the standing."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from kopilka.core.event import LEVEL_MOVED, RECEIPT_CLOSED, RECEIPT_HELD, Event
from kopilka.core.ledger.book import Book
from kopilka.core.ledger.lot import Days, Hold
from kopilka.core.ledger.posting import GIFTS, ISSUANCE, SPENDING, Cause
from kopilka.core.member.ladder import rank_now, ruling
from kopilka.core.member.member import Member, Used
from kopilka.core.member.standing import Standing
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Receipt
from kopilka.core.rules.decision import Charge, Decision, Earned
from kopilka.core.settlement.account import Account, Deal
from kopilka.core.settlement.facts import closed_facts
from kopilka.core.settlement.sale import CLOSED, HELD, Sale, counted_minor
from kopilka.values.period import day_end, day_start, local_day
from kopilka.values.points import Points

COST = "\x1f"
"""Stands between a receipt and a rule in the name of a hold."""


class Who(msgspec.Struct, frozen=True):
    """Facts about a member that do not change within a batch."""

    member_id: str
    card_types: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    spend_max_units: int | None = None
    born_on: date | None = None
    attributes: Mapping[str, str] = {}


def snapshot(
    who: Who, account: Account, programme: Programme, now: datetime, day: date | None = None
) -> Member:
    """The member as rules see them now: today's level and counters, whatever day the receipt is from; perks are those
    of its `day`.
    """
    book, standing, belongings = account.book, account.standing, account.belongings
    level, rank, levels = "", -1, programme.levels
    if levels is not None:
        rank = rank_now(programme, standing, local_day(now, programme.zone))
        level = levels.ladder[rank].id
    return Member(
        holder_id=book.holder_id,
        member_id=who.member_id,
        level=level,
        level_rank=rank,
        receipts=standing.receipts,
        card_types=who.card_types,
        tags=who.tags,
        enrolled_at=standing.enrolled_at,
        used=standing.used,
        spend_max_units=who.spend_max_units,
        spend_minor=standing.spend_minor,
        days=standing.days,
        past=tuple(belongings.past.values()) if belongings.past else (),
        perks=belongings.held_on(programme.programme, day) if day is not None and belongings.perks else (),
        born_on=who.born_on,
        joined_on=local_day(standing.enrolled_at, programme.zone),
        attributes=who.attributes,
    )


def close(
    programme: Programme, deal: Deal, account: Account | None, cause: Cause
) -> tuple[Sale, list[Event]]:
    """Post a Decision: spend, earn, count. The book has been brought to the moment; a guest has no account."""
    receipt, decision = deal.receipt, deal.decision
    day = local_day(receipt.at, programme.zone)
    if account is None:
        sale = Sale(receipt, decision, CLOSED, day, cause.recorded_at)
        return sale, [_closed(sale, "")]
    spend_lots: tuple[tuple[int, int], ...] = ()
    book, spending = account.book, f"{SPENDING}:{receipt.shop}"
    spent = decision.spent
    if receipt.id in book.holds:
        spend_lots = book.post_hold(receipt.id, cause, spending)
    elif spent is not None:
        spend_lots = book.debit(spent.kind, spent.units, cause, spending, overdraw=deal.sold)
    charge_lots = tuple([_charge(book, deal, charge, cause) for charge in decision.charges])
    earned_lots = tuple([issue(programme, book, earned, cause) for earned in decision.earned])
    if not deal.as_held:
        draw_caps(account.standing, decision, 1)
    was = account.standing.level or decision.level
    won = count(programme, receipt, decision, account.standing, cause.recorded_at)
    sale = Sale(
        receipt, decision, CLOSED, day, cause.recorded_at,
        spend_lots=spend_lots, earned_lots=earned_lots, level_won=won, charge_lots=charge_lots,
    )  # fmt: skip
    return sale, [_closed(sale, book.holder_id), *level_moved(account, was, receipt.at, receipt.id)]


def level_moved(account: Account, was: str, at: datetime, receipt: str) -> list[Event]:
    """The event of a level that has become another than the one last told."""
    standing = account.standing
    if was in {"", standing.level}:
        return []
    data: dict[str, object] = {"from": was, "to": standing.level, "programme": standing.programme}
    return [Event(LEVEL_MOVED, account.book.holder_id, at, receipt, data)]


def _charge(book: Book, deal: Deal, charge: Charge, cause: Cause) -> tuple[tuple[int, int], ...]:
    """Take what a rule cost: from its hold where there is one."""
    name, account = charge_hold(deal.receipt.id, charge), f"{GIFTS}:{charge.rule}"
    if name in book.holds:
        return book.post_hold(name, cause, account)
    return book.debit(charge.kind, charge.units, cause, account, overdraw=deal.sold)


def charge_hold(receipt: str, charge: Charge) -> str:
    """What the hold of a rule's cost is called; no receipt's id has such a character in it."""
    return f"{receipt}{COST}{charge.rule}"


def release(book: Book, receipt: str, cause: Cause) -> None:
    """End the holds of a receipt: of the points that pay and of what rules cost."""
    for name in [name for name in book.holds if name.startswith(receipt + COST)]:
        book.release(name, cause)
    book.release(receipt, cause)


def draw_caps(standing: Standing, decision: Decision, sign: int) -> None:
    """Count what a Decision uses of the member's caps, or take it back."""
    for use in decision.caps:
        if use.period:
            standing.use(use.rule, use.period, Used(use.uses, use.money_minor, use.points_units), sign)


def issue(programme: Programme, book: Book, earned: Earned, cause: Cause) -> int:
    """Put earned points into a lot of their own with its days; returns the lot."""
    zone = programme.zone
    days = Days(
        active_from=day_start(earned.active_on, zone),
        expires_at=None if earned.last_on is None else day_end(earned.last_on, zone),
    )
    return book.credit(Points(earned.units, earned.kind), cause, f"{ISSUANCE}:{earned.rule}", days)


def count(
    programme: Programme, receipt: Receipt, decision: Decision, standing: Standing, now: datetime
) -> str:
    """Count a kept purchase towards levels; returns the level it won, if any."""
    levels = programme.levels
    points = 0
    if levels is not None and levels.points:
        points = sum(earned.units for earned in decision.earned if earned.kind == levels.points)
    day = local_day(receipt.at, programme.zone)
    today = day if receipt.at is now else local_day(now, programme.zone)
    before = -1 if levels is None else rank_now(programme, standing, today)
    standing.book(day, spend_minor=counted_minor(receipt, decision), receipts=1, points=points)
    if levels is None:
        return ""
    after = rank_now(programme, standing, today)
    won = levels.ladder[after].id
    level = won
    if len(standing.reigns) > 1:
        latest = ruling(programme, standing, today)
        ladder = () if latest.levels is None else latest.levels.ladder
        level = ladder[rank_now(latest, standing, today)].id if ladder else ""
    if level != standing.level:
        standing.level, standing.level_since = level, now
    return won if after > before else ""


def _closed(sale: Sale, holder_id: str) -> Event:
    decision = sale.decision
    data: dict[str, object] = {
        "programme": decision.programme,
        "shop": sale.receipt.shop,
        "paid_minor": decision.paid_minor,
        "currency": decision.currency,
        "spent": 0 if decision.spent is None else decision.spent.units,
        "earned": {earned.rule: earned.units for earned in decision.earned},
    }
    facts = closed_facts(decision, sale.day) if holder_id else {}
    return Event(RECEIPT_CLOSED, holder_id, sale.receipt.at, sale.receipt.id, data, facts)


class Terms(msgspec.Struct, frozen=True):
    """Of a hold: when it lapses, and its number within the receipt."""

    lapses_at: datetime
    revision: int


def hold(
    programme: Programme, deal: Deal, book: Book | None, cause: Cause, terms: Terms
) -> tuple[Sale, list[Event]]:
    """Reserve what a Decision spends; closing later posts exactly this Decision."""
    receipt, decision = deal.receipt, deal.decision
    lapses_at, revision = terms.lapses_at, terms.revision
    day = local_day(receipt.at, programme.zone)
    sale = Sale(receipt, decision, HELD, day, cause.recorded_at, revision=revision, lapses_at=lapses_at)
    if book is not None:
        spent = decision.spent
        kind, units = ("", 0) if spent is None else (spent.kind, spent.units)
        wanted = Hold(receipt.id, revision, kind, units, (), cause.recorded_at, lapses_at)
        placed = book.hold(kind, units, wanted, cause.recorded_at)
        sale = msgspec.structs.replace(sale, spend_lots=placed.parts)
        for charge in decision.charges:
            name, kind, units = charge_hold(receipt.id, charge), charge.kind, charge.units
            wanted = Hold(name, revision, kind, units, (), cause.recorded_at, lapses_at)
            book.hold(kind, units, wanted, cause.recorded_at)
    data: dict[str, object] = {"lapses_at": lapses_at.isoformat(), "revision": revision}
    return sale, [Event(RECEIPT_HELD, "" if book is None else book.holder_id, receipt.at, receipt.id, data)]
