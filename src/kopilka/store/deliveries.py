"""The outbox, lanes and deliveries; see `usecases.deliveries.DeliveryStore`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from kopilka.core.event.kinds import KINDS
from kopilka.store.connect import Packed, Pool
from kopilka.store.members import add_act
from kopilka.store.queries import queries
from kopilka.usecases.deliveries import FAILURES_MAX, GIVEN_UP, Delivery, Fact, Mark, Parcel, Slice, Verdict
from kopilka.usecases.members import Act
from kopilka.usecases.subscriptions import FAILING

SQL, SUBSCRIPTIONS = queries("deliveries"), queries("subscriptions")
FOLLOWS = "~"
"""Stands in an id between an event and one that follows from it."""
SUMMARISE_AFTER = 5_000
STEP = 1_000
"""Events of which deliveries are made at a time for whoever is behind."""
BURST = 20_000
"""More events than that are not handed on at once: all subscriptions take them in steps."""
"""After so many events the index over transactions is brought up: it reads what it has not summed up yet row by row."""
LAST_PLACE = 2**63 - 1
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class PostgresDeliveries:
    """Reads and writes with a connection of two pools: `by_key` plans by indexes alone, whatever sizes are guessed."""

    def __init__(self, pool: Pool, by_key: Pool) -> None:
        self._pool = pool
        self._by_key = by_key
        self._fresh = SUMMARISE_AFTER  # the first look may come after a large import

    def mark(self) -> tuple[int, bool]:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["mark"]).fetchone()
        return int(row[0]), row[1]

    # -- events become deliveries -------------------------------------------------------------------------------

    def hand_on(self, now: datetime) -> int:
        with self._by_key.connection() as connection:
            drawn: Any = connection.execute(SQL["drawn"]).fetchone()
            if drawn[1] > BURST:
                connection.execute(SQL["fall_behind"], {"all": True, "most": 0})
        with self._by_key.connection() as connection, connection.transaction():
            held: Any = connection.execute(SQL["hold_outbox"]).fetchone()
            if held is None:
                return 0
            if held[0]:
                connection.execute(SQL["lock_events"])
                connection.execute(SQL["after_restore"])
                return 1
            row: Any = connection.execute(SQL["hand_on"], {"now": now, "drawn": drawn[0]}).fetchone()
        self._fresh += int(row[0])
        if self._fresh >= SUMMARISE_AFTER:
            self._fresh = 0
            with self._pool.connection() as connection:
                connection.execute(SQL["summarise"])
        return int(row[0])

    def fall_behind(self, most: int) -> int:
        with self._by_key.connection() as connection:
            return connection.execute(SQL["fall_behind"], {"all": False, "most": most}).rowcount

    def behind(self, most: int) -> list[str]:
        with self._by_key.connection() as connection:
            rows: Any = connection.execute(SQL["behind"], {"most": most}).fetchall()
        return [row[0] for row in rows]

    def catch_up(self, subscription_id: str, now: datetime) -> int:
        with self._by_key.connection() as connection, connection.transaction():
            row: Any = connection.execute(SQL["hold_subscription"], (subscription_id,)).fetchone()
            if row is None or row[1] is None:
                return 0
            after, settled, place = row
            wanted: dict[str, Any] = {"id": subscription_id, "after": after, "now": now}
            upto: int | None = min(after + STEP, settled)
            if settled - after < STEP:
                if settled < after or place - after > BURST:
                    return 0  # others are still writing what comes next
                connection.execute(SQL["wait_for_outbox"])  # and what is handed on from now on is for it
                upto = None
            made: Any = connection.execute(
                SQL["make_up"], {**wanted, "upto": LAST_PLACE if upto is None else upto}
            ).fetchone()
            connection.execute(SQL["got_to"], {"id": subscription_id, "upto": upto})
        return 1 + int(made[0])

    # -- sending ------------------------------------------------------------------------------------------------

    def ready(self, now: datetime) -> list[str]:
        with self._by_key.connection() as connection:
            rows: Any = connection.execute(SQL["ready"], {"now": now}).fetchall()
        return [row[0] for row in rows]

    def take(self, subscription_id: str, now: datetime, until: datetime, limit: int) -> list[Parcel]:
        wanted: dict[str, Any] = {"id": subscription_id, "now": now, "until": until, "limit": limit}
        with self._by_key.connection() as connection, connection.transaction():
            standing: Any = connection.execute(SQL["standing"], (subscription_id,)).fetchone()
            if standing is None or not standing[0]:
                return []
            name, retry_at = "take", standing[1]
            if retry_at is not None:
                mine = retry_at <= now and connection.execute(SQL["probe"], {**wanted, "seen": retry_at})
                if not mine or mine.rowcount != 1:
                    return []
                name = "take_one"
            rows: Any = connection.execute(SQL[name], wanted).fetchall()
            if not rows:
                return []
            lanes = [{"bucket": row[0], "holder_id": row[1], "tries": row[2]} for row in rows]
            found: Any = connection.execute(
                SQL["firsts"], {"id": subscription_id, "lanes": Packed(_encode(lanes))}
            ).fetchall()
            empty = {(row[0], row[1]) for row in rows} - {(row[0], row[1]) for row in found}
            if empty:
                gone = [{"bucket": bucket, "holder_id": holder} for bucket, holder in sorted(empty)]
                connection.execute(SQL["drop_lanes"], {"id": subscription_id, "rows": Packed(_encode(gone))})
        return [
            Parcel(row[0], row[2], until, _fact(row[3:6], row[6:11], row[1]))
            for row in sorted(found, key=lambda row: row[5])
        ]

    def finish(self, subscription_id: str, marks: Sequence[Mark], verdict: Verdict, now: datetime) -> None:
        packed = {"id": subscription_id, "rows": Packed(_encode(marks))}
        wanted: dict[str, Any] = {"id": subscription_id, "now": now}
        with self._by_key.connection() as connection, connection.transaction():
            waits: Any = connection.execute(SQL["waits"], (subscription_id,)).fetchone()
            lent: Any = connection.execute(SQL["lock_lanes"], packed).fetchall()
            until = {(row[0], row[1]): row[2] for row in lent}
            # A lane that was put together anew, or lent to another meanwhile, is not ours to write of.
            ours = [mark for mark in marks if until.get((mark.bucket, mark.holder_id)) == mark.leased_until]
            connection.execute(SQL["finish"], {**packed, "rows": Packed(_encode(ours))})
            for name in ("return_lanes", "drop_lanes"):
                connection.execute(SQL[name], packed)
            reason = verdict.stopped
            if verdict.failures and waits is not None and waits[1] is not None and waits[1] <= now - GIVEN_UP:
                reason = reason or FAILING
            if reason:
                wanted |= {"reason": reason, "failures": verdict.failures}
                connection.execute(SQL["stop"], wanted)
            elif verdict.failures or (not verdict.asked and waits is not None and waits[0]):
                wanted |= {
                    "failures": verdict.failures,
                    "most": FAILURES_MAX,
                    "retry_at": verdict.retry_at or now,
                }
                connection.execute(SQL["failed"], wanted)
            elif verdict.asked:
                connection.execute(SQL["answered"], wanted)
                if waits is not None and waits[0]:
                    connection.execute(SQL["free_lanes"], wanted)

    # -- the log ------------------------------------------------------------------------------------------------

    def log(self, subscription_id: str, slice_: Slice) -> list[Delivery]:
        wanted = {
            "id": subscription_id, "state": slice_.state, "place": slice_.place, "event": slice_.event_id,
            "limit": slice_.limit,
        }  # fmt: skip
        with self._pool.connection() as connection:
            return [Delivery(*row) for row in connection.execute(SQL["log"], wanted).fetchall()]  # type: ignore[arg-type]

    def find(self, subscription_id: str, event_id: str) -> tuple[Delivery, Fact] | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["find"], (subscription_id, event_id)).fetchone()
        if row is None:
            return None
        return Delivery(*row[:11]), _fact(row[:3], row[11:16], row[3])

    def skip(self, subscription_id: str, event_id: str, now: datetime, act: Act) -> bool:
        wanted = {"id": subscription_id, "event": event_id, "now": now}
        with self._pool.connection() as connection, connection.transaction():
            done = connection.execute(SQL["skip"], wanted).rowcount == 1
            if done:
                add_act(connection, act)
        return done

    def replay(self, subscription_id: str, since: datetime, act: Act) -> int:
        wanted: dict[str, Any] = {"id": subscription_id, "since": since}
        with self._pool.connection() as connection:
            first: Any = connection.execute(SQL["first_since"], wanted).fetchone()
        with self._by_key.connection() as connection, connection.transaction():
            add_act(connection, act)
            if first[0] is None:
                return 0
            connection.execute(SUBSCRIPTIONS["lock"], (subscription_id,))
            row: Any = connection.execute(SQL["go_back"], {**wanted, "place": first[0]}).fetchone()
            connection.execute(SQL["lock_all_lanes"], (subscription_id,))
            connection.execute(SQL["withdraw"], wanted)
            connection.execute(SQL["drop_empty_lanes"], wanted)
        return 0 if row is None else int(row[0])

    def prune(self, before: datetime) -> int:
        with self._pool.connection() as connection:
            connection.execute(SQL["summarise"])
            row: Any = connection.execute(SQL["old_place"], {"before": before}).fetchone()
            if row[0] is None:
                return 0
            return connection.execute(SQL["prune"], {"place": row[0], "before": before}).rowcount


def _fact(named: Sequence[Any], event: Sequence[Any], holder_id: str) -> Fact:
    """An event as it is told: of its data only what is documented."""
    event_id, name, place = named
    occurred_at, recorded_at, receipt, packed, member_id = event
    data = _decode(packed)
    member = data.get("member", member_id)
    if FOLLOWS in event_id:
        data = data.get("facts", {}).get(name, {})
    kind = KINDS.get(name)
    told = {key: value for key, value in data.items() if kind is not None and key in kind.fields}
    return Fact(event_id, name, occurred_at, recorded_at, holder_id, member, receipt, place, told)
