"""Every used coupon belongs to one receipt that is kept and names it, and public codes were used as often as receipts say."""

from collections.abc import Iterator

from kopilka.core.member.coupon import HELD, USED, Coupon
from kopilka.core.rules.ruleset import COUPON_CAP
from kopilka.core.settlement.sale import CLOSED, Sale, rest_of
from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so. Places tell series and receipt, never the code, which is as good as money."""
    return found("coupons", __doc__, _places(store))


def _places(store: AuditStore) -> Iterator[str]:
    named: dict[str, tuple[str, str]] = {}
    counted: dict[tuple[str, str], int] = {}
    for stored in store.coupon_sales():
        sale = stored.sale
        if _undone(sale):
            continue
        for use in sale.decision.caps:
            if not use.period and use.rule.startswith(COUPON_CAP):
                key = (sale.decision.programme, use.rule)
                counted[key] = counted.get(key, 0) + use.uses
        state = USED if sale.state == CLOSED else HELD
        for code in sale.decision.codes:
            if not code.used or code.public:
                continue
            before = named.get(code.code)
            if before is not None and USED == before[0] == state:
                yield f"{code.series} used by {before[1]} and {sale.receipt.id}"
            if before is None or state == USED:
                named[code.code] = (state, sale.receipt.id)
    yield from _differing(store, named)
    uses = {key: used.uses for key, used in store.budget_uses().items() if key[1].startswith(COUPON_CAP)}
    for programme, rule in sorted(uses.keys() | counted.keys()):
        if uses.get((programme, rule), 0) != counted.get((programme, rule), 0):
            yield f"{programme} {rule} has other uses than its receipts"


def _differing(store: AuditStore, named: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Coupons that say otherwise than receipts; a hold may have lapsed and left its coupon to others."""
    for coupon in store.taken_coupons():
        state, receipt = named.pop(coupon.code, ("", ""))
        if (state, receipt) != (coupon.state, coupon.receipt):
            yield _place(coupon)
    for state, receipt in named.values():
        if state == USED:
            yield f"{receipt} used a coupon that does not know of it"


def _place(coupon: Coupon) -> str:
    return f"{coupon.series} {coupon.state} by {coupon.receipt or 'nothing'}"


def _undone(sale: Sale) -> bool:
    """Whether everything has come back, so that the coupons are good again."""
    return any(sale.progress) and rest_of(sale, sale.done()).complete
