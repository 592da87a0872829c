-- name: by_login
-- The account of a login.
SELECT staff_id, login, name, role, language, shop, password_hash, blocked_at IS NOT NULL FROM staff WHERE login = %s;

-- name: add_staff
-- Adds an account unless the login is taken.
INSERT INTO staff (staff_id, login, name, password_hash, role, language, shop, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (login) DO NOTHING RETURNING staff_id;

-- name: all_staff
-- Everybody who may sign in.
SELECT staff_id, login, name, role, language, shop FROM staff WHERE blocked_at IS NULL ORDER BY created_at, staff_id;

-- name: sweep_sessions
-- Forgets sessions that have ended.
DELETE FROM staff_session WHERE expires_at <= %s;

-- name: open_session
-- Keeps a session by the hash of its secret.
INSERT INTO staff_session (session_sha256, staff_id, created_at, expires_at) VALUES (%s, %s, %s, %s);

-- name: session
-- Who a living session belongs to.
SELECT staff.staff_id, staff.login, staff.name, staff.role, staff.language, staff.shop
FROM staff_session JOIN staff USING (staff_id)
WHERE session_sha256 = %s AND expires_at > %s AND blocked_at IS NULL;

-- name: end_session
-- Forgets a session.
DELETE FROM staff_session WHERE session_sha256 = %s;

-- name: note
-- Writes a line of the log.
INSERT INTO staff_action (action_id, staff_id, action, subject, detail, done_at) VALUES (%s, %s, %s, %s, %s::json, %s);

-- name: actions
-- Lines of the log, newest first.
SELECT action_id, staff_action.staff_id, action, subject, detail, done_at, COALESCE(staff.name, '')
FROM staff_action LEFT JOIN staff USING (staff_id)
WHERE (%(after)s = '' OR action_id < %(after)s) AND (%(subject)s = '' OR subject = %(subject)s)
ORDER BY action_id DESC LIMIT %(limit)s;

-- name: days
-- Receipts and points by local day of a zone, the earliest first: day, receipts, paid, earned and spent units of a kind.
WITH day AS (
    SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date AS day
), sold AS (
    SELECT (recorded_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS receipts, sum(paid_minor) AS paid
    FROM receipt WHERE recorded_at >= %(since)s AND state = 'closed' GROUP BY 1
), moved AS (
    SELECT (recorded_at AT TIME ZONE %(zone)s)::date AS day,
        sum(units) FILTER (WHERE credit = 'wallet' AND verb <> 'return' AND verb <> 'void') AS earned,
        sum(units) FILTER (WHERE debit = 'wallet' AND verb IN ('close', 'exchange')) AS spent
    FROM posting WHERE recorded_at >= %(since)s AND kind = %(kind)s GROUP BY 1
)
SELECT day.day, COALESCE(receipts, 0)::bigint, COALESCE(paid, 0)::bigint, COALESCE(earned, 0)::bigint,
    COALESCE(spent, 0)::bigint
FROM day LEFT JOIN sold USING (day) LEFT JOIN moved USING (day) ORDER BY day.day;

-- name: set_password
-- Gives an account another password; answers with its id.
UPDATE staff SET password_hash = %s WHERE login = %s RETURNING staff_id;

-- name: end_sessions
-- Forgets every session of somebody.
DELETE FROM staff_session WHERE staff_id = %s;

-- name: last_price
-- Sum and quantity of a sku on the newest of the last receipts.
SELECT (line ->> 'sum_minor')::bigint, (line ->> 'quantity')::bigint
FROM (SELECT content, recorded_at FROM receipt ORDER BY recorded_at DESC LIMIT 1000) recent,
    json_array_elements(recent.content -> 'lines') AS line
WHERE line ->> 'sku' = %s ORDER BY recorded_at DESC LIMIT 1;
