-- name: place
-- Where a member stands.
SELECT m.bucket, m.holder_id, m.member_id, m.status
FROM personal.identifier i
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = i.member_id
WHERE i.kind = 'member' AND i.value = %s;

-- name: others
-- How many other people use the holder's wallets.
SELECT count(*) FROM member WHERE bucket = %s AND holder_id = %s AND member_id <> %s AND status <> 'erased';

-- name: open_receipts
-- Held receipts of the member.
SELECT receipt_id FROM receipt
WHERE bucket = %s AND holder_id = %s AND member_id = %s AND state = 'held' ORDER BY receipt_id;

-- name: own_coupons
-- Coupons that may still be used, or wait to be activated.
SELECT code FROM coupon
WHERE bucket = %s AND holder_id = %s AND state IN ('new', 'active', 'held') ORDER BY code;

-- name: requests
-- Open requests to erase the member, oldest first.
SELECT request_id, connection_id, asked_at FROM personal.request
WHERE member_id = %s AND state = 'open' AND wish = 'erase' ORDER BY asked_at, request_id;

-- name: names
-- Everything that finds the member, or would be written down of them.
SELECT kind, value FROM personal.identifier WHERE member_id = %(member)s AND kind <> 'member'
UNION SELECT 'phone', phone FROM personal.person WHERE member_id = %(member)s AND phone <> ''
UNION SELECT 'email', email FROM personal.person WHERE member_id = %(member)s AND email <> ''
ORDER BY 1, 2;

-- name: traced
-- Documents of nobody's that name the member all the same: what waits for them, what was told before they joined.
SELECT connection_id, kind, id FROM personal.foreign_document
WHERE member_id = '' AND connection_id <> ''
    AND (id = ANY(%(digests)s) OR split_part(id, ':', 2) = ANY(%(digests)s)
        OR (%(pattern)s <> '' AND (id ~* %(pattern)s OR content::text ~* %(pattern)s)));

-- name: empty_deliveries
-- Bodies of what has been worked through, whoever they name: nothing reads them again.
UPDATE personal.inbox SET body = '' WHERE done_at IS NOT NULL AND body <> '';

-- name: waiting_deliveries
-- What has not been worked through.
SELECT connection_id, delivery_id, body FROM personal.inbox WHERE done_at IS NULL ORDER BY received_at;

-- name: drop_deliveries
-- What has not been worked through and names the member is not worked through any more.
UPDATE personal.inbox i SET body = '', done_at = %(at)s, outcome = 'erased'
FROM unnest(%(connections)s::text[], %(deliveries)s::text[]) AS x(connection_id, delivery_id)
WHERE i.connection_id = x.connection_id AND i.delivery_id = x.delivery_id AND i.done_at IS NULL;

-- name: drop_uploads
-- Files under way that name the member, as far as they are not packed; the exchange is repeated.
WITH found AS (
    SELECT DISTINCT connection_id, session, name FROM personal.upload_part
    WHERE encode(content, 'escape') ~* %(pattern)s
), gone AS (
    DELETE FROM personal.upload u USING found f
    WHERE u.connection_id = f.connection_id AND u.session = f.session AND u.name = f.name
)
DELETE FROM personal.upload_part p USING found f
WHERE p.connection_id = f.connection_id AND p.session = f.session AND p.name = f.name;

-- name: lock_documents
-- The member's documents and those found before, held until they are erased.
SELECT d.connection_id, d.kind, d.id, d.content, d.changed_at, d.member_id, d.receipt_id, d.state, d.revision,
    d.written_at, coalesce(c.connector, '')
FROM personal.foreign_document d
LEFT JOIN connection c ON c.connection_id = d.connection_id
WHERE d.connection_id <> '' AND (d.member_id = %(member)s
    OR (d.connection_id, d.kind, d.id) IN (
        SELECT * FROM unnest(%(connections)s::text[], %(kinds)s::text[], %(ids)s::text[])))
ORDER BY d.connection_id, d.kind, d.id
FOR UPDATE OF d;

-- name: erase_changes
-- What changed in the member's documents, and in others that were erased with them.
DELETE FROM personal.foreign_change c
WHERE c.member_id = %(member)s OR (c.connection_id, c.kind, c.id) IN (
    SELECT * FROM unnest(%(connections)s::text[], %(kinds)s::text[], %(ids)s::text[]));

-- name: drop_changes
-- What changed in documents of nobody's and named the member.
DELETE FROM personal.foreign_change WHERE member_id = '' AND content::text ~* %(pattern)s;

-- name: drop_document
-- A document goes as a whole.
DELETE FROM personal.foreign_document WHERE connection_id = %s AND kind = %s AND id = %s;

-- name: empty_document
-- What is left of a document that others still need.
UPDATE personal.foreign_document
SET member_id = %(member)s, receipt_id = %(receipt)s, state = %(state)s, content = %(content)s::json,
    written_at = %(at)s, revision = revision + 1
WHERE connection_id = %(connection)s AND kind = %(kind)s AND id = %(id)s;

-- name: traced_keys
-- Idempotency keys about the holder in which a client has named the member. The holder's are found first: reading a key
-- with the pattern takes far longer than passing it by.
WITH own AS MATERIALIZED (
    SELECT key FROM claim WHERE bucket = %(bucket)s AND holder_id = %(holder)s
)
SELECT key FROM own WHERE key LIKE 'key:%%' AND key ~* %(pattern)s;

-- name: drop_keys
-- A key that names somebody is given up: a repeat under it is a new command.
DELETE FROM claim WHERE key = ANY(%s::text[]);

-- name: erase_person
-- Who the member is; tells which facts were known.
DELETE FROM personal.person WHERE member_id = %s
RETURNING (name <> '')::integer, (phone <> '')::integer, (email <> '')::integer, (birthday IS NOT NULL)::integer,
    (zone <> '')::integer, (SELECT count(*) FROM json_object_keys(attributes))::integer;

-- name: erase_identifiers
-- What finds the member, but for the id that stands for nobody now.
DELETE FROM personal.identifier WHERE member_id = %s AND kind <> 'member' RETURNING kind;

-- name: erase_consents
-- Consents given and withdrawn.
DELETE FROM personal.consent WHERE member_id = %s;

-- name: erase_verifications
-- Codes sent to the member or to their phone.
DELETE FROM personal.verification WHERE member_id = %(member)s OR phone = ANY(%(phones)s);

-- name: erase_codes
-- Codes that the member has shown.
DELETE FROM personal.member_code WHERE member_id = %s;

-- name: erase_code_owner
-- Whether they were ever shown one.
DELETE FROM personal.code_owner WHERE member_id = %s;

-- name: erase_messages
-- Messages to the member.
DELETE FROM personal.message WHERE member_id = %(member)s OR address = ANY(%(addresses)s);

-- name: erase_calls
-- Calls in whose address the member is named.
DELETE FROM connection_call WHERE address ~* %(pattern)s;

-- name: erase_numbers
-- Numbers given to what other systems call a customer, where that names the member.
WITH gone AS (
    DELETE FROM number_of WHERE kind IN ('customer', 'account') AND id ~* %(pattern)s RETURNING kind, number
)
DELETE FROM numbered n USING gone g WHERE n.kind = g.kind AND n.number = g.number;

-- name: erase_member
-- The id stays and stands for nobody; labels and limits were the person's.
UPDATE member SET status = 'erased', tags = '{}', card_types = '{}', spend_max_units = NULL
WHERE bucket = %s AND holder_id = %s AND member_id = %s
RETURNING 1;

-- name: count_tags
-- How many labels the member has.
SELECT cardinality(tags) FROM member WHERE bucket = %s AND holder_id = %s AND member_id = %s;

-- name: end_requests
-- Requests to be erased are answered, others have nobody to be answered to; what was said in them goes.
UPDATE personal.request
SET content = '{}', reason = '',
    state = CASE WHEN state = 'open' THEN CASE wish WHEN 'erase' THEN 'done' ELSE 'dismissed' END ELSE state END,
    ended_at = coalesce(ended_at, %(at)s), ended_by = CASE WHEN state = 'open' THEN %(actor)s ELSE ended_by END
WHERE member_id = %(member)s;

-- name: next_number
-- The number of the next act.
SELECT nextval('erasure_number');

-- name: add_act
-- An act.
INSERT INTO erasure (act_id, number, member_id, ground, asked_at, actor, erased_at, alone, counts, points, requests,
    connection_id, sha256)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::json, %s::json, %s, %s, %s);

-- name: act_of
-- The act of a member's erasure.
SELECT act_id, number, member_id, ground, asked_at, actor, erased_at, alone, counts, points, requests, connection_id,
    sha256
FROM erasure WHERE member_id = %s;

-- name: act
-- One act.
SELECT act_id, number, member_id, ground, asked_at, actor, erased_at, alone, counts, points, requests, connection_id,
    sha256
FROM erasure WHERE act_id = %s;

-- name: acts
-- The newest acts.
SELECT act_id, number, member_id, ground, asked_at, actor, erased_at, alone, counts, points, requests, connection_id,
    sha256
FROM erasure ORDER BY number DESC LIMIT %s;

-- name: stray
-- Erased members of whom something has been written since.
SELECT e.member_id FROM erasure e
WHERE EXISTS (SELECT FROM personal.person p WHERE p.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.identifier i WHERE i.member_id = e.member_id AND i.kind <> 'member')
    OR EXISTS (SELECT FROM personal.foreign_document d WHERE d.member_id = e.member_id AND d.connection_id <> '')
    OR EXISTS (SELECT FROM personal.foreign_change h WHERE h.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.consent c WHERE c.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.verification v WHERE v.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.member_code k WHERE k.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.code_owner o WHERE o.member_id = e.member_id)
    OR EXISTS (SELECT FROM personal.message s WHERE s.member_id = e.member_id)
ORDER BY e.member_id;
