-- name: try_lock
-- One night's work at a time.
SELECT pg_try_advisory_lock(7071067811865476);

-- name: unlock
-- The night's work is done.
SELECT pg_advisory_unlock(7071067811865476);

-- name: lock_due
-- Locks, in key order, the holders of a bucket that have something to expire.
SELECT count(*) FROM (
    SELECT h.holder_id FROM holder h
    WHERE h.bucket = %(bucket)s AND EXISTS (SELECT FROM lot l
        WHERE l.bucket = h.bucket AND l.holder_id = h.holder_id AND l.open AND l.expires_at <= %(at)s)
    ORDER BY h.bucket, h.holder_id
    FOR UPDATE
) locked;

-- name: expire_round
-- Expires the first due lot of every wallet of a bucket that has no deficit and no standing hold: posting, draw, lot
-- and wallet in one statement, with the same hash as `core/ledger/posting.chain_hash`. Runs until nothing is left,
-- after `lock_due` in the same transaction.
WITH due AS (
    SELECT DISTINCT ON (l.holder_id, l.kind) l.bucket, l.holder_id, l.kind, l.lot, l.rest, l.expires_at
    FROM lot l
    WHERE l.bucket = %(bucket)s AND l.open AND l.held = 0 AND l.expires_at <= %(at)s
        AND NOT EXISTS (SELECT FROM hold h
            WHERE h.bucket = l.bucket AND h.holder_id = l.holder_id AND h.state = 'held')
    ORDER BY l.holder_id, l.kind, l.expires_at, l.active_from, l.lot
), ready AS (
    SELECT d.*, w.balance, w.version + 1 AS version, w.head
    FROM due d
    JOIN wallet w ON w.bucket = d.bucket AND w.holder_id = d.holder_id AND w.kind = d.kind AND w.deficit = 0
), chained AS (
    SELECT k.*, sha256(convert_to(
        length(k.holder_id) || ' ' || length(k.kind) || ' ' || length(%(txn)s::text) || ' 6 6 6 0 0 0|'
        || k.holder_id || '|' || k.kind || '|' || k.version || '|' || %(txn)s::text || '|expire|wallet|expiry|'
        || k.rest || '|' || k.balance || '|' || (k.balance - k.rest) || '|'
        || (extract(epoch FROM k.expires_at) * 1000000)::bigint || '|'
        || (extract(epoch FROM %(at)s::timestamptz) * 1000000)::bigint || '||||0|||' || k.lot || ':' || k.rest || '|',
        'UTF8') || k.head) AS hash
    FROM ready k
), posted AS (
    INSERT INTO posting (bucket, holder_id, kind, version, txn, verb, debit, credit, units, before, after,
        effective_at, recorded_at, receipt, note, actor, lot, active_from, expires_at, previous, hash)
    SELECT c.bucket, c.holder_id, c.kind, c.version, %(txn)s, 'expire', 'wallet', 'expiry', c.rest, c.balance,
        c.balance - c.rest, c.expires_at, %(at)s, '', '', '', 0, NULL, NULL, c.head, c.hash
    FROM chained c
), drawn AS (
    INSERT INTO lot_draw (bucket, holder_id, kind, version, lot, units)
    SELECT c.bucket, c.holder_id, c.kind, c.version, c.lot, c.rest FROM chained c
), emptied AS (
    UPDATE lot l SET rest = 0, open = false FROM chained c
    WHERE l.bucket = c.bucket AND l.holder_id = c.holder_id AND l.kind = c.kind AND l.lot = c.lot
), moved AS (
    UPDATE wallet w SET balance = c.balance - c.rest, version = c.version, head = c.hash FROM chained c
    WHERE w.bucket = c.bucket AND w.holder_id = c.holder_id AND w.kind = c.kind
), told AS (
    INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)
    SELECT c.bucket, c.holder_id, 'evt_' || encode(substring(c.hash FOR 13), 'hex'), 'points.expired', c.expires_at, %(at)s,
        '', json_build_object('units', json_build_object(c.kind, c.rest))
    FROM chained c
)
SELECT count(*), coalesce(sum(rest), 0) FROM chained;

-- name: due_others
-- Holders whose due lots need the book: a hold stands, part of the lot is held, or there is a deficit.
SELECT DISTINCT l.bucket, l.holder_id FROM lot l
WHERE l.open AND l.expires_at <= %s AND l.rest > l.held ORDER BY l.bucket, l.holder_id LIMIT 1000;

-- name: level_programmes
-- Programmes in which somebody stands.
SELECT DISTINCT programme FROM standing;

-- name: move_levels
-- Writes the level that the totals of a window reach, or that was set by hand, where it differs from the one last
-- written, with an event each.
WITH totals AS (
    SELECT s.bucket, s.holder_id, s.level,
        CASE WHEN s.manual_last_on IS NULL OR s.manual_last_on >= %(today)s::date THEN s.manual_level ELSE '' END AS manual,
        CASE WHEN %(since)s::date IS NULL
            THEN CASE %(by)s WHEN 'spend' THEN s.spend_minor WHEN 'receipts' THEN s.receipts ELSE s.points END
            ELSE CASE %(by)s WHEN 'spend' THEN coalesce(a.spend, 0) WHEN 'receipts' THEN coalesce(a.receipts, 0)
                ELSE coalesce(a.points, 0) END END AS total
    FROM standing s
    LEFT JOIN (
        SELECT bucket, holder_id, sum(spend_minor) AS spend, sum(receipts) AS receipts, sum(points) AS points
        FROM activity
        WHERE programme = %(programme)s AND bucket BETWEEN %(low)s AND %(high)s
            AND %(since)s::date IS NOT NULL AND day >= %(since)s::date
        GROUP BY bucket, holder_id
    ) a USING (bucket, holder_id)
    WHERE s.programme = %(programme)s AND s.bucket BETWEEN %(low)s AND %(high)s
), reached AS (
    SELECT t.bucket, t.holder_id, t.level AS old,
        (SELECT l.id FROM json_to_recordset(%(ladder)s::json) AS l(id text, start bigint)
         WHERE l.start <= greatest(t.total, 0) OR l.id = t.manual ORDER BY l.start DESC LIMIT 1) AS new
    FROM totals t
), moving AS (
    SELECT * FROM reached WHERE new IS DISTINCT FROM old AND new IS NOT NULL
), locked AS (
    SELECT h.bucket, h.holder_id FROM holder h JOIN moving m USING (bucket, holder_id)
    ORDER BY h.bucket, h.holder_id
    FOR UPDATE OF h
), written AS (
    UPDATE standing s SET level = m.new, level_since = %(at)s FROM moving m JOIN locked USING (bucket, holder_id)
    WHERE s.bucket = m.bucket AND s.holder_id = m.holder_id AND s.programme = %(programme)s AND s.level = m.old
    RETURNING s.bucket, s.holder_id, m.old, m.new
), told AS (
    INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)
    SELECT w.bucket, w.holder_id, 'evt_' || left(md5(%(txn)s::text || w.holder_id || %(programme)s::text), 26), 'level.moved', %(at)s,
        %(at)s, '', json_build_object('from', w.old, 'to', w.new, 'programme', %(programme)s)
    FROM written w WHERE w.old <> ''
)
SELECT count(*) FROM written;

-- name: lapsed
-- Receipts whose hold has run out and that nobody has touched since.
SELECT receipt_id FROM receipt WHERE state = 'held' AND lapses_at <= %s ORDER BY lapses_at LIMIT 500;

-- name: note_levels
-- Writes levels that have moved and falls that are told, each with its event, unless something has come in meanwhile.
WITH noted AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS x(bucket smallint, holder_id text, old text, new text,
        spend_minor bigint, receipts bigint, points bigint, falls_on date, falls_to text)
), locked AS (
    SELECT h.bucket, h.holder_id FROM holder h JOIN noted n USING (bucket, holder_id)
    ORDER BY h.bucket, h.holder_id
    FOR UPDATE OF h
), written AS (
    UPDATE standing s
    SET level = n.new, level_since = CASE WHEN n.new <> n.old THEN %(at)s ELSE s.level_since END,
        warned_for = coalesce(n.falls_on, s.warned_for)
    FROM noted n JOIN locked USING (bucket, holder_id)
    WHERE s.bucket = n.bucket AND s.holder_id = n.holder_id AND s.programme = %(programme)s AND s.level = n.old
        AND (s.spend_minor, s.receipts, s.points) = (n.spend_minor, n.receipts, n.points)
    RETURNING n.bucket, n.holder_id, n.old, n.new, n.falls_on, n.falls_to
), told AS (
    INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)
    SELECT w.bucket, w.holder_id, 'evt_' || left(md5(%(txn)s::text || w.holder_id || %(programme)s::text), 26), 'level.moved', %(at)s,
        %(at)s, '', json_build_object('from', w.old, 'to', w.new, 'programme', %(programme)s)
    FROM written w WHERE w.old <> '' AND w.old <> w.new
), warned AS (
    INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)
    SELECT w.bucket, w.holder_id, 'evt_' || left(md5(%(txn)s::text || w.holder_id || %(programme)s::text || '/falling'), 26),
        'level.falling', %(at)s, %(at)s, '', json_build_object('level', w.new, 'to', w.falls_to, 'falls_on', w.falls_on, 'programme', %(programme)s)
    FROM written w WHERE w.falls_on IS NOT NULL
)
SELECT count(*) FILTER (WHERE old <> new), count(*) FILTER (WHERE falls_on IS NOT NULL) FROM written;
