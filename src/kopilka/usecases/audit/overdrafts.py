"""No balance is below zero by more than its deficit, and each posting leads from one balance to the next."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("overdrafts", __doc__, store.places("overdrafts"))
