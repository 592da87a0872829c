-- name: add
-- Keeps a new delivery.
INSERT INTO personal.inbox (connection_id, delivery_id, topic, body, received_at, due_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (connection_id, delivery_id) DO NOTHING;

-- name: take
-- What is due, for us alone until the lease ends.
UPDATE personal.inbox i SET due_at = %(until)s
FROM (
    SELECT connection_id, delivery_id FROM personal.inbox
    WHERE done_at IS NULL AND due_at <= %(now)s ORDER BY due_at, delivery_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) due
WHERE i.connection_id = due.connection_id AND i.delivery_id = due.delivery_id
RETURNING i.connection_id, i.delivery_id, i.topic, i.body, i.received_at, i.tries, i.due_at, i.done_at, i.outcome;

-- name: finish
-- What became of a delivery; what somebody else has done meanwhile stays done.
UPDATE personal.inbox SET tries = %s, due_at = coalesce(%s, due_at), done_at = %s, outcome = %s
WHERE connection_id = %s AND delivery_id = %s AND done_at IS NULL;

-- name: items
-- The newest deliveries of a connection.
SELECT connection_id, delivery_id, topic, ''::bytea, received_at, tries, due_at, done_at, outcome FROM personal.inbox
WHERE connection_id = %s ORDER BY received_at DESC, delivery_id LIMIT %s;

-- name: forget
-- Empties bodies of what was done long ago.
UPDATE personal.inbox SET body = '' WHERE done_at < %s AND body <> '';
