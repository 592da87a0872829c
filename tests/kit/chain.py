"""The chains of one member's wallets, read back from the rows."""

from world import World

from kopilka.core.ledger.posting import Draw, Posting, chain_hash
from kopilka.usecases.commands import Ref

COLUMNS = (
    "kind, version, txn, verb, debit, credit, units, before, after, effective_at, recorded_at, receipt, note, actor,"
    " lot, active_from, expires_at, previous, hash"
)


def chain_holds(world: World, who: Ref) -> None:
    """Every posting has the hash that it was given, and follows the one before."""
    holder = world.holding(who)
    where = "WHERE (bucket, holder_id) = (%s, %s) ORDER BY kind, version"
    owner = (holder.bucket, holder.holder_id)
    draws: dict[tuple[str, int], list[Draw]] = {}
    for row in world.rows(f"SELECT kind, version, lot, units FROM lot_draw {where}", owner):  # noqa: S608
        draws.setdefault((row[0], row[1]), []).append(Draw(*row))
    heads: dict[str, tuple[int, int, bytes]] = {}
    for row in world.rows(f"SELECT {COLUMNS} FROM posting {where}", owner):  # noqa: S608
        posting = Posting(*row)
        version, after, head = heads.get(posting.kind, (0, 0, bytes(32)))
        assert (version + 1, after, head) == (posting.version, posting.before, posting.previous)
        mine = draws.get((posting.kind, posting.version), [])
        assert chain_hash(holder.holder_id, posting, mine) == posting.hash
        heads[posting.kind] = (posting.version, posting.after, posting.hash)
