"""What a settlement says of points beside its own event: accrued, pending, spent, reversed. Told outside under names of
their own, written in the same row.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from kopilka.core.event import (
    POINTS_ACCRUED,
    POINTS_EXPIRED,
    POINTS_PENDING,
    POINTS_REVERSED,
    POINTS_SPENT,
    Event,
)
from kopilka.core.ledger.book import Book
from kopilka.core.rules.decision import Decision, Earned

Facts = dict[str, dict[str, object]]


def closed_facts(decision: Decision, day: date) -> Facts:
    """Of a closed receipt."""
    found = earned_facts(decision.earned, day)
    if decision.spent is not None and decision.spent.units:
        found[POINTS_SPENT] = {"units": {decision.spent.kind: decision.spent.units}}
    return found


def earned_facts(earned: Iterable[Earned], day: date) -> Facts:
    """Of points that came: those that may be spent from a day on at the latest, and those that become active later."""
    found: dict[str, list[object]] = {}
    for row in earned:
        if row.units:
            name = POINTS_ACCRUED if row.active_on <= day else POINTS_PENDING
            found.setdefault(name, []).append(_row(row))
    return {name: {"points": rows} for name, rows in found.items()}


def reversed_facts(
    taken: Mapping[str, int], given_back: Mapping[str, int], missed: Mapping[str, int] | None = None
) -> Facts:
    """Of what a return did to points; nothing where it did nothing."""
    if not (taken or given_back or missed):
        return {}
    return {
        POINTS_REVERSED: {"taken": dict(taken), "given_back": dict(given_back), "missed": dict(missed or {})}
    }


def expired_event(book: Book, at: datetime) -> Event | None:
    """Of lots that were found to have expired while a book was worked on."""
    units = {kind: units for kind, units in book.expired.items() if units}
    return Event(POINTS_EXPIRED, book.holder_id, at, data={"units": units}) if units else None


def _row(earned: Earned) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": earned.kind, "units": earned.units, "rule": earned.rule, "active_on": earned.active_on.isoformat(),
    }  # fmt: skip
    if earned.last_on is not None:
        row["last_on"] = earned.last_on.isoformat()
    return row
