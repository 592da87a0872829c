"""Postings of a wallet are numbered without gaps, begin where the one before ended, and carry its hash and their own."""

from collections.abc import Iterator

from kopilka.core.ledger.book import GENESIS
from kopilka.core.ledger.posting import chain_hash
from kopilka.usecases.audit.finding import AuditStore, Facts, Finding, found


def check(store: AuditStore, _: Facts) -> Finding:
    """Where it is not so."""
    return found("chains", __doc__, _breaks(store))


def _breaks(store: AuditStore) -> Iterator[str]:
    wallet: tuple[str, str] = ("", "")
    version, after, head = 0, 0, GENESIS
    for row in store.chains():
        posting = row.posting
        if (row.holder_id, posting.kind) != wallet:
            wallet, version, after, head = (row.holder_id, posting.kind), 0, 0, GENESIS
        follows = (version + 1, after, head) == (posting.version, posting.before, posting.previous)
        if not follows or chain_hash(row.holder_id, posting, row.draws) != posting.hash:
            yield f"{row.holder_id} {posting.kind} {posting.version}"
        version, after, head = posting.version, posting.after, posting.hash
