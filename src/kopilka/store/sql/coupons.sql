-- name: load_own_coupons
-- Coupons of the holders that may still be used.
SELECT c.bucket, c.holder_id, c.code, c.programme, c.series, c.state, c.active_on, c.last_on, c.receipt, c.source,
    c.lapses_at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN coupon c ON c.bucket = x.bucket AND c.holder_id = x.holder_id AND c.state IN ('active', 'held');

-- name: load_coupons
-- Coupons by code.
SELECT c.bucket, c.holder_id, c.code, c.programme, c.series, c.state, c.active_on, c.last_on, c.receipt, c.source,
    c.lapses_at
FROM coupon_code k
JOIN coupon c ON c.bucket = k.bucket AND c.holder_id = k.holder_id AND c.code = k.code
WHERE k.code = ANY(%s);

-- name: lock_coupons
-- Coupons by code, locked in key order. One that somebody gives to a member meanwhile is not found: look again.
SELECT c.bucket, c.holder_id, c.code, c.programme, c.series, c.state, c.active_on, c.last_on, c.receipt, c.source,
    c.lapses_at
FROM coupon_code k
JOIN coupon c ON c.bucket = k.bucket AND c.holder_id = k.holder_id AND c.code = k.code
WHERE k.code = ANY(%s)
ORDER BY c.bucket, c.holder_id, c.code
FOR UPDATE OF c;

-- name: owners
-- Whose coupons these are.
SELECT k.bucket, k.holder_id FROM coupon_code k WHERE k.code = ANY(%s);

-- name: add_codes
-- What finds the new coupons; a row that does not come back belongs to another coupon.
INSERT INTO coupon_code (code, bucket, holder_id)
SELECT x.code, x.bucket, x.holder_id
FROM json_to_recordset(%s::json) AS x(code text, bucket smallint, holder_id text)
ORDER BY x.code
ON CONFLICT (code) DO NOTHING
RETURNING 1;

-- name: move_coupons
-- Coupons of whoever bore them, now under the members that they were given to: the key is the owner's.
WITH moved AS (
    DELETE FROM coupon c
    USING json_to_recordset(%s::json) AS x(code text, old_bucket smallint, old_holder text, bucket smallint, holder_id text)
    WHERE c.bucket = x.old_bucket AND c.holder_id = x.old_holder AND c.code = x.code
    RETURNING x.bucket AS new_bucket, x.holder_id AS new_holder, c.*
)
INSERT INTO coupon (bucket, holder_id, code, programme, series, state, active_on, last_on, receipt, source, issued_at,
    changed_at, lapses_at)
SELECT m.new_bucket, m.new_holder, m.code, m.programme, m.series, m.state, m.active_on, m.last_on, m.receipt, m.source,
    m.issued_at, m.changed_at, m.lapses_at
FROM moved m;

-- name: move_codes
-- The codes of coupons that have changed hands lead to their new owners.
UPDATE coupon_code k SET bucket = x.bucket, holder_id = x.holder_id
FROM json_to_recordset(%s::json) AS x(code text, bucket smallint, holder_id text)
WHERE k.code = x.code;

-- name: put_coupons
-- Coupons after the batch; new ones begin here.
INSERT INTO coupon (bucket, holder_id, code, programme, series, state, active_on, last_on, receipt, source, lapses_at,
    issued_at, changed_at)
SELECT x.bucket, x.holder_id, x.code, x.programme, x.series, x.state, x.active_on, x.last_on, x.receipt, x.source,
    x.lapses_at, x.at, x.at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, code text, programme text, series text,
    state text, active_on date, last_on date, receipt text, source text, lapses_at timestamptz, at timestamptz)
ON CONFLICT (bucket, holder_id, code) DO UPDATE
SET state = EXCLUDED.state, active_on = EXCLUDED.active_on, last_on = EXCLUDED.last_on, receipt = EXCLUDED.receipt,
    lapses_at = EXCLUDED.lapses_at, changed_at = EXCLUDED.changed_at;

-- name: key_taken
-- The verb, content and answer of a client's key.
SELECT c.content_hash, c.verb, c.answer FROM claim c WHERE c.key = %s;

-- name: take_key
-- Takes a client's key for a batch; whoever comes second waits, and gets nothing back.
INSERT INTO claim (key, content_hash, verb, bucket, holder_id, receipt_id, answer, recorded_at)
VALUES (%s, %s, 'coupons', 0, '', '', %s, %s)
ON CONFLICT (key) DO NOTHING
RETURNING 1;

-- name: add_batch
-- A batch of coupons.
INSERT INTO coupon_batch (batch, programme, series, title, coupons, active_on, last_on, made_at, made_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: batches
-- Batches, newest first, older than a batch; of one programme and series where they are named.
SELECT b.batch, b.programme, b.series, b.title, b.coupons, b.active_on, b.last_on, b.made_at, b.made_by
FROM coupon_batch b
WHERE (%(programme)s = '' OR b.programme = %(programme)s) AND (%(series)s = '' OR b.series = %(series)s)
    AND (%(after)s = '' OR b.batch < %(after)s)
ORDER BY b.batch DESC LIMIT %(limit)s;

-- name: batch
-- One batch.
SELECT b.batch, b.programme, b.series, b.title, b.coupons, b.active_on, b.last_on, b.made_at, b.made_by
FROM coupon_batch b WHERE b.batch = %s;

-- name: codes_of_batch
-- The coupons of a batch, in the order of their codes.
SELECT c.code, c.series, c.state, c.active_on, c.last_on, c.holder_id, c.lapses_at
FROM coupon c WHERE c.programme = %s AND c.series = %s AND c.source = %s
ORDER BY c.code;

-- name: counts
-- Coupons by series and state; a hold that has lapsed holds nothing.
SELECT c.programme, c.series, CASE WHEN c.state = 'held' AND c.lapses_at <= %s THEN 'active' ELSE c.state END, count(*)
FROM coupon c GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- name: public_uses
-- How often public codes were used.
SELECT b.programme, b.rule, b.uses FROM budget b WHERE starts_with(b.rule, 'coupon:');

-- name: one
-- A coupon by code, with its owner's member.
SELECT c.bucket, c.holder_id, c.code, c.programme, c.series, c.state, c.active_on, c.last_on, c.receipt, c.source,
    c.lapses_at, c.issued_at, c.changed_at,
    coalesce((SELECT min(m.member_id) FROM member m WHERE m.bucket = c.bucket AND m.holder_id = c.holder_id), '')
FROM coupon_code k
JOIN coupon c ON c.bucket = k.bucket AND c.holder_id = k.holder_id AND c.code = k.code
WHERE k.code = %s;

-- name: of_holder
-- A holder's coupons, newest first.
SELECT c.bucket, c.holder_id, c.code, c.programme, c.series, c.state, c.active_on, c.last_on, c.receipt, c.source,
    c.lapses_at, c.issued_at, c.changed_at, ''
FROM coupon c WHERE c.bucket = %s AND c.holder_id = %s
ORDER BY c.issued_at DESC, c.code LIMIT %s;
