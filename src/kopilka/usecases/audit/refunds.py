"""No more money has come back than was paid."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("refunds", __doc__, store.places("refunds"))
