"""Nothing in the place of persons knows a member who was erased, and each of them has an act."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("erasures", __doc__, store.places("erasures"))
