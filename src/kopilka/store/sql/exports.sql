-- name: consents
-- Every consent that was given or withdrawn, oldest first.
SELECT purpose, channel, given, source, recorded_at FROM personal.consent
WHERE member_id = %s ORDER BY recorded_at, purpose, channel;

-- name: shared
-- Whether others use the same wallets.
SELECT count(*) > 0 FROM member WHERE bucket = %s AND holder_id = %s AND member_id <> %s AND status <> 'erased';

-- name: movements
-- The holder's postings, oldest first; of shared wallets those that no other member's receipt caused.
SELECT p.kind, p.verb, CASE WHEN p.credit = 'wallet' THEN p.units ELSE -p.units END, p.effective_at, p.receipt, p.note
FROM posting p
LEFT JOIN receipt r ON r.bucket = p.bucket AND r.holder_id = p.holder_id AND r.receipt_id = p.receipt
WHERE p.bucket = %s AND p.holder_id = %s AND (r.member_id IS NULL OR r.member_id IN ('', %s))
ORDER BY p.recorded_at, p.kind, p.version;

-- name: receipts
-- The member's receipts, oldest first.
SELECT receipt_id, sold_at, shop, state, currency, goods_minor, paid_minor, content
FROM receipt WHERE bucket = %s AND holder_id = %s AND member_id = %s ORDER BY sold_at, receipt_id;

-- name: coupons
-- The holder's coupons, oldest first.
SELECT code, series, state, last_on FROM coupon WHERE bucket = %s AND holder_id = %s ORDER BY issued_at, code;

-- name: documents
-- What other systems have told of the member.
SELECT coalesce(c.title, ''), d.kind, d.id, d.changed_at, d.content
FROM personal.foreign_document d
LEFT JOIN connection c ON c.connection_id = d.connection_id
WHERE d.member_id = %s AND d.connection_id <> '' ORDER BY d.changed_at, d.kind, d.id;

-- name: messages
-- Messages to the member, oldest first.
SELECT channel, address, content, created_at FROM personal.message WHERE member_id = %s ORDER BY created_at, message_id;

-- name: codes
-- When codes were sent to the member.
SELECT created_at FROM personal.verification WHERE member_id = %s ORDER BY created_at, check_id;
