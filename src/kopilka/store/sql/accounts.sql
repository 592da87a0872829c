-- name: accounts
-- A page of members who are still persons, newest first.
SELECT m.member_id, m.bucket, m.holder_id, m.status, m.enrolled_at, m.shop,
    CASE WHEN %(identifiers)s = '' THEN '{}' ELSE ARRAY(SELECT x.value FROM personal.identifier x
        WHERE x.member_id = m.member_id AND x.kind = 'external' AND starts_with(x.value, %(identifiers)s)
        ORDER BY x.value) END
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
WHERE i.kind = 'member' AND m.status <> 'erased' AND (%(after)s = '' OR i.value < %(after)s)
    AND (%(status)s = '' OR m.status = %(status)s)
    AND (%(from)s::timestamptz IS NULL OR m.enrolled_at >= %(from)s)
    AND (%(until)s::timestamptz IS NULL OR m.enrolled_at <= %(until)s)
    AND (cardinality(%(programmes)s::text[]) = 0 OR EXISTS (SELECT 1 FROM standing s
        WHERE s.bucket = m.bucket AND s.holder_id = m.holder_id AND s.programme = ANY (%(programmes)s::text[])))
ORDER BY i.value DESC OFFSET %(skip)s LIMIT %(limit)s;

-- name: count_accounts
-- How many they are on all pages.
SELECT count(*)
FROM member m
WHERE m.status <> 'erased'
    AND (%(status)s = '' OR m.status = %(status)s)
    AND (%(from)s::timestamptz IS NULL OR m.enrolled_at >= %(from)s)
    AND (%(until)s::timestamptz IS NULL OR m.enrolled_at <= %(until)s)
    AND (cardinality(%(programmes)s::text[]) = 0 OR EXISTS (SELECT 1 FROM standing s
        WHERE s.bucket = m.bucket AND s.holder_id = m.holder_id AND s.programme = ANY (%(programmes)s::text[])));

-- name: movements
-- A page of everybody's postings, oldest first. Those that were recorded since the oldest batch that is writing now began
-- wait for it, with a second for clocks that differ.
SELECT p.bucket, p.holder_id, coalesce((SELECT min(m.member_id) FROM member m
        WHERE m.bucket = p.bucket AND m.holder_id = p.holder_id AND m.status <> 'erased'), ''),
    p.kind, p.version, p.txn, p.verb, CASE WHEN p.credit = 'wallet' THEN p.debit ELSE p.credit END,
    CASE WHEN p.credit = 'wallet' THEN p.units ELSE -p.units END, p.before, p.after, p.effective_at, p.recorded_at,
    p.receipt, p.note, p.actor, p.active_from, p.expires_at
FROM posting p
WHERE p.kind = ANY (%(kinds)s::text[])
    AND (%(at)s::timestamptz IS NULL OR p.recorded_at >= %(at)s)
    AND (%(at)s::timestamptz IS NULL OR (p.recorded_at, p.bucket, p.holder_id, p.kind, p.version)
        > (%(at)s, %(bucket)s::smallint, %(holder)s, %(kind)s, %(version)s::bigint))
    AND p.recorded_at < coalesce((SELECT min(a.xact_start) - interval '1 second' FROM pg_locks l
        JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.relation = 'posting'::regclass AND l.mode = 'RowExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.pid <> pg_backend_pid()), 'infinity')
ORDER BY p.recorded_at, p.bucket, p.holder_id, p.kind, p.version LIMIT %(limit)s;
