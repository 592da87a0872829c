"""A lot is what its posting made, less what was drawn from it."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("lots", __doc__, store.places("lots"))
