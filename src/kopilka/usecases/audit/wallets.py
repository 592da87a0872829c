"""A wallet is where its last posting left it."""

from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("wallets", __doc__, store.places("wallets"))
