"""What a lot reserves is what standing holds reserve in it, and a hold stands only while its receipt is held."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("holds", __doc__, store.places("holds"))
