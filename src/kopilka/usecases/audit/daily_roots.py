"""Daily roots are the same inside the database and outside, and the last one can be computed again.

Chains tell of changed postings; only a root kept elsewhere tells of a history that was cut off or made anew.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from kopilka.usecases.audit.finding import AuditStore, Books, Facts, Finding, Root, Shelf, found
from kopilka.values.period import day_end

SETTLED = timedelta(hours=1)
"""A day's root is taken this long after its end, so that batches with a slow clock are in."""


def check(store: AuditStore, facts: Facts) -> Finding:
    """Where it is not so. Without roots kept outside, those in the database speak for themselves."""
    inside = {root.day: root for root in store.roots()}
    outside = {root.day: root for root in facts.roots}
    places = [
        day.isoformat()
        for day in sorted(inside.keys() | outside.keys())
        if outside and inside.get(day) != outside.get(day)
    ]
    last = max([*facts.roots, *inside.values()], key=lambda root: root.day, default=None)
    if last is not None and root_of(store, last.day) != last:
        places.append(f"{last.day.isoformat()} computed again")
    return found("daily_roots", __doc__, dict.fromkeys(places))


def root_of(store: AuditStore, day: date) -> Root:
    """The root of a day, from postings recorded before its end in UTC."""
    count, digest = 0, sha256()
    for bucket, holder, kind, version, head in store.heads(day_end(day, "UTC")):
        digest.update(f"{bucket} {holder} {kind} {version} {head.hex()}\n".encode())
        count += 1
    return Root(day, count, digest.digest())


def keep_roots(books: Books, shelf: Shelf, now: datetime) -> list[Root]:
    """Make the root of the last day that is over, and put outside what the database alone has; returns the new ones."""
    day = (now - SETTLED).astimezone(UTC).date() - timedelta(days=1)
    with books.open() as store:
        inside = store.roots()
        made = [] if any(root.day >= day for root in inside) else [root_of(store, day)]
    for root in made:
        books.add_root(root, now)
    kept = {root.day for root in shelf.roots()}
    for root in _missing([*inside, *made], kept):
        shelf.add(root)
    return made


def _missing(roots: Iterable[Root], kept: set[date]) -> list[Root]:
    """Roots newer than anything kept outside: an older gap is for people to look at, not to be filled."""
    last = max(kept, default=date.min)
    return [root for root in roots if root.day > last]
