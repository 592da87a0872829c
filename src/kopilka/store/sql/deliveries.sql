-- name: mark
-- Grows when events are written.
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_place;

-- name: hold_outbox
-- One process at a time hands events on. Tells whether the database was restored on a server that counts transactions anew.
SELECT s.txid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM outbox_state s FOR UPDATE SKIP LOCKED;

-- name: lock_events
-- Nobody writes events while their numbers are put right.
LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE;

-- name: after_restore
-- Events not handed on yet get this transaction's number; those that were stand below the floor for ever.
WITH state AS (
    SELECT txid, place FROM outbox_state
), waiting AS (
    UPDATE event e SET txid = pg_current_xact_id()::text::bigint FROM state s
    WHERE e.txid >= s.txid OR e.place > s.place
    RETURNING e.place
)
UPDATE outbox_state
SET txid = pg_current_xact_id()::text::bigint, floor = least(place, (SELECT min(w.place) FROM waiting w) - 1);

-- name: hand_on
-- Events of transactions that are complete, and that no running one can come before, become deliveries; the cursor moves
-- on. An event of a younger transaction that stands before one of these in its holder's order is taken along.
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
    FROM told t JOIN subscription s ON s.state <> 'deleted' AND (s.names = '{}' OR t.name = ANY (s.names))
    ON CONFLICT (bucket, holder_id, subscription_id, event_id) DO NOTHING
    RETURNING bucket, holder_id, subscription_id
), lanes AS (
    INSERT INTO delivery_lane AS l (bucket, holder_id, subscription_id, due_at)
    SELECT DISTINCT bucket, holder_id, subscription_id, %(now)s::timestamptz FROM added
    ORDER BY bucket, holder_id, subscription_id
    ON CONFLICT (bucket, holder_id, subscription_id) DO UPDATE SET due_at = l.due_at
), moved AS (
    UPDATE outbox_state s SET txid = greatest(s.txid, h.high),
        place = greatest(s.place, (SELECT coalesce(max(c.place), 0) FROM complete c))
    FROM horizon h
)
SELECT count(*) FROM complete;

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
-- Locks lanes in key order: whoever adds deliveries to them waits, and finds a lane that has gone.
SELECT l.holder_id FROM delivery_lane l
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
UPDATE subscription SET failures = 0, retry_at = NULL
WHERE subscription_id = %(id)s AND (failures > 0 OR retry_at IS NOT NULL)
RETURNING retry_at IS NULL;

-- name: free_lanes
-- Nobody waits for what the receiver's absence alone put off.
UPDATE delivery_lane SET due_at = %(now)s
WHERE subscription_id = %(id)s AND due_at > %(now)s;

-- name: failed
-- The receiver has failed; after several failures in a row it is left alone.
UPDATE subscription SET failures = failures + %(failures)s,
    retry_at = CASE WHEN failures + %(failures)s >= %(most)s THEN %(retry_at)s::timestamptz ELSE NULL END
WHERE subscription_id = %(id)s;

-- name: waits
-- Whether a subscription waits to be tried again.
SELECT retry_at IS NOT NULL FROM subscription WHERE subscription_id = %s FOR UPDATE;

-- name: stop
-- Nothing more is sent until somebody resumes it.
UPDATE subscription SET state = 'stopped', state_at = %(now)s, reason = %(reason)s, retry_at = NULL,
    failures = failures + %(failures)s
WHERE subscription_id = %(id)s AND state = 'active';

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

-- name: replay
-- Every event booked since a moment waits once more, those too that were never delivered here.
WITH told AS (
    SELECT e.bucket, e.holder_id, e.place, n.event_id, n.name
    FROM event e
    CROSS JOIN LATERAL (
        SELECT e.event_id, e.name
        UNION ALL
        SELECT e.event_id || '~' || replace(f, '.', '_'), f FROM json_object_keys(e.data -> 'facts') f
    ) n
    JOIN subscription s ON s.subscription_id = %(id)s AND (s.names = '{}' OR n.name = ANY (s.names))
    WHERE e.recorded_at >= %(since)s
), again AS (
    INSERT INTO delivery AS d (bucket, holder_id, subscription_id, event_id, place, name, due_at)
    SELECT t.bucket, t.holder_id, %(id)s, t.event_id, t.place, t.name, %(now)s FROM told t
    ON CONFLICT (bucket, holder_id, subscription_id, event_id) DO UPDATE SET state = 'waiting', tries = 0,
        due_at = excluded.due_at, status = NULL, micros = NULL, note = ''
    RETURNING bucket, holder_id
), lanes AS (
    INSERT INTO delivery_lane AS l (bucket, holder_id, subscription_id, due_at)
    SELECT DISTINCT bucket, holder_id, %(id)s, %(now)s::timestamptz FROM again ORDER BY bucket, holder_id
    ON CONFLICT (bucket, holder_id, subscription_id) DO UPDATE SET due_at = least(l.due_at, excluded.due_at), tries = 0
)
SELECT count(*) FROM again;

-- name: old_place
-- The last place of what was booked shortly before a moment.
SELECT max(place) FROM event WHERE recorded_at < %(before)s AND recorded_at >= %(before)s - interval '3 days';

-- name: prune
-- Forgets what went long ago.
DELETE FROM delivery d USING subscription s
WHERE d.subscription_id = s.subscription_id AND d.place <= %(place)s AND d.state <> 'waiting' AND d.tried_at < %(before)s;

-- name: summarise
-- Keeps the ranges of transactions of the outbox short.
SELECT brin_summarize_new_values('event_by_txid');

-- name: wait_for_outbox
-- Whoever hands events on now comes to an end first.
SELECT single FROM outbox_state FOR UPDATE;
