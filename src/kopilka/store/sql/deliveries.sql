-- name: mark
-- Grows when events are written; and whether somebody is catching up.
SELECT CASE WHEN is_called THEN last_value ELSE 0 END,
    EXISTS (SELECT FROM subscription WHERE state = 'active' AND behind IS NOT NULL)
FROM event_place;

-- name: drawn
-- The last place that has been drawn, and how many were since events were handed on. Asked before a transaction has its
-- number: whoever drew a place up to this one has a lower number.
SELECT p.last, p.last - s.place
FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM event_place) p CROSS JOIN outbox_state s;

-- name: hold_outbox
-- One process at a time hands events on. Tells whether the database was restored on a server that counts transactions anew.
SELECT s.txid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM outbox_state s FOR UPDATE SKIP LOCKED;

-- name: lock_events
-- Nobody writes events while their numbers are put right.
LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE;

-- name: after_restore
-- Events not handed on yet get this transaction's number; those that were stand below the floor for ever, or are older than
-- every transaction.
WITH state AS (
    SELECT txid, place FROM outbox_state
), waiting AS (
    UPDATE event e SET txid = pg_current_xact_id()::text::bigint FROM state s
    WHERE e.txid >= s.txid OR e.place > s.place
    RETURNING e.place
), told AS (
    UPDATE event e SET txid = 0 FROM state s
    WHERE e.txid < s.txid AND e.place <= s.place AND e.place >= (SELECT min(w.place) FROM waiting w)
)
UPDATE outbox_state
SET txid = pg_current_xact_id()::text::bigint, floor = least(place, (SELECT min(w.place) FROM waiting w) - 1),
    mark_txid = NULL, mark_place = NULL;

-- name: hand_on
-- Events of transactions that are complete, and that no running one can come before, become deliveries of everybody who is
-- not behind; the cursor moves on. An event of a younger transaction that stands before one of these in its holder's order
-- is taken along. All events up to the mark are handed on when all transactions are that had a number when it was set.
WITH horizon AS MATERIALIZED (
    SELECT s.txid AS low, event_horizon() AS high, s.floor FROM outbox_state s
), complete AS MATERIALIZED (
    SELECT e.bucket, e.holder_id, e.event_id, e.name, e.place, e.data -> 'facts' AS facts
    FROM event e
    WHERE e.txid >= (SELECT low FROM horizon) AND e.txid < (SELECT high FROM horizon)
        AND e.place > (SELECT floor FROM horizon)
), earlier AS (
    SELECT e.bucket, e.holder_id, e.event_id, e.name, e.place, e.data -> 'facts' AS facts
    FROM event e
    WHERE e.txid >= (SELECT high FROM horizon) AND e.place > (SELECT floor FROM horizon) AND EXISTS (
        SELECT FROM complete c WHERE c.bucket = e.bucket AND c.holder_id = e.holder_id AND c.place > e.place)
), told AS (
    SELECT e.bucket, e.holder_id, e.place, n.event_id, n.name
    FROM (SELECT * FROM complete UNION ALL SELECT * FROM earlier) e
    CROSS JOIN LATERAL (
        SELECT e.event_id, e.name
        UNION ALL
        SELECT e.event_id || '~' || replace(f, '.', '_'), f FROM json_object_keys(e.facts) f
    ) n
), added AS (
    INSERT INTO delivery (bucket, holder_id, subscription_id, event_id, place, name, due_at)
    SELECT t.bucket, t.holder_id, s.subscription_id, t.event_id, t.place, t.name, %(now)s
    FROM told t
    JOIN subscription s ON s.state <> 'deleted' AND s.behind IS NULL AND (s.names = '{}' OR t.name = ANY (s.names))
    ORDER BY t.place, t.event_id, s.subscription_id
    ON CONFLICT (bucket, holder_id, subscription_id, event_id) DO NOTHING
    RETURNING bucket, holder_id, subscription_id
), lanes AS (
    INSERT INTO delivery_lane AS l (bucket, holder_id, subscription_id, due_at)
    SELECT DISTINCT bucket, holder_id, subscription_id, %(now)s::timestamptz FROM added
    ORDER BY bucket, holder_id, subscription_id
    ON CONFLICT (bucket, holder_id, subscription_id) DO UPDATE SET due_at = l.due_at
), moved AS (
    UPDATE outbox_state s SET txid = greatest(s.txid, h.high),
        place = greatest(s.place, (SELECT coalesce(max(c.place), 0) FROM complete c)),
        settled = CASE WHEN s.mark_txid > h.high THEN s.settled ELSE greatest(s.settled, s.mark_place) END,
        mark_place = CASE WHEN s.mark_txid > h.high THEN s.mark_place ELSE %(drawn)s END,
        mark_txid = CASE WHEN s.mark_txid > h.high THEN s.mark_txid ELSE pg_current_xact_id()::text::bigint END
    FROM horizon h
)
SELECT count(*) FROM complete;

-- name: fall_behind
-- Whoever has a long queue already (or all, or who gets nothing) keeps a place instead of further rows.
UPDATE subscription s SET behind = o.settled, owed = o.settled, began = o.settled
FROM outbox_state o
WHERE s.behind IS NULL AND o.settled IS NOT NULL AND s.state <> 'deleted'
    AND (%(all)s::boolean OR s.state <> 'active' OR (SELECT count(*) FROM (
        SELECT FROM delivery d WHERE d.subscription_id = s.subscription_id AND d.state = 'waiting' LIMIT %(most)s) w) >= %(most)s);

-- name: behind
-- Who is behind, and has so few deliveries waiting that more are made.
SELECT s.subscription_id FROM subscription s
WHERE s.state = 'active' AND s.behind IS NOT NULL AND (SELECT count(*) FROM (
    SELECT FROM delivery d WHERE d.subscription_id = s.subscription_id AND d.state = 'waiting' LIMIT %(most)s) w) < %(most)s
ORDER BY s.subscription_id;

-- name: hold_subscription
-- One process at a time makes missed deliveries of a subscription. Tells how far it is, what is settled and handed on.
SELECT s.behind, o.settled, o.place FROM subscription s CROSS JOIN outbox_state o
WHERE s.subscription_id = %s AND s.state = 'active' AND s.behind IS NOT NULL
FOR UPDATE OF s SKIP LOCKED;

-- name: make_up
-- Makes missed deliveries of events after a place up to another, of whatever has been handed on; what is to go once more
-- waits again. Nothing is ever made out of a holder's order.
WITH complete AS MATERIALIZED (
    SELECT e.bucket, e.holder_id, e.event_id, e.name, e.place, e.recorded_at, e.data -> 'facts' AS facts
    FROM event e CROSS JOIN outbox_state o
    WHERE e.place > %(after)s AND e.place <= %(upto)s
        AND (e.place <= o.settled OR e.place <= o.floor OR e.txid < o.txid)
), ends AS MATERIALIZED (
    SELECT c.bucket, c.holder_id, max(c.place) AS place, o.txid, greatest(o.settled, o.floor) AS settled
    FROM complete c JOIN outbox_state o ON c.place > greatest(o.settled, o.floor)
    GROUP BY c.bucket, c.holder_id, o.txid, o.settled, o.floor
), earlier AS (
    SELECT e.* FROM ends x CROSS JOIN LATERAL (
        SELECT e.bucket, e.holder_id, e.event_id, e.name, e.place, e.recorded_at, e.data -> 'facts' AS facts
        FROM event e
        WHERE e.bucket = x.bucket AND e.holder_id = x.holder_id AND e.place > x.settled AND e.place < x.place
            AND e.txid >= x.txid
        OFFSET 0
    ) e
), told AS MATERIALIZED (
    SELECT e.bucket, e.holder_id, e.place, n.event_id, n.name,
        coalesce(e.place <= s.again_upto AND e.recorded_at >= s.again_since, false) AS again
    FROM (SELECT * FROM complete UNION ALL SELECT * FROM earlier) e
    JOIN subscription s ON s.subscription_id = %(id)s
    CROSS JOIN LATERAL (
        SELECT e.event_id, e.name
        UNION ALL
        SELECT e.event_id || '~' || replace(f, '.', '_'), f FROM json_object_keys(e.facts) f
    ) n
    WHERE (s.names = '{}' OR n.name = ANY (s.names))
        AND (e.place > s.owed OR (e.place <= s.again_upto AND e.recorded_at >= s.again_since))
), again AS (
    INSERT INTO delivery AS d (bucket, holder_id, subscription_id, event_id, place, name, due_at)
    SELECT t.bucket, t.holder_id, %(id)s, t.event_id, t.place, t.name, %(now)s FROM told t WHERE t.again
    ORDER BY t.place, t.event_id
    ON CONFLICT (bucket, holder_id, subscription_id, event_id) DO UPDATE SET state = 'waiting', tries = 0,
        due_at = excluded.due_at, status = NULL, micros = NULL, note = ''
    RETURNING bucket, holder_id
), added AS (
    INSERT INTO delivery (bucket, holder_id, subscription_id, event_id, place, name, due_at)
    SELECT t.bucket, t.holder_id, %(id)s, t.event_id, t.place, t.name, %(now)s FROM told t WHERE NOT t.again
    ORDER BY t.place, t.event_id
    ON CONFLICT (bucket, holder_id, subscription_id, event_id) DO NOTHING
    RETURNING bucket, holder_id
), lanes AS (
    INSERT INTO delivery_lane AS l (bucket, holder_id, subscription_id, due_at)
    SELECT DISTINCT x.bucket, x.holder_id, %(id)s, %(now)s::timestamptz
    FROM (SELECT * FROM again UNION ALL SELECT * FROM added) x
    ORDER BY 1, 2
    ON CONFLICT (bucket, holder_id, subscription_id) DO UPDATE SET due_at = l.due_at
)
SELECT (SELECT count(*) FROM again) + (SELECT count(*) FROM added);

-- name: got_to
-- How far a subscription has caught up; at the end it gets events as they are handed on.
UPDATE subscription SET behind = %(upto)s,
    owed = CASE WHEN %(upto)s::bigint IS NULL THEN NULL ELSE owed END,
    began = CASE WHEN %(upto)s::bigint IS NULL THEN NULL ELSE began END,
    again_since = CASE WHEN %(upto)s::bigint IS NULL THEN NULL ELSE again_since END,
    again_upto = CASE WHEN %(upto)s::bigint IS NULL THEN NULL ELSE again_upto END
WHERE subscription_id = %(id)s;

-- name: ready
-- Active subscriptions with a lane that may go; one that waits to be tried again needs only some lane.
SELECT s.subscription_id FROM subscription s
CROSS JOIN LATERAL (
    SELECT l.due_at FROM delivery_lane l
    WHERE l.subscription_id = s.subscription_id AND (l.leased_until IS NULL OR l.leased_until <= %(now)s)
        AND l.due_at <= CASE WHEN s.retry_at IS NULL THEN %(now)s::timestamptz ELSE 'infinity' END
    ORDER BY l.due_at LIMIT 1
) first
WHERE s.state = 'active' AND (s.retry_at IS NULL OR s.retry_at <= %(now)s)
ORDER BY s.subscription_id;

-- name: standing
-- Whether a subscription is active, and until when it waits.
SELECT state = 'active', retry_at FROM subscription WHERE subscription_id = %s;

-- name: probe
-- One process alone tries a receiver that has failed.
UPDATE subscription SET retry_at = %(until)s WHERE subscription_id = %(id)s AND retry_at = %(seen)s;

-- name: take
-- Lanes that are due, for us alone until the lease ends.
UPDATE delivery_lane l SET leased_until = %(until)s
FROM (
    SELECT bucket, holder_id, subscription_id FROM delivery_lane
    WHERE subscription_id = %(id)s AND due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) due
WHERE l.bucket = due.bucket AND l.holder_id = due.holder_id AND l.subscription_id = due.subscription_id
RETURNING l.bucket, l.holder_id, l.tries;

-- name: take_one
-- The lane that has been tried most, whenever it would be due.
UPDATE delivery_lane l SET leased_until = %(until)s
FROM (
    SELECT bucket, holder_id, subscription_id FROM delivery_lane
    WHERE subscription_id = %(id)s AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY tries DESC, due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) due
WHERE l.bucket = due.bucket AND l.holder_id = due.holder_id AND l.subscription_id = due.subscription_id
RETURNING l.bucket, l.holder_id, l.tries;

-- name: firsts
-- The first waiting delivery of each lane, with its event.
SELECT x.bucket, x.holder_id, x.tries, d.event_id, d.name, d.place, e.occurred_at, e.recorded_at, e.receipt, e.data,
    coalesce(r.member_id, (SELECT min(m.member_id) FROM member m WHERE m.bucket = x.bucket AND m.holder_id = x.holder_id), '')
FROM json_to_recordset(%(lanes)s::json) AS x(bucket smallint, holder_id text, tries integer)
CROSS JOIN LATERAL (
    SELECT w.event_id, w.name, w.place FROM delivery w
    WHERE w.subscription_id = %(id)s AND w.holder_id = x.holder_id AND w.state = 'waiting'
    ORDER BY w.place, w.event_id LIMIT 1
) d
JOIN event e ON e.bucket = x.bucket AND e.holder_id = x.holder_id AND e.event_id = split_part(d.event_id, '~', 1)
LEFT JOIN receipt r ON r.bucket = x.bucket AND r.holder_id = x.holder_id AND r.receipt_id = e.receipt;

-- name: lock_lanes
-- Locks lanes in key order: whoever adds deliveries to them waits, and finds a lane that has gone. Tells until when each is
-- lent, to us or to whoever came after us.
SELECT l.bucket, l.holder_id, l.leased_until FROM delivery_lane l
JOIN json_to_recordset(%(rows)s::json) AS x(bucket smallint, holder_id text)
    ON l.bucket = x.bucket AND l.holder_id = x.holder_id
WHERE l.subscription_id = %(id)s
ORDER BY l.bucket, l.holder_id
FOR UPDATE OF l;

-- name: finish
-- What became of deliveries.
UPDATE delivery d SET state = x.state, tries = x.tries, tried_at = x.tried_at, due_at = x.due_at, status = x.status,
    micros = x.micros, note = x.note
FROM json_to_recordset(%(rows)s::json) AS x(bucket smallint, holder_id text, event_id text, state text, tries integer,
    tried_at timestamptz, due_at timestamptz, status smallint, micros bigint, note text)
WHERE d.bucket = x.bucket AND d.holder_id = x.holder_id AND d.subscription_id = %(id)s AND d.event_id = x.event_id
    AND d.state = 'waiting';

-- name: return_lanes
-- Gives lanes back that are still ours, with when they are due.
UPDATE delivery_lane l SET due_at = x.due_at, tries = x.lane_tries, leased_until = NULL
FROM json_to_recordset(%(rows)s::json) AS x(bucket smallint, holder_id text, due_at timestamptz, lane_tries integer,
    leased_until timestamptz)
WHERE l.bucket = x.bucket AND l.holder_id = x.holder_id AND l.subscription_id = %(id)s
    AND l.leased_until = x.leased_until;

-- name: drop_lanes
-- Lanes in which nothing waits any more are gone.
DELETE FROM delivery_lane l USING json_to_recordset(%(rows)s::json) AS x(bucket smallint, holder_id text)
WHERE l.bucket = x.bucket AND l.holder_id = x.holder_id AND l.subscription_id = %(id)s
    AND NOT EXISTS (SELECT FROM delivery d
        WHERE d.subscription_id = %(id)s AND d.holder_id = l.holder_id AND d.state = 'waiting');

-- name: answered
-- The receiver answers: it is not left alone any more.
UPDATE subscription SET failures = 0, retry_at = NULL, failing_since = NULL
WHERE subscription_id = %(id)s AND (failures > 0 OR retry_at IS NOT NULL)
RETURNING retry_at IS NULL;

-- name: free_lanes
-- Nobody waits for what the receiver's absence alone put off.
UPDATE delivery_lane SET due_at = %(now)s
WHERE subscription_id = %(id)s AND due_at > %(now)s;

-- name: failed
-- The receiver has failed; after several failures in a row it is left alone.
UPDATE subscription SET failures = failures + %(failures)s, failing_since = coalesce(failing_since, %(now)s),
    retry_at = CASE WHEN failures + %(failures)s >= %(most)s THEN %(retry_at)s::timestamptz ELSE NULL END
WHERE subscription_id = %(id)s;

-- name: waits
-- Whether a subscription waits to be tried again, and since when it has failed.
SELECT retry_at IS NOT NULL, failing_since FROM subscription WHERE subscription_id = %s FOR UPDATE;

-- name: stop
-- Nothing more is sent until somebody resumes it, and no more rows are made: it keeps its place.
UPDATE subscription s SET state = 'stopped', state_at = %(now)s, reason = %(reason)s, retry_at = NULL,
    failures = s.failures + %(failures)s, behind = coalesce(s.behind, o.settled), owed = coalesce(s.owed, o.settled),
    began = coalesce(s.began, o.settled)
FROM outbox_state o
WHERE s.subscription_id = %(id)s AND s.state = 'active';

-- name: log
-- A page of the log, the newest event first.
SELECT event_id, name, place, holder_id, state, tries, due_at, tried_at, status, micros, note FROM delivery
WHERE subscription_id = %(id)s AND (%(state)s = '' OR state = %(state)s)
    AND (%(place)s::bigint IS NULL OR (place, event_id) < (%(place)s::bigint, %(event)s))
ORDER BY place DESC, event_id DESC LIMIT %(limit)s;

-- name: find
-- One delivery and its event.
SELECT d.event_id, d.name, d.place, d.holder_id, d.state, d.tries, d.due_at, d.tried_at, d.status, d.micros, d.note,
    e.occurred_at, e.recorded_at, e.receipt, e.data,
    coalesce(r.member_id, (SELECT min(m.member_id) FROM member m WHERE m.bucket = e.bucket AND m.holder_id = e.holder_id), '')
FROM delivery d
JOIN event e ON e.bucket = d.bucket AND e.holder_id = d.holder_id AND e.event_id = split_part(d.event_id, '~', 1)
LEFT JOIN receipt r ON r.bucket = e.bucket AND r.holder_id = e.holder_id AND r.receipt_id = e.receipt
WHERE d.subscription_id = %s AND d.event_id = %s;

-- name: skip
-- Passes over a waiting delivery; its lane goes on at once.
WITH passed AS (
    UPDATE delivery SET state = 'skipped', tried_at = %(now)s
    WHERE subscription_id = %(id)s AND event_id = %(event)s AND state = 'waiting'
    RETURNING bucket, holder_id
)
UPDATE delivery_lane l SET due_at = %(now)s, tries = 0 FROM passed p
WHERE l.bucket = p.bucket AND l.holder_id = p.holder_id AND l.subscription_id = %(id)s
RETURNING l.holder_id;

-- name: first_since
-- The first place of what was booked since a moment. What is surely early (booked on the day after that moment, or among the
-- first of all) bounds where anything earlier can stand.
WITH near AS MATERIALIZED (
    SELECT least(
        (SELECT min(e.place) FROM event e
            WHERE e.recorded_at >= %(since)s AND e.recorded_at < %(since)s::timestamptz + interval '1 day'),
        (SELECT min(e.place) FROM event e WHERE e.place <= 10000 AND e.recorded_at >= %(since)s)
    ) AS place
)
SELECT min(e.place) FROM event e
WHERE e.recorded_at >= %(since)s AND e.place <= coalesce((SELECT place FROM near), 9223372036854775807);

-- name: go_back
-- A subscription goes back to before a place, and sends what was booked since a moment once more; how many events have
-- happened since that place.
UPDATE subscription s SET behind = least(s.behind, o.settled, %(place)s - 1), began = least(s.behind, o.settled, %(place)s - 1),
    owed = coalesce(greatest(s.owed, s.behind), o.settled, %(place)s - 1),
    again_since = least(s.again_since, %(since)s), again_upto = greatest(s.again_upto, o.place, o.settled)
FROM outbox_state o
WHERE s.subscription_id = %(id)s AND s.state <> 'deleted'
RETURNING greatest(o.place - %(place)s + 1, 0);

-- name: lock_all_lanes
-- Nobody takes anything while a queue is put together anew.
SELECT holder_id FROM delivery_lane WHERE subscription_id = %s ORDER BY bucket, holder_id FOR UPDATE;

-- name: withdraw
-- What waits behind the place where a replay begins is made again when its turn comes.
DELETE FROM delivery d USING subscription s, event e
WHERE s.subscription_id = %(id)s AND d.subscription_id = %(id)s AND d.state = 'waiting' AND d.place > s.behind
    AND (s.names = '{}' OR d.name = ANY (s.names))
    AND e.bucket = d.bucket AND e.holder_id = d.holder_id AND e.event_id = split_part(d.event_id, '~', 1)
    AND (d.place > s.owed OR (d.place <= s.again_upto AND e.recorded_at >= s.again_since));

-- name: drop_empty_lanes
-- Lanes in which nothing waits any more are gone.
DELETE FROM delivery_lane l
WHERE l.subscription_id = %(id)s AND NOT EXISTS (SELECT FROM delivery d
    WHERE d.subscription_id = %(id)s AND d.holder_id = l.holder_id AND d.state = 'waiting');

-- name: old_place
-- The last place of what was booked shortly before a moment.
SELECT max(place) FROM event WHERE recorded_at < %(before)s AND recorded_at >= %(before)s - interval '3 days';

-- name: prune
-- Forgets what went long ago, but for what tells a subscription that is behind what it has.
DELETE FROM delivery d USING subscription s
WHERE d.subscription_id = s.subscription_id AND d.place <= %(place)s AND d.state <> 'waiting' AND d.tried_at < %(before)s
    AND (s.behind IS NULL OR d.place <= s.owed);

-- name: summarise
-- Keeps what the outbox has to look through short.
SELECT brin_summarize_new_values('event_by_txid'), brin_summarize_new_values('event_by_place');

-- name: wait_for_outbox
-- Whoever hands events on now comes to an end first.
SELECT single FROM outbox_state FOR UPDATE;
