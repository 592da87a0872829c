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
