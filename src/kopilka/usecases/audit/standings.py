"""What a member has spent and bought is the sum of sales that were kept, day by day and in total."""

from collections.abc import Iterator
from datetime import date

from kopilka.core.settlement.sale import counted_minor, rest_of
from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("standings", __doc__, [*store.places("standings"), *_days(store)])


def _days(store: AuditStore) -> Iterator[str]:
    kept: dict[tuple[str, str, date], tuple[int, int]] = {}
    for stored in store.kept_sales():
        sale = stored.sale
        minor, one = counted_minor(sale.receipt, sale.decision), 1
        if sale.progress:
            rest = rest_of(sale, sale.done())
            minor, one = rest.counted_minor, int(not rest.complete)
        key = (stored.holder_id, sale.decision.programme, sale.day)
        spend, receipts = kept.get(key, (0, 0))
        kept[key] = (spend + minor, receipts + one)
    days = store.activity()
    for holder, programme, day in sorted(kept.keys() | days.keys()):
        if kept.get((holder, programme, day), (0, 0)) != days.get((holder, programme, day), (0, 0)):
            yield f"{holder} {programme} {day.isoformat()}"
