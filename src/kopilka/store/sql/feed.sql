-- name: bound
-- The moment of the feed that is complete: no transaction that is still running can add anything before it.
SELECT event_horizon();

-- name: receipts
-- What happened to receipts after a place and before a bound, in the order in which it was committed.
SELECT e.txid, e.place, e.name, e.receipt, e.recorded_at, r.shop
FROM event e
JOIN claim c ON c.key = 'rcp:' || e.receipt
JOIN receipt r ON r.bucket = c.bucket AND r.holder_id = c.holder_id AND r.receipt_id = e.receipt
WHERE e.name IN ('receipt.closed', 'receipt.returned', 'receipt.voided')
    AND e.txid >= %(txid)s AND (e.txid, e.place) > (%(txid)s, %(place)s) AND e.txid < %(bound)s
    AND e.place > %(floor)s
    AND e.recorded_at >= %(since)s AND (%(shop)s::text = '' OR r.shop = %(shop)s)
ORDER BY e.txid, e.place LIMIT %(limit)s;

-- name: holders
-- Members to whom something happened after a place and before a bound, each with the last place, in that order.
SELECT max(e.txid), max(e.place), min(m.member_id)
FROM event e
JOIN member m ON m.bucket = e.bucket AND m.holder_id = e.holder_id
WHERE e.txid >= %(txid)s AND (e.txid, e.place) > (%(txid)s, %(place)s) AND e.txid < %(bound)s
    AND e.place > %(floor)s
    AND e.recorded_at >= %(since)s AND (%(shop)s::text = '' OR m.shop = %(shop)s)
GROUP BY e.bucket, e.holder_id
ORDER BY 1, 2 LIMIT %(limit)s;

-- name: operations
-- Purchases, returns and points by hand before a place, newest first.
SELECT x.at, x.sort, x.id, x.number, x.txn, x.units, x.member_id, x.shop
FROM (
    (SELECT r.recorded_at AS at, 0 AS sort, r.receipt_id AS id, 0::bigint AS number, '' AS txn, 0::bigint AS units,
        '' AS member_id, '' AS shop
    FROM receipt r
    WHERE r.state IN ('closed', 'voided') AND r.recorded_at <= coalesce(%(at)s::timestamptz, 'infinity')
        AND (%(at)s::timestamptz IS NULL OR (r.recorded_at, 0, r.receipt_id, 0::bigint)
            < (%(at)s, %(sort)s::int, %(id)s::text, %(number)s::bigint))
        AND (cardinality(%(shops)s::text[]) = 0 OR r.shop = ANY (%(shops)s::text[]))
    ORDER BY r.recorded_at DESC, r.receipt_id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT t.recorded_at, 1, t.receipt_id, t.number::bigint, '', 0, '', ''
    FROM receipt_return t
    WHERE t.recorded_at <= coalesce(%(at)s::timestamptz, 'infinity')
        AND (%(at)s::timestamptz IS NULL OR (t.recorded_at, 1, t.receipt_id, t.number::bigint)
            < (%(at)s, %(sort)s::int, %(id)s::text, %(number)s::bigint))
        AND (cardinality(%(shops)s::text[]) = 0 OR (SELECT r.shop FROM receipt r WHERE r.bucket = t.bucket
            AND r.holder_id = t.holder_id AND r.receipt_id = t.receipt_id) = ANY (%(shops)s::text[]))
    ORDER BY t.recorded_at DESC, t.receipt_id DESC, t.number DESC LIMIT %(most)s)
    UNION ALL
    (SELECT p.recorded_at, 2, p.holder_id, p.version, p.txn,
        CASE WHEN p.credit = 'wallet' THEN p.units ELSE -p.units END,
        coalesce((SELECT min(m.member_id) FROM member m WHERE m.bucket = p.bucket AND m.holder_id = p.holder_id), ''),
        coalesce((SELECT c.shop FROM connection c WHERE c.connection_id = p.actor), '')
    FROM posting p
    WHERE p.kind = %(kind)s AND p.verb = 'adjust' AND p.recorded_at <= coalesce(%(at)s::timestamptz, 'infinity')
        AND (%(at)s::timestamptz IS NULL OR (p.recorded_at, 2, p.holder_id, p.version)
            < (%(at)s, %(sort)s::int, %(id)s::text, %(number)s::bigint))
        AND (cardinality(%(shops)s::text[]) = 0 OR coalesce((SELECT c.shop FROM connection c
            WHERE c.connection_id = p.actor), '') = ANY (%(shops)s::text[] || ''::text))
    ORDER BY p.recorded_at DESC, p.holder_id DESC, p.version DESC LIMIT %(most)s)
) x
ORDER BY x.at DESC, x.sort DESC, x.id DESC, x.number DESC OFFSET %(skip)s LIMIT %(limit)s;
