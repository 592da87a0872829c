"""Every closed receipt has the postings that its Decision says, and every posting of a sale its receipt."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("sales", __doc__, store.places("sales"))
