-- name: accounts
-- A page of members who are still persons, newest first.
SELECT m.member_id
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
WHERE i.kind = 'member' AND m.status <> 'erased'
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

-- name: find_accounts
-- How many members are as asked, and a page of them, newest first. What is not asked for is not looked at. Holds that have
-- lapsed and lots that have expired count as they will once that is written down: see `core/ledger/book.balance_at`.
WITH lapsed AS (
    SELECT h.bucket, h.holder_id, u.lot, sum(u.part)::bigint AS part
    FROM hold h
    CROSS JOIN LATERAL unnest(h.lots, h.parts) AS u(lot, part)
    WHERE h.state = 'held' AND h.lapses_at <= %(at)s AND h.kind = %(kind)s
    GROUP BY h.bucket, h.holder_id, u.lot
), lots AS (
    SELECT l.bucket, l.holder_id, l.rest, l.active_from, l.expires_at, l.held - coalesce(p.part, 0) AS held,
        CASE WHEN l.expires_at <= %(at)s THEN l.held - coalesce(p.part, 0) ELSE l.rest END AS units
    FROM lot l
    LEFT JOIN lapsed p ON p.bucket = l.bucket AND p.holder_id = l.holder_id AND p.lot = l.lot
    WHERE l.open AND l.kind = %(kind)s
), amounts AS MATERIALIZED (
    SELECT w.bucket, w.holder_id, greatest(0, least(coalesce(s.active, 0) - coalesce(s.held, 0),
        coalesce(s.units, 0) - coalesce(s.held, 0) - greatest(0, w.deficit - coalesce(s.burnt, 0)))) AS units
    FROM wallet w
    LEFT JOIN (
        SELECT l.bucket, l.holder_id, sum(l.units)::bigint AS units, sum(l.held)::bigint AS held,
            (sum(l.units) FILTER (WHERE l.active_from <= %(at)s))::bigint AS active, sum(l.rest - l.units)::bigint AS burnt
        FROM lots l GROUP BY l.bucket, l.holder_id
    ) s ON s.bucket = w.bucket AND s.holder_id = w.holder_id
    WHERE w.kind = %(kind)s
), orders AS (
    SELECT s.bucket, s.holder_id,
        CASE WHEN %(orders_since)s::date IS NULL THEN s.spend_minor ELSE coalesce(a.minor, 0) END AS minor
    FROM standing s
    LEFT JOIN (
        SELECT v.bucket, v.holder_id, sum(v.spend_minor) AS minor FROM activity v
        WHERE v.programme = %(programme)s AND v.day >= %(orders_since)s::date GROUP BY v.bucket, v.holder_id
    ) a ON a.bucket = s.bucket AND a.holder_id = s.holder_id
    WHERE s.programme = %(programme)s
), totals AS (
    SELECT s.bucket, s.holder_id, (s.enrolled_at AT TIME ZONE %(zone)s)::date AS joined,
        CASE WHEN s.manual_last_on IS NULL OR s.manual_last_on >= %(today)s::date THEN s.manual_level ELSE '' END AS manual,
        CASE %(by)s WHEN 'receipts' THEN CASE WHEN %(since)s::date IS NULL THEN s.receipts ELSE coalesce(a.receipts, 0) END
            WHEN 'points' THEN CASE WHEN %(since)s::date IS NULL THEN s.points ELSE coalesce(a.points, 0) END
            ELSE CASE WHEN %(since)s::date IS NULL THEN s.spend_minor ELSE coalesce(a.minor, 0) END END AS total
    FROM standing s
    LEFT JOIN (
        SELECT v.bucket, v.holder_id, sum(v.spend_minor) AS minor, sum(v.receipts) AS receipts, sum(v.points) AS points
        FROM activity v
        WHERE v.programme = %(programme)s AND v.day >= %(since)s::date GROUP BY v.bucket, v.holder_id
    ) a ON a.bucket = s.bucket AND a.holder_id = s.holder_id
    WHERE s.programme = %(programme)s
), levels AS (
    SELECT t.bucket, t.holder_id, greatest(1, array_position(%(rungs)s::text[], t.manual),
        width_bucket(CASE %(by)s WHEN 'tenure' THEN %(today)s::date - t.joined
            WHEN 'ltv' THEN floor(t.total * %(factor)s::numeric
                / greatest(365, 12 * (%(today)s::date - greatest(t.joined, %(since)s::date) + 1)))
            ELSE t.total END, %(starts)s::numeric[])) - 1 AS rank
    FROM totals t
), found AS MATERIALIZED (
    SELECT m.member_id FROM member m
    WHERE m.status <> 'erased'
        AND (%(status)s = '' OR m.status = %(status)s)
        AND (%(from)s::timestamptz IS NULL OR m.enrolled_at >= %(from)s)
        AND (%(until)s::timestamptz IS NULL OR m.enrolled_at <= %(until)s)
        AND (cardinality(%(programmes)s::text[]) = 0 OR (m.bucket, m.holder_id) IN (SELECT s.bucket, s.holder_id
            FROM standing s WHERE s.programme = ANY (%(programmes)s::text[])))
        AND (%(members)s::text[] IS NULL OR m.member_id = ANY (%(members)s::text[]))
        AND (%(words)s::text IS NULL OR m.member_id IN (
            SELECT p.member_id FROM personal.person p
            WHERE p.name ~ %(words)s OR p.email ~ %(words)s OR (%(digits)s <> '' AND p.phone LIKE %(digits)s)
            UNION ALL
            SELECT i.member_id FROM personal.identifier i
            WHERE i.kind <> 'member' AND (i.value ~ %(words)s
                OR (%(digits)s <> '' AND i.kind IN ('phone', 'card') AND i.value LIKE %(digits)s))))
        AND (%(phone)s = '' OR m.member_id IN (SELECT p.member_id FROM personal.person p WHERE p.phone LIKE %(phone)s))
        AND (%(card)s = '' OR m.member_id IN (SELECT i.member_id FROM personal.identifier i
            WHERE i.kind = 'card' AND i.value = %(card)s))
        AND (cardinality(%(sites)s::text[]) = 0
            OR m.member_id IN (SELECT i.member_id FROM personal.identifier i
                WHERE i.kind = 'external' AND starts_with(i.value, %(identifiers)s)
                    AND split_part(i.value, ':', 3) = ANY (%(sites)s::text[]))
            OR (coalesce(nullif(m.shop, ''), %(home)s) = ANY (%(sites)s::text[])
                AND m.member_id NOT IN (SELECT i.member_id FROM personal.identifier i
                    WHERE i.kind = 'external' AND starts_with(i.value, %(identifiers)s))))
        AND (%(facts)s::json IS NULL OR m.member_id IN (
            SELECT i.member_id FROM personal.foreign_document d
            JOIN personal.identifier i ON i.kind = 'external' AND i.value = %(own)s || d.id
            WHERE d.connection_id = %(own_connection)s AND d.kind = %(own_kind)s AND NOT EXISTS (
                SELECT FROM json_to_recordset(%(facts)s::json) AS f(path text[], texts text[], truths text[])
                WHERE coalesce(d.content #>> f.path <> ALL (CASE WHEN json_typeof(d.content #> f.path) = 'boolean'
                    THEN f.truths ELSE f.texts END), true))))
        AND (%(amounts)s::boolean IS NULL OR %(amounts)s = ((m.bucket, m.holder_id) IN (
            SELECT a.bucket, a.holder_id FROM amounts a
            WHERE %(amounts)s = (a.units BETWEEN coalesce(%(amount_min)s::numeric, a.units)
                AND coalesce(%(amount_max)s::numeric, a.units)))))
        AND (%(sums)s::boolean IS NULL OR %(sums)s = ((m.bucket, m.holder_id) IN (
            SELECT o.bucket, o.holder_id FROM orders o
            WHERE %(sums)s = (o.minor BETWEEN coalesce(%(orders_min)s::numeric, o.minor)
                AND coalesce(%(orders_max)s::numeric, o.minor)))))
        AND (%(wanted)s::integer[] IS NULL OR m.holder_id = ANY (%(kept)s::text[])
            OR (m.holder_id <> ALL (%(lost)s::text[]) AND (m.bucket, m.holder_id) IN (
                SELECT r.bucket, r.holder_id FROM levels r WHERE r.rank = ANY (%(wanted)s::integer[]))))
        AND (NOT %(burning)s OR (m.bucket, m.holder_id) IN (
            SELECT l.bucket, l.holder_id FROM lots l
            WHERE l.expires_at > greatest(%(at)s, %(burns_after)s::timestamptz) AND l.rest > l.held
                AND (%(burns_until)s::timestamptz IS NULL OR l.expires_at <= %(burns_until)s)))
)
SELECT (SELECT count(*) FROM found),
    ARRAY(SELECT f.member_id FROM found f ORDER BY f.member_id DESC OFFSET %(skip)s LIMIT %(limit)s);

-- name: doubtful_levels
-- Holders of a programme who may stand on a level that is asked for, or higher than it seems: a ladder that remembers keeps
-- a level for some time. Nobody stands lower than by what counts today, nor higher than by all that was bought since
-- `back`; where these differ, all of it comes along for the ladder to judge.
WITH sums AS (
    SELECT v.bucket, v.holder_id,
        sum(CASE WHEN v.day >= %(since)s::date THEN x.value END) AS counted, sum(greatest(x.value, 0)) AS bought,
        sum(least(x.value, 0)) AS returned
    FROM activity v
    CROSS JOIN LATERAL (SELECT CASE %(by)s WHEN 'receipts' THEN v.receipts WHEN 'points' THEN v.points ELSE v.spend_minor END)
        AS x(value)
    WHERE v.programme = %(programme)s AND v.day >= least(%(since)s::date, %(back)s::date)
    GROUP BY v.bucket, v.holder_id
), totals AS (
    SELECT s.*, (s.enrolled_at AT TIME ZONE %(zone)s)::date AS joined,
        CASE WHEN s.manual_last_on IS NULL OR s.manual_last_on >= %(today)s::date THEN s.manual_level ELSE '' END AS manual,
        CASE WHEN %(since)s::date IS NULL THEN t.whole ELSE coalesce(a.counted, 0) END AS counted,
        greatest(coalesce(a.bought, 0), t.whole - coalesce(a.returned, 0)) AS most
    FROM standing s
    CROSS JOIN LATERAL (SELECT CASE %(by)s WHEN 'receipts' THEN s.receipts WHEN 'points' THEN s.points ELSE s.spend_minor END)
        AS t(whole)
    LEFT JOIN sums a ON a.bucket = s.bucket AND a.holder_id = s.holder_id
    WHERE s.programme = %(programme)s
), ranks AS MATERIALIZED (
    SELECT t.*, greatest(1, array_position(%(rungs)s::text[], t.manual),
        width_bucket(CASE %(by)s WHEN 'tenure' THEN %(today)s::date - t.joined
            WHEN 'ltv' THEN floor(t.counted * %(factor)s::numeric
                / greatest(365, 12 * (%(today)s::date - greatest(t.joined, %(since)s::date) + 1)))
            ELSE t.counted END, %(starts)s::numeric[])) - 1 AS low,
        CASE WHEN %(any)s OR %(by)s = 'tenure' THEN cardinality(%(starts)s::numeric[])
            ELSE width_bucket(CASE %(by)s WHEN 'ltv' THEN t.most * %(factor)s::numeric / 365 ELSE t.most END,
                %(starts)s::numeric[]) END - 1 AS high
    FROM totals t
)
SELECT r.bucket, r.holder_id, r.enrolled_at, r.level, r.spend_minor, r.receipts, r.points, r.manual_level,
    r.manual_last_on, r.warned_for, a.days, a.spends, a.counts, a.points
FROM ranks r
LEFT JOIN LATERAL (
    SELECT array_agg(v.day) AS days, array_agg(v.spend_minor) AS spends, array_agg(v.receipts) AS counts,
        array_agg(v.points) AS points
    FROM activity v
    WHERE v.bucket = r.bucket AND v.holder_id = r.holder_id AND v.programme = %(programme)s AND v.day >= %(back)s::date
) a ON true
WHERE r.low < r.high
    AND EXISTS (SELECT FROM unnest(%(wanted)s::integer[]) AS w(rank) WHERE w.rank BETWEEN r.low AND r.high);

-- name: members
-- Members who are still persons, by id.
SELECT m.member_id, m.holder_id, m.bucket, m.status, m.enrolled_at, m.shop, m.tags, m.card_types, m.spend_max_units,
    coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.email, ''), p.birthday, coalesce(p.language, 'ru'),
    coalesce(p.zone, ''), i.status, coalesce(p.attributes, '{}')
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
LEFT JOIN personal.person p ON p.member_id = i.member_id
WHERE i.kind = 'member' AND i.value = ANY (%s::text[]) AND m.status <> 'erased';

-- name: named
-- Whom identifiers find.
SELECT member_id FROM personal.identifier WHERE kind = %s AND value = ANY (%s::text[]);

-- name: identifiers
-- What finds these members, oldest first.
SELECT member_id, kind, value, card_type, status, created_at FROM personal.identifier
WHERE member_id = ANY (%s::text[]) AND kind <> 'member' ORDER BY created_at, kind, value;

-- name: lines
-- A page of a wallet's postings, newest first.
SELECT p.kind, p.version, p.txn, p.verb, CASE WHEN p.credit = 'wallet' THEN p.debit ELSE p.credit END,
    CASE WHEN p.credit = 'wallet' THEN p.units ELSE -p.units END, p.before, p.after, p.effective_at, p.recorded_at,
    p.receipt, p.note, p.actor, p.active_from, p.expires_at
FROM posting p
WHERE p.bucket = %(bucket)s AND p.holder_id = %(holder)s AND p.kind = %(kind)s
    AND (%(since)s::timestamptz IS NULL OR p.recorded_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR p.recorded_at < %(until)s)
ORDER BY p.recorded_at DESC, p.version DESC OFFSET %(skip)s LIMIT %(limit)s;

-- name: count_lines
-- How many there are on all pages.
SELECT count(*) FROM posting p
WHERE p.bucket = %(bucket)s AND p.holder_id = %(holder)s AND p.kind = %(kind)s
    AND (%(since)s::timestamptz IS NULL OR p.recorded_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR p.recorded_at < %(until)s);

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
