"""The chain of one member's postings, read back from the rows."""

from world import World

from kopilka.core.ledger.posting import Draw, Posting, chain_hash
from kopilka.usecases.commands import Ref


def chain_holds(world: World, who: Ref) -> None:
    """Every posting read back has the hash that it was given, and its lots say what it says."""
    holder = world.holding(who)
    owner = (holder.bucket, holder.holder_id)
    draws: dict[int, list[Draw]] = {}
    for row in world.rows(
        "SELECT version, lot, units FROM lot_draw WHERE (bucket, holder_id) = (%s, %s)", owner
    ):
        draws.setdefault(row[0], []).append(Draw("", row[0], row[1], row[2]))
    previous, after = bytes(32), 0
    rows = world.rows(
        "SELECT kind, version, txn, verb, debit, credit, units, before, after, effective_at, recorded_at, receipt,"
        " note, actor, lot, active_from, expires_at, previous, hash FROM posting"
        " WHERE (bucket, holder_id) = (%s, %s) ORDER BY version",
        owner,
    )
    for number, row in enumerate(rows, 1):
        posting = Posting(*row)
        assert (number, previous, after) == (posting.version, posting.previous, posting.before)
        assert chain_hash(holder.holder_id, posting, draws.get(number, [])) == posting.hash
        previous, after = posting.hash, posting.after
