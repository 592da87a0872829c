-- name: measure
-- Lets the planner know how large the tables are: after a bulk of receipts it would join them row by row.
ANALYZE wallet, posting, lot, lot_draw, hold, receipt, receipt_return, standing, activity, claim, budget, budget_draw,
    coupon;

-- name: wallets
-- Wallets that are not where their last posting left them.
SELECT coalesce(w.holder_id, p.holder_id) || ' ' || coalesce(w.kind, p.kind)
FROM (
    SELECT DISTINCT ON (bucket, holder_id, kind) bucket, holder_id, kind, version, after, hash
    FROM posting ORDER BY bucket, holder_id, kind, version DESC
) p
FULL JOIN wallet w ON w.bucket = p.bucket AND w.holder_id = p.holder_id AND w.kind = p.kind
WHERE (w.version, w.balance, w.head) IS DISTINCT FROM (p.version, p.after, p.hash)
ORDER BY 1;

-- name: balances
-- Wallets whose balance is not what their lots have left, less the deficit.
SELECT coalesce(w.holder_id, l.holder_id) || ' ' || coalesce(w.kind, l.kind)
FROM wallet w
FULL JOIN (
    SELECT bucket, holder_id, kind, sum(rest) AS rest FROM lot GROUP BY bucket, holder_id, kind
) l ON l.bucket = w.bucket AND l.holder_id = w.holder_id AND l.kind = w.kind
WHERE w.balance + w.deficit IS DISTINCT FROM coalesce(l.rest, 0)
ORDER BY 1;

-- name: lots
-- Lots that differ from the posting that made them or from what was drawn.
SELECT coalesce(l.holder_id, p.holder_id) || ' ' || coalesce(l.kind, p.kind) || ' lot ' || coalesce(l.lot, p.lot)
FROM (SELECT * FROM posting WHERE lot > 0) p
FULL JOIN lot l ON l.bucket = p.bucket AND l.holder_id = p.holder_id AND l.kind = p.kind AND l.lot = p.lot
LEFT JOIN (
    SELECT bucket, holder_id, kind, lot, sum(units) AS units FROM lot_draw GROUP BY bucket, holder_id, kind, lot
) d ON d.bucket = l.bucket AND d.holder_id = l.holder_id AND d.kind = l.kind AND d.lot = l.lot
WHERE (l.lot, l.amount, l.rest, l.active_from, l.expires_at, l.receipt, l.source)
    IS DISTINCT FROM (p.version, p.units, p.units - coalesce(d.units, 0), p.active_from, p.expires_at, p.receipt, p.debit)
ORDER BY 1;

-- name: draws
-- Draws without a posting or without a lot, and postings that move their lots by more than they say or the other way.
SELECT coalesce(p.holder_id, d.holder_id) || ' ' || coalesce(p.kind, d.kind) || ' ' || coalesce(p.version, d.version)
FROM posting p
FULL JOIN (
    SELECT d.bucket, d.holder_id, d.kind, d.version, sum(d.units) AS units, min(d.units) AS least, max(d.units) AS most,
        bool_and(l.lot IS NOT NULL) AS known
    FROM lot_draw d
    LEFT JOIN lot l ON l.bucket = d.bucket AND l.holder_id = d.holder_id AND l.kind = d.kind AND l.lot = d.lot
    GROUP BY d.bucket, d.holder_id, d.kind, d.version
) d ON d.bucket = p.bucket AND d.holder_id = p.holder_id AND d.kind = p.kind AND d.version = p.version
WHERE p.version IS NULL OR NOT coalesce(d.known, true)
    OR (p.debit = 'wallet' AND (coalesce(d.least, 1) <= 0 OR coalesce(d.units, 0) > p.units))
    OR (p.credit = 'wallet' AND p.lot > 0 AND (coalesce(d.least, 0) < 0 OR coalesce(d.units, 0) > p.units))
    OR (p.credit = 'wallet' AND p.lot = 0 AND (coalesce(d.most, 0) > 0 OR coalesce(-d.units, 0) > p.units))
ORDER BY 1;

-- name: holds
-- Lots that reserve other units than standing holds say, and holds that do not add up.
SELECT coalesce(l.holder_id, h.holder_id) || ' ' || coalesce(l.kind, h.kind) || ' lot ' || coalesce(l.lot, h.lot)
FROM (SELECT * FROM lot WHERE held > 0) l
FULL JOIN (
    SELECT bucket, holder_id, kind, lot, sum(part) AS part FROM (
        SELECT bucket, holder_id, kind, unnest(lots) AS lot, unnest(parts) AS part FROM hold WHERE state = 'held'
    ) x GROUP BY bucket, holder_id, kind, lot
) h ON h.bucket = l.bucket AND h.holder_id = l.holder_id AND h.kind = l.kind AND h.lot = l.lot
WHERE l.held IS DISTINCT FROM h.part
UNION ALL
SELECT holder_id || ' ' || receipt || ' hold ' || revision FROM hold
WHERE units <> coalesce((SELECT sum(part) FROM unnest(parts) part), 0) OR cardinality(lots) <> cardinality(parts)
UNION ALL
SELECT h.holder_id || ' ' || h.receipt || ' hold ' || h.revision
FROM hold h
LEFT JOIN receipt r ON r.bucket = h.bucket AND r.holder_id = h.holder_id AND r.receipt_id = h.receipt
WHERE h.state = 'held' AND (r.state, r.revision) IS DISTINCT FROM ('held', h.revision)
ORDER BY 1;

-- name: overdrafts
-- Balances below what the deficit explains, and postings that do not lead from one balance to the next.
SELECT holder_id || ' ' || kind FROM wallet WHERE balance < -deficit OR deficit < 0
UNION ALL
SELECT holder_id || ' ' || kind || ' ' || version FROM posting
WHERE after <> before + CASE WHEN credit = 'wallet' THEN units ELSE -units END
ORDER BY 1;

-- name: budgets
-- Budgets that have not used what transactions drew.
SELECT coalesce(b.programme, d.programme) || ' ' || coalesce(b.rule, d.rule)
FROM budget b
FULL JOIN (
    SELECT programme, rule, sum(uses) AS uses, sum(money_minor) AS money_minor, sum(points_units) AS points_units
    FROM budget_draw GROUP BY programme, rule
) d ON d.programme = b.programme AND d.rule = b.rule
WHERE (b.uses, b.money_minor, b.points_units)
    IS DISTINCT FROM (coalesce(d.uses, 0), coalesce(d.money_minor, 0), coalesce(d.points_units, 0))
ORDER BY 1;

-- name: budget_uses
-- What budgets have used.
SELECT programme, rule, uses, money_minor, points_units FROM budget ORDER BY programme, rule;

-- name: standings
-- Standings that are not the sum of their days.
SELECT coalesce(s.holder_id, a.holder_id) || ' ' || coalesce(s.programme, a.programme)
FROM standing s
FULL JOIN (
    SELECT bucket, holder_id, programme, sum(spend_minor) AS spend, sum(receipts) AS receipts, sum(points) AS points
    FROM activity GROUP BY bucket, holder_id, programme
) a ON a.bucket = s.bucket AND a.holder_id = s.holder_id AND a.programme = s.programme
WHERE (s.spend_minor, s.receipts, s.points)
    IS DISTINCT FROM (coalesce(a.spend, 0), coalesce(a.receipts, 0), coalesce(a.points, 0))
ORDER BY 1;

-- name: activity
-- What was kept by day.
SELECT holder_id, programme, day, spend_minor, receipts FROM activity WHERE (spend_minor, receipts) <> (0, 0);

-- name: claims
-- Receipts, returns and voids without a claim of their own, and claims that name a receipt which is not there.
SELECT 'receipt ' || r.receipt_id
FROM receipt r
LEFT JOIN claim c ON c.key = 'rcp:' || r.receipt_id
WHERE (c.bucket, c.holder_id, c.receipt_id) IS DISTINCT FROM (r.bucket, r.holder_id, r.receipt_id)
UNION ALL
SELECT 'claim ' || c.key
FROM claim c
LEFT JOIN receipt r ON r.bucket = c.bucket AND r.holder_id = c.holder_id AND r.receipt_id = c.receipt_id
WHERE c.receipt_id <> '' AND r.receipt_id IS NULL
UNION ALL
SELECT 'return ' || t.return_id
FROM receipt_return t
LEFT JOIN claim c ON c.key = 'ret:' || t.return_id AND c.receipt_id = t.receipt_id
WHERE c.key IS NULL
UNION ALL
SELECT 'void ' || coalesce(r.receipt_id, c.receipt_id)
FROM (SELECT * FROM receipt WHERE state = 'voided') r
FULL JOIN (SELECT * FROM claim WHERE starts_with(key, 'void:')) c
    ON c.bucket = r.bucket AND c.holder_id = r.holder_id AND c.receipt_id = r.receipt_id
WHERE r.receipt_id IS NULL OR c.key IS NULL
ORDER BY 1;

-- name: erasures
-- Erased members without an act, acts of members who are not erased, and what is known of somebody erased.
SELECT m.member_id || ' has no act' FROM member m
WHERE m.status = 'erased' AND NOT EXISTS (SELECT FROM erasure e WHERE e.member_id = m.member_id)
UNION ALL
SELECT e.act_id || ' is of nobody erased' FROM erasure e
WHERE NOT EXISTS (
    SELECT FROM personal.identifier i
    JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
    WHERE i.kind = 'member' AND i.value = e.member_id AND m.status = 'erased')
UNION ALL
SELECT e.member_id || ' is known still' FROM erasure e
WHERE EXISTS (SELECT FROM personal.person p WHERE p.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.identifier i WHERE i.member_id = e.member_id AND i.kind <> 'member')
    OR EXISTS (SELECT FROM personal.consent c WHERE c.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.message s WHERE s.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.verification v WHERE v.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.member_code k WHERE k.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.code_owner o WHERE o.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.foreign_change h WHERE h.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.foreign_document d WHERE d.member_id = e.member_id AND d.connection_id <> '')
ORDER BY 1;

-- name: sales
-- Closed receipts whose postings are not what they say, and postings of receipts that are not there.
SELECT 'receipt ' || coalesce(r.receipt_id, p.receipt)
FROM (SELECT * FROM receipt WHERE state IN ('closed', 'voided')) r
FULL JOIN (
    SELECT bucket, holder_id, receipt, coalesce(sum(units) FILTER (WHERE debit = 'wallet'), 0) AS spent,
        coalesce(sum(units) FILTER (WHERE lot > 0), 0) AS earned,
        array_agg(lot ORDER BY lot) FILTER (WHERE lot > 0) AS lots
    FROM posting WHERE verb = 'close' GROUP BY bucket, holder_id, receipt
) p ON p.bucket = r.bucket AND p.holder_id = r.holder_id AND p.receipt = r.receipt_id
WHERE r.receipt_id IS NULL OR (r.member_id <> '' AND (
    coalesce(p.spent, 0) <> r.spent_units
    OR coalesce(p.earned, 0) <> coalesce((SELECT sum((e ->> 'units')::bigint)
        FROM json_array_elements(r.decision -> 'earned') e), 0)
    OR cardinality(coalesce(p.lots, '{}')) <> cardinality(r.earned_lots)))
ORDER BY 1;

-- name: refunds
-- Receipts of which more money came back than was paid.
SELECT 'receipt ' || r.receipt_id
FROM receipt r
JOIN (
    SELECT bucket, holder_id, receipt_id, sum(refund_minor) AS refund_minor FROM receipt_return
    GROUP BY bucket, holder_id, receipt_id
) t ON t.bucket = r.bucket AND t.holder_id = r.holder_id AND t.receipt_id = r.receipt_id
WHERE t.refund_minor > r.paid_minor OR (r.state = 'voided' AND t.refund_minor > 0)
ORDER BY 1;

-- name: postings
-- The whole ledger, wallet by wallet.
SELECT bucket, holder_id, kind, version, txn, verb, debit, credit, units, before, after, effective_at, recorded_at,
    receipt, note, actor, lot, active_from, expires_at, previous, hash
FROM posting ORDER BY bucket, holder_id, kind, version;

-- name: all_draws
-- The draws of all postings, in the same order.
SELECT bucket, holder_id, kind, version, lot, units FROM lot_draw ORDER BY bucket, holder_id, kind, version, lot;

-- name: kept_sales
-- Every closed receipt of a member, with its Decision and what has come back.
SELECT bucket, holder_id, receipt_id, member_id, state, revision, day, recorded_at, received_at, lapses_at, content,
    decision, progress, spend_lots, spend_units, earned_lots, level_won, request_hash, answer, variance, extras, 0
FROM receipt WHERE state = 'closed' AND member_id <> '';

-- name: coupon_sales
-- Closed and held receipts to which codes were shown or coupons applied.
SELECT bucket, holder_id, receipt_id, member_id, state, revision, day, recorded_at, received_at, lapses_at, content,
    decision, progress, spend_lots, spend_units, earned_lots, level_won, request_hash, answer, variance, extras, 0
FROM receipt WHERE state IN ('closed', 'held') AND decision -> 'codes' IS NOT NULL;

-- name: taken_coupons
-- Used and held coupons.
SELECT bucket, holder_id, code, programme, series, state, active_on, last_on, receipt, source, lapses_at
FROM coupon WHERE state IN ('used', 'held');

-- name: heads
-- Where each wallet stood at an instant.
SELECT DISTINCT ON (bucket, holder_id, kind) bucket, holder_id, kind, version, hash
FROM posting WHERE recorded_at < %s ORDER BY bucket, holder_id, kind, version DESC;

-- name: roots
-- The daily roots kept in the database.
SELECT day, wallets, root FROM daily_root ORDER BY day;

-- name: add_root
-- A daily root; once is enough.
INSERT INTO daily_root (day, wallets, root, made_at) VALUES (%s, %s, %s, %s) ON CONFLICT (day) DO NOTHING;

-- name: stop_writers
-- Nobody books while projections are made again.
LOCK TABLE holder IN EXCLUSIVE MODE;

-- name: rebuild_holds
-- A hold stands only where its receipt is held by that very revision.
UPDATE hold h
SET state = CASE WHEN r.state IN ('closed', 'voided') AND r.revision = h.revision THEN 'posted' ELSE 'released' END
FROM receipt r
WHERE r.bucket = h.bucket AND r.holder_id = h.holder_id AND r.receipt_id = h.receipt
    AND h.state = 'held' AND (r.state <> 'held' OR r.revision <> h.revision);

-- name: drop_lots
-- Lots that no posting made.
DELETE FROM lot l WHERE NOT EXISTS (SELECT FROM posting p
    WHERE p.bucket = l.bucket AND p.holder_id = l.holder_id AND p.kind = l.kind AND p.version = l.lot AND p.lot = l.lot);

-- name: rebuild_lots
-- Lots from the postings that made them, the draws, and the holds that stand.
INSERT INTO lot AS l (bucket, holder_id, kind, lot, amount, rest, held, open, active_from, expires_at, earned_at, receipt,
    source)
SELECT p.bucket, p.holder_id, p.kind, p.lot, p.units, p.units - coalesce(d.units, 0), coalesce(h.part, 0),
    p.units - coalesce(d.units, 0) > 0, p.active_from, p.expires_at, p.effective_at, p.receipt, p.debit
FROM posting p
LEFT JOIN (
    SELECT bucket, holder_id, kind, lot, sum(units) AS units FROM lot_draw GROUP BY bucket, holder_id, kind, lot
) d ON d.bucket = p.bucket AND d.holder_id = p.holder_id AND d.kind = p.kind AND d.lot = p.lot
LEFT JOIN (
    SELECT bucket, holder_id, kind, lot, sum(part) AS part FROM (
        SELECT bucket, holder_id, kind, unnest(lots) AS lot, unnest(parts) AS part FROM hold WHERE state = 'held'
    ) x GROUP BY bucket, holder_id, kind, lot
) h ON h.bucket = p.bucket AND h.holder_id = p.holder_id AND h.kind = p.kind AND h.lot = p.lot
WHERE p.lot > 0
ON CONFLICT (bucket, holder_id, kind, lot) DO UPDATE
SET amount = EXCLUDED.amount, rest = EXCLUDED.rest, held = EXCLUDED.held, open = EXCLUDED.open,
    active_from = EXCLUDED.active_from, expires_at = EXCLUDED.expires_at, earned_at = EXCLUDED.earned_at,
    receipt = EXCLUDED.receipt, source = EXCLUDED.source
WHERE (l.amount, l.rest, l.held, l.open, l.active_from, l.expires_at, l.earned_at, l.receipt, l.source)
    IS DISTINCT FROM (EXCLUDED.amount, EXCLUDED.rest, EXCLUDED.held, EXCLUDED.open, EXCLUDED.active_from,
        EXCLUDED.expires_at, EXCLUDED.earned_at, EXCLUDED.receipt, EXCLUDED.source);

-- name: drop_wallets
-- Wallets that no posting ever touched.
DELETE FROM wallet w WHERE NOT EXISTS (SELECT FROM posting p
    WHERE p.bucket = w.bucket AND p.holder_id = w.holder_id AND p.kind = w.kind);

-- name: rebuild_wallets
-- Wallets from their last posting and their lots.
INSERT INTO wallet AS w (bucket, holder_id, kind, balance, deficit, version, head)
SELECT p.bucket, p.holder_id, p.kind, p.after, coalesce(l.rest, 0) - p.after, p.version, p.hash
FROM (
    SELECT DISTINCT ON (bucket, holder_id, kind) bucket, holder_id, kind, version, after, hash
    FROM posting ORDER BY bucket, holder_id, kind, version DESC
) p
LEFT JOIN (
    SELECT bucket, holder_id, kind, sum(rest) AS rest FROM lot GROUP BY bucket, holder_id, kind
) l ON l.bucket = p.bucket AND l.holder_id = p.holder_id AND l.kind = p.kind
ON CONFLICT (bucket, holder_id, kind) DO UPDATE
SET balance = EXCLUDED.balance, deficit = EXCLUDED.deficit, version = EXCLUDED.version, head = EXCLUDED.head
WHERE (w.balance, w.deficit, w.version, w.head)
    IS DISTINCT FROM (EXCLUDED.balance, EXCLUDED.deficit, EXCLUDED.version, EXCLUDED.head);
