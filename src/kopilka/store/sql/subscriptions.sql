-- name: all
-- All subscriptions that are not deleted, oldest first.
SELECT subscription_id, title, address, names, format, connection_id, state, state_at, reason, created_at, failures,
    retry_at, former_until, secret_sealed, former_sealed
FROM subscription WHERE state <> 'deleted' ORDER BY created_at, subscription_id;

-- name: get
-- One subscription.
SELECT subscription_id, title, address, names, format, connection_id, state, state_at, reason, created_at, failures,
    retry_at, former_until, secret_sealed, former_sealed
FROM subscription WHERE subscription_id = %s AND state <> 'deleted';

-- name: add
-- Keeps a new subscription.
INSERT INTO subscription (subscription_id, title, address, names, format, connection_id, state, state_at, reason,
    created_at, secret_sealed)
VALUES (%(id)s, %(title)s, %(address)s, %(names)s, %(format)s, %(connection)s, %(state)s, %(state_at)s, %(reason)s,
    %(created_at)s, %(secret)s);

-- name: change
-- Writes a subscription anew.
UPDATE subscription SET title = %(title)s, address = %(address)s, names = %(names)s, format = %(format)s,
    connection_id = %(connection)s, state = %(state)s, state_at = %(state_at)s, reason = %(reason)s,
    secret_sealed = %(secret)s, former_sealed = %(former)s, former_until = %(former_until)s
WHERE subscription_id = %(id)s AND state <> 'deleted';

-- name: resume
-- Lets a subscription be active again.
UPDATE subscription SET state = 'active', state_at = %(at)s, reason = '', failures = 0, retry_at = NULL
WHERE subscription_id = %(id)s AND state <> 'deleted';

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
-- What waits for a subscription, counted up to a bound, with the first of it; and the last delivery among the newest.
SELECT
    (SELECT count(*) FROM (SELECT FROM delivery WHERE subscription_id = %(id)s AND state = 'waiting' LIMIT %(most)s) w),
    (SELECT count(*) FROM (SELECT FROM delivery_lane WHERE subscription_id = %(id)s LIMIT %(most)s) l),
    (SELECT min(e.recorded_at) FROM (
        SELECT bucket, holder_id, event_id FROM delivery
        WHERE subscription_id = %(id)s AND state = 'waiting' ORDER BY place LIMIT 1
    ) d JOIN event e ON e.bucket = d.bucket AND e.holder_id = d.holder_id AND e.event_id = split_part(d.event_id, '~', 1)),
    (SELECT max(n.tried_at) FROM (
        SELECT tried_at, state FROM delivery WHERE subscription_id = %(id)s ORDER BY place DESC LIMIT 200
    ) n WHERE n.state = 'delivered');
