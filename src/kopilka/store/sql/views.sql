-- name: member
-- A member by what names them.
SELECT m.member_id, m.holder_id, m.bucket, m.status, m.enrolled_at, m.shop, m.tags, m.card_types, m.spend_max_units,
    coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.email, ''), p.birthday, coalesce(p.language, 'ru'),
    coalesce(p.zone, ''), i.status, coalesce(p.attributes, '{}')
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
LEFT JOIN personal.person p ON p.member_id = i.member_id
WHERE i.kind = %s AND i.value = %s;

-- name: identifiers
-- What finds a member, oldest first.
SELECT kind, value, card_type, status, created_at FROM personal.identifier
WHERE member_id = %s AND kind <> 'member' ORDER BY created_at, kind, value;

-- name: consents
-- The last word on each purpose and channel.
SELECT DISTINCT ON (purpose, channel) purpose, channel, given, source, recorded_at FROM personal.consent
WHERE member_id = %s ORDER BY purpose, channel, recorded_at DESC;

-- name: list_members
-- A page of all members, newest first.
SELECT i.member_id, i.holder_id, coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.email, ''),
    coalesce((SELECT min(c.value) FROM personal.identifier c
        WHERE c.member_id = i.member_id AND c.kind = 'card' AND c.status = 'active'), ''),
    m.status, m.enrolled_at
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
LEFT JOIN personal.person p ON p.member_id = i.member_id
WHERE i.kind = 'member' AND m.status <> 'erased' AND (%(after)s = '' OR i.value < %(after)s)
ORDER BY i.value DESC LIMIT %(limit)s;

-- name: search_members
-- A page of members with a text in name, phone, card or e-mail, newest first.
WITH named AS (
    SELECT p.member_id FROM personal.person p
    WHERE p.name ~ %(any_case)s OR p.email ~ %(any_case)s
        OR (%(digits)s <> '' AND p.phone LIKE %(digits)s)
    UNION
    SELECT i.member_id FROM personal.identifier i
    WHERE i.kind <> 'member' AND (i.value ~ %(any_case)s
        OR (%(digits)s <> '' AND i.kind IN ('phone', 'card') AND i.value LIKE %(digits)s))
)
SELECT i.member_id, i.holder_id, coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.email, ''),
    coalesce((SELECT min(c.value) FROM personal.identifier c
        WHERE c.member_id = i.member_id AND c.kind = 'card' AND c.status = 'active'), ''),
    m.status, m.enrolled_at
FROM named n
JOIN personal.identifier i ON i.kind = 'member' AND i.value = n.member_id
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
LEFT JOIN personal.person p ON p.member_id = i.member_id
WHERE %(after)s = '' OR i.value < %(after)s
ORDER BY i.value DESC LIMIT %(limit)s;

-- name: past_postings
-- What had been recorded of a holder's wallets by a moment.
SELECT p.kind, p.version, p.txn, p.verb, p.debit, p.credit, p.units, p.before, p.after, p.effective_at, p.recorded_at,
    p.receipt, p.note, p.actor, p.lot, p.active_from, p.expires_at, p.previous, p.hash
FROM posting p WHERE p.bucket = %s AND p.holder_id = %s AND p.recorded_at <= %s ORDER BY p.kind, p.version;

-- name: past_draws
-- The draws of these postings.
SELECT d.kind, d.version, d.lot, d.units
FROM lot_draw d
JOIN posting p ON p.bucket = d.bucket AND p.holder_id = d.holder_id AND p.kind = d.kind AND p.version = d.version
WHERE d.bucket = %s AND d.holder_id = %s AND p.recorded_at <= %s;

-- name: past_holds
-- Holds that stood at a moment: placed before it, and no event of their receipt ended them by then.
SELECT h.receipt, h.revision, h.kind, h.units, h.lots, h.parts, h.placed_at, h.lapses_at
FROM hold h
WHERE h.bucket = %(bucket)s AND h.holder_id = %(holder)s AND h.placed_at <= %(at)s AND h.lapses_at > %(at)s
    AND h.units > 0
    AND NOT EXISTS (SELECT 1 FROM event e
        WHERE e.bucket = h.bucket AND e.holder_id = h.holder_id AND e.receipt = h.receipt
            AND e.name IN ('receipt.held', 'receipt.released', 'receipt.closed')
            AND e.recorded_at > h.placed_at AND e.recorded_at <= %(at)s);

-- name: statement
-- A page of a holder's postings, newest first.
SELECT p.kind, p.version, p.txn, p.verb, CASE WHEN p.credit = 'wallet' THEN p.debit ELSE p.credit END,
    CASE WHEN p.credit = 'wallet' THEN p.units ELSE -p.units END, p.before, p.after, p.effective_at, p.recorded_at,
    p.receipt, p.note, p.actor, p.active_from, p.expires_at
FROM posting p
WHERE p.bucket = %(bucket)s AND p.holder_id = %(holder)s AND (%(kind)s = '' OR p.kind = %(kind)s)
    AND (%(at)s::timestamptz IS NULL OR (p.recorded_at, p.kind, p.version) < (%(at)s, %(last_kind)s, %(version)s))
ORDER BY p.recorded_at DESC, p.kind DESC, p.version DESC LIMIT %(limit)s;

-- name: receipts_of_holder
-- A page of a holder's receipts, newest recorded first.
SELECT r.receipt_id, r.member_id, r.state, r.shop, r.sold_at, r.recorded_at, r.currency, r.goods_minor, r.paid_minor,
    coalesce((r.decision ->> 'discount_minor')::bigint, 0), r.spent_units, r.decision -> 'earned',
    r.progress <> '{}', '', coalesce(r.decision -> 'spent' ->> 'kind', '')
FROM receipt r
WHERE r.bucket = %(bucket)s AND r.holder_id = %(holder)s AND (%(shop)s = '' OR r.shop = %(shop)s)
    AND (%(at)s::timestamptz IS NULL OR (r.recorded_at, r.receipt_id) < (%(at)s, %(last)s))
ORDER BY r.recorded_at DESC, r.receipt_id DESC LIMIT %(limit)s;

-- name: receipts_of_all
-- A page of everybody's receipts, newest recorded first.
SELECT r.receipt_id, r.member_id, r.state, r.shop, r.sold_at, r.recorded_at, r.currency, r.goods_minor, r.paid_minor,
    coalesce((r.decision ->> 'discount_minor')::bigint, 0), r.spent_units, r.decision -> 'earned',
    r.progress <> '{}', coalesce(p.name, ''), coalesce(r.decision -> 'spent' ->> 'kind', '')
FROM receipt r
LEFT JOIN personal.person p ON p.member_id = r.member_id
WHERE (%(shop)s = '' OR r.shop = %(shop)s)
    AND (%(at)s::timestamptz IS NULL OR (r.recorded_at, r.receipt_id) < (%(at)s, %(last)s))
ORDER BY r.recorded_at DESC, r.receipt_id DESC LIMIT %(limit)s;

-- name: returns
-- Returns of a receipt, in order.
SELECT t.return_id, t.number, t.refund_minor, t.returned_at, t.recorded_at, t.outcome
FROM claim c
JOIN receipt_return t ON t.bucket = c.bucket AND t.holder_id = c.holder_id AND t.receipt_id = c.receipt_id
WHERE c.key = %s ORDER BY t.number;

-- name: counts
-- How many members and receipts there are, and how many came since a moment.
SELECT (SELECT count(*) FROM member WHERE status <> 'erased'),
    (SELECT count(*) FROM member WHERE enrolled_at >= %(since)s),
    (SELECT count(*) FROM receipt WHERE state = 'closed'),
    (SELECT count(*) FROM receipt WHERE state = 'closed' AND recorded_at >= %(since)s);

-- name: paid_since
-- Money paid since a moment, by currency.
SELECT currency, sum(paid_minor)::bigint FROM receipt
WHERE state = 'closed' AND recorded_at >= %(since)s GROUP BY currency ORDER BY currency;

-- name: flows
-- Points issued, spent and expired since a moment, and what is out now.
SELECT w.kind, coalesce(f.issued, 0)::bigint, coalesce(f.spent, 0)::bigint, coalesce(f.expired, 0)::bigint,
    w.outstanding::bigint, w.wallets
FROM (
    SELECT b.kind, sum(b.balance) - coalesce((SELECT sum(l.rest - l.held) FROM lot l
        WHERE l.open AND l.expires_at <= %(now)s AND l.kind = b.kind), 0) AS outstanding, count(*) AS wallets
    FROM wallet b GROUP BY b.kind
) w
LEFT JOIN (
    SELECT kind, sum(units) FILTER (WHERE credit = 'wallet' AND debit NOT LIKE 'returned:%%') AS issued,
        sum(units) FILTER (WHERE credit LIKE 'spending:%%' OR credit LIKE 'gifts:%%' OR credit = 'payout') AS spent,
        sum(units) FILTER (WHERE credit IN ('expiry', 'erasure')) AS expired
    FROM posting WHERE recorded_at >= %(since)s GROUP BY kind
) f ON f.kind = w.kind
ORDER BY w.kind;

-- name: purchase_gaps
-- Days from one kept purchase of a member to the next among a programme's newest receipts: how many, and the middle one.
WITH newest AS (
    SELECT r.bucket, r.holder_id, r.day
    FROM receipt r
    WHERE r.programme = %(programme)s AND r.state = 'closed' AND r.member_id <> ''
    ORDER BY r.recorded_at DESC
    LIMIT %(most)s
), visits AS (
    SELECT DISTINCT bucket, holder_id, day FROM newest
), gaps AS (
    SELECT day - lag(day) OVER (PARTITION BY bucket, holder_id ORDER BY day) AS days FROM visits
)
SELECT count(days), coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY days), 0) FROM gaps WHERE days IS NOT NULL;
