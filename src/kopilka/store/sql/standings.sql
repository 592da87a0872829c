-- name: standings_after
-- A page of standings of a programme in the order of their key, each with its kept purchases from a day on.
SELECT s.bucket, s.holder_id, s.enrolled_at, s.level, s.spend_minor, s.receipts, s.points, s.manual_level,
    s.manual_last_on, s.warned_for, a.days, a.spends, a.counts, a.points
FROM (
    SELECT * FROM standing p
    WHERE p.programme = %(programme)s AND (p.bucket, p.holder_id) > (%(bucket)s, %(holder)s)
    ORDER BY p.bucket, p.holder_id LIMIT %(limit)s
) s
LEFT JOIN LATERAL (
    SELECT array_agg(v.day) AS days, array_agg(v.spend_minor) AS spends, array_agg(v.receipts) AS counts,
        array_agg(v.points) AS points
    FROM activity v
    WHERE v.bucket = s.bucket AND v.holder_id = s.holder_id AND v.programme = %(programme)s AND v.day >= %(since)s::date
) a ON %(since)s::date IS NOT NULL
ORDER BY s.bucket, s.holder_id;

-- name: ladder_matrix
-- How many holders of a programme reach which level by two ladders, and a few of each.
WITH totals AS (
    SELECT s.holder_id,
        CASE WHEN s.manual_last_on IS NULL OR s.manual_last_on >= %(today)s::date THEN s.manual_level ELSE '' END AS manual,
        CASE WHEN %(since_before)s::date IS NULL
            THEN CASE %(by_before)s WHEN 'spend' THEN s.spend_minor WHEN 'receipts' THEN s.receipts ELSE s.points END
            ELSE coalesce(a.before, 0) END AS before,
        CASE WHEN %(since_after)s::date IS NULL
            THEN CASE %(by_after)s WHEN 'spend' THEN s.spend_minor WHEN 'receipts' THEN s.receipts ELSE s.points END
            ELSE coalesce(a.after, 0) END AS after
    FROM standing s
    LEFT JOIN (
        SELECT bucket, holder_id,
            sum(CASE %(by_before)s WHEN 'spend' THEN spend_minor WHEN 'receipts' THEN receipts ELSE points END)
                FILTER (WHERE day >= %(since_before)s::date) AS before,
            sum(CASE %(by_after)s WHEN 'spend' THEN spend_minor WHEN 'receipts' THEN receipts ELSE points END)
                FILTER (WHERE day >= %(since_after)s::date) AS after
        FROM activity
        WHERE programme = %(programme)s AND day >= least(%(since_before)s::date, %(since_after)s::date)
        GROUP BY bucket, holder_id
    ) a USING (bucket, holder_id)
    WHERE s.programme = %(programme)s
), ranked AS (
    SELECT t.holder_id,
        greatest(width_bucket(t.before, %(starts_before)s::numeric[]), array_position(%(ids_before)s::text[], t.manual), 1)
            AS before,
        greatest(width_bucket(t.after, %(starts_after)s::numeric[]), array_position(%(ids_after)s::text[], t.manual), 1)
            AS after
    FROM totals t
)
SELECT before - 1, after - 1, count(*), (array_agg(holder_id))[1:%(examples)s]
FROM ranked GROUP BY before, after ORDER BY before, after;

-- name: members_of
-- A member of each holder.
SELECT DISTINCT ON (m.holder_id) m.holder_id, m.member_id FROM member m
WHERE m.holder_id = ANY(%s) AND m.bucket = ANY(%s)
ORDER BY m.holder_id, m.enrolled_at, m.member_id;
