-- name: last
-- The newest request of an origin.
SELECT request_id, wish, asked_at, due_at, connection_id, origin_sha256, turn, member_id, content, state, ended_at,
    ended_by, reason
FROM personal.request WHERE connection_id = %s AND origin_sha256 = %s ORDER BY turn DESC LIMIT 1;

-- name: get
-- One request.
SELECT request_id, wish, asked_at, due_at, connection_id, origin_sha256, turn, member_id, content, state, ended_at,
    ended_by, reason
FROM personal.request WHERE request_id = %s;

-- name: open
-- Open requests, those due soonest first.
SELECT request_id, wish, asked_at, due_at, connection_id, origin_sha256, turn, member_id, content, state, ended_at,
    ended_by, reason
FROM personal.request
WHERE state = 'open' AND (%(member)s::text = '' OR member_id = %(member)s)
ORDER BY due_at, request_id LIMIT %(limit)s;

-- name: ended
-- Answered requests, newest first.
SELECT request_id, wish, asked_at, due_at, connection_id, origin_sha256, turn, member_id, content, state, ended_at,
    ended_by, reason
FROM personal.request
WHERE state <> 'open' AND (%(member)s::text = '' OR member_id = %(member)s)
ORDER BY ended_at DESC, request_id DESC LIMIT %(limit)s;

-- name: add
-- A new request; nothing comes back where it is there already.
INSERT INTO personal.request (request_id, wish, asked_at, due_at, connection_id, origin_sha256, turn, member_id, content,
    state, ended_at, ended_by, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::json, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
RETURNING 1;

-- name: end
-- An open request ends; what was said in it goes.
UPDATE personal.request SET state = %s, ended_at = %s, ended_by = %s, reason = %s, content = '{}'
WHERE request_id = %s AND state = 'open'
RETURNING 1;

-- name: waiting
-- How many are open, and how many of them are due by a moment.
SELECT count(*), count(*) FILTER (WHERE due_at <= %s) FROM personal.request WHERE state = 'open';
