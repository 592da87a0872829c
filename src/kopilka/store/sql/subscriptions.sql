-- name: all
-- All subscriptions that are not deleted, oldest first.
SELECT subscription_id, title, address, names, format, connection_id, state, state_at, reason, created_at, failures,
    retry_at, former_until, behind IS NOT NULL, again_since, failing_since, secret_sealed, former_sealed
FROM subscription WHERE state <> 'deleted' ORDER BY created_at, subscription_id;

-- name: get
-- One subscription.
SELECT subscription_id, title, address, names, format, connection_id, state, state_at, reason, created_at, failures,
    retry_at, former_until, behind IS NOT NULL, again_since, failing_since, secret_sealed, former_sealed
FROM subscription WHERE subscription_id = %s AND state <> 'deleted';

-- name: add
-- Keeps a new subscription: what happened until now is not for it.
INSERT INTO subscription (subscription_id, title, address, names, format, connection_id, state, state_at, reason,
    created_at, secret_sealed, behind, owed, began)
SELECT %(id)s, %(title)s, %(address)s, %(names)s, %(format)s, %(connection)s, %(state)s, %(state_at)s, %(reason)s,
    %(created_at)s, %(secret)s, p.last, p.last, p.last
FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM event_place) p;

-- name: change
-- Writes a subscription anew.
UPDATE subscription SET title = %(title)s, address = %(address)s, names = %(names)s, format = %(format)s,
    connection_id = %(connection)s, secret_sealed = %(secret)s, former_sealed = %(former)s,
    former_until = %(former_until)s
WHERE subscription_id = %(id)s AND state <> 'deleted';

-- name: lock
-- Nobody else changes it; what is read afterwards is as new as it.
SELECT state FROM subscription WHERE subscription_id = %s FOR UPDATE;

-- name: pause
-- Nothing is sent any more, and no more rows are made: it keeps its place.
UPDATE subscription s SET state = 'paused', state_at = %(at)s, reason = '', behind = coalesce(s.behind, o.settled),
    owed = coalesce(s.owed, o.settled), began = coalesce(s.began, o.settled)
FROM outbox_state o
WHERE s.subscription_id = %(id)s AND s.state <> 'deleted';

-- name: resume
-- Lets a subscription be active again, from where it stands.
UPDATE subscription SET state = 'active', state_at = CASE WHEN state = 'active' THEN state_at ELSE %(at)s END, reason = '',
    failures = 0, retry_at = NULL, failing_since = NULL, began = CASE WHEN again_since IS NULL THEN behind ELSE began END
WHERE subscription_id = %(id)s AND state <> 'deleted';

-- name: from_now
-- What happened until now is not for it.
WITH p AS MATERIALIZED (
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM event_place
)
UPDATE subscription s SET behind = p.last, owed = p.last, began = p.last, again_since = NULL, again_upto = NULL
FROM p WHERE s.subscription_id = %(id)s;

-- name: pass_over
-- What waits is not sent.
UPDATE delivery SET state = 'skipped', tried_at = %(at)s WHERE subscription_id = %(id)s AND state = 'waiting';

-- name: release_lanes
-- Whatever waits may go at once, with all tries before it.
UPDATE delivery_lane SET due_at = %(at)s, tries = 0 WHERE subscription_id = %(id)s;

-- name: delete
-- Marks a subscription as deleted; its secrets go.
UPDATE subscription SET state = 'deleted', state_at = %(at)s, secret_sealed = '', former_sealed = NULL
WHERE subscription_id = %(id)s;

-- name: delete_lanes
-- Nothing waits for a deleted subscription.
DELETE FROM delivery_lane WHERE subscription_id = %s;

-- name: delete_deliveries
-- Nor is there a log of it.
DELETE FROM delivery WHERE subscription_id = %s;

-- name: backlog
-- What waits for a subscription, counted up to a bound, with the first of it; the last delivery among the newest; how many
-- events it is behind, from when, and how much of its way it has gone.
SELECT
    (SELECT count(*) FROM (SELECT FROM delivery WHERE subscription_id = %(id)s AND state = 'waiting' LIMIT %(most)s) w),
    (SELECT count(*) FROM (SELECT FROM delivery_lane WHERE subscription_id = %(id)s LIMIT %(most)s) l),
    (SELECT min(e.recorded_at) FROM (
        SELECT bucket, holder_id, event_id FROM delivery
        WHERE subscription_id = %(id)s AND state = 'waiting' ORDER BY place LIMIT 1
    ) d JOIN event e ON e.bucket = d.bucket AND e.holder_id = d.holder_id AND e.event_id = split_part(d.event_id, '~', 1)),
    (SELECT max(n.tried_at) FROM (
        SELECT tried_at, state FROM delivery WHERE subscription_id = %(id)s ORDER BY place DESC LIMIT 200
    ) n WHERE n.state = 'delivered'),
    coalesce(greatest(b.place - b.behind, 0), 0),
    (SELECT e.recorded_at FROM event e
        WHERE e.place > b.behind AND e.place <= b.behind + 1000 ORDER BY e.place LIMIT 1),
    coalesce((b.behind - b.began) * 100 / nullif(greatest(b.place - b.began, 0), 0), 0)
FROM (SELECT s.behind, s.began, o.place FROM outbox_state o
    LEFT JOIN subscription s ON s.subscription_id = %(id)s) b;
