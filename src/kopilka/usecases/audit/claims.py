"""Every receipt and every return has its key, and every key of a receipt names one that is there."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("claims", __doc__, store.places("claims"))
