"""A posting moves its lots by no more than it says, and only in its direction."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("draws", __doc__, store.places("draws"))
