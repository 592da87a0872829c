"""Many tills at once, and what must be true of the ledger after them."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from world import World

from kopilka.usecases.commands import Command
from kopilka.usecases.desk import Desk
from kopilka.usecases.outcomes import Outcome

THREADS = 8


def at_once(world: World, commands: Sequence[Command], threads: int = THREADS) -> list[Outcome]:
    """Each command alone, all of them at the same time, from desks of their own."""
    local = threading.local()
    gate = threading.Barrier(threads)

    def start() -> None:
        local.desk = world.new_desk()
        gate.wait()

    def one(command: Command) -> Outcome:
        desk: Desk = local.desk
        return desk.run([command])[0]

    with ThreadPoolExecutor(threads, initializer=start) as pool:
        return list(pool.map(one, commands))


def sound(world: World) -> None:
    """Balances are what lots and postings say, whatever has happened."""
    assert [] == world.rows(
        "SELECT w.holder_id FROM wallet w LEFT JOIN lot l USING (bucket, holder_id, kind)"
        " GROUP BY w.bucket, w.holder_id, w.kind, w.balance, w.deficit"
        " HAVING coalesce(sum(l.rest), 0) <> w.balance + w.deficit"
    )
    assert [] == world.rows(
        "SELECT 1 FROM posting p JOIN posting q USING (bucket, holder_id, kind)"
        " WHERE q.version = p.version + 1 AND (p.after <> q.before OR p.hash <> q.previous)"
    )
    assert [] == world.rows(
        "SELECT 1 FROM lot l LEFT JOIN ("
        "  SELECT bucket, holder_id, kind, lot, sum(part) AS part FROM ("
        "    SELECT bucket, holder_id, kind, unnest(lots) AS lot, unnest(parts) AS part FROM hold WHERE state = 'held'"
        "  ) x GROUP BY bucket, holder_id, kind, lot) h USING (bucket, holder_id, kind, lot)"
        " WHERE l.held <> coalesce(h.part, 0)"
    )
