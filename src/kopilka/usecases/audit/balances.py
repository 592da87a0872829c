"""A balance is what its lots have left, less the deficit."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("balances", __doc__, store.places("balances"))
