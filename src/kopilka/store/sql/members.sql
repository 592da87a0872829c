-- name: lock_holder
-- Changes of a member wait for batches about the same holder, and they for it.
SELECT 1 FROM holder WHERE bucket = %s AND holder_id = %s FOR UPDATE;

-- name: erased
-- Whether the member has been erased meanwhile.
SELECT 1 FROM member WHERE bucket = %s AND holder_id = %s AND member_id = %s AND status = 'erased';

-- name: add_identifier
-- What finds the member; nothing comes back where somebody has it already.
INSERT INTO personal.identifier (kind, value, bucket, holder_id, member_id, card_type, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (kind, value) DO NOTHING RETURNING 1;

-- name: set_identifier
-- Blocks, unblocks or replaces.
UPDATE personal.identifier SET status = %s WHERE kind = %s AND value = %s AND member_id = %s;

-- name: remove_identifier
-- An old phone or e-mail finds nobody any more.
DELETE FROM personal.identifier WHERE kind = %s AND value = %s AND member_id = %s;

-- name: put_person
-- Who the member is.
INSERT INTO personal.person (member_id, name, phone, email, birthday, language, zone, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (member_id) DO UPDATE
SET name = EXCLUDED.name, phone = EXCLUDED.phone, email = EXCLUDED.email, birthday = EXCLUDED.birthday,
    language = EXCLUDED.language, zone = EXCLUDED.zone, updated_at = EXCLUDED.updated_at;

-- name: set_attributes
-- Further facts: those named change, the others stay.
UPDATE personal.person SET attributes = ((attributes::jsonb || %s::jsonb) - %s::text[])::json, updated_at = %s
WHERE member_id = %s;

-- name: set_member
-- Status, labels and limit; types of cards follow the cards that may be used.
UPDATE member SET status = coalesce(%(status)s, status),
    tags = CASE WHEN cardinality(%(add)s::text[]) + cardinality(%(remove)s::text[]) = 0 THEN coalesce(%(tags)s::text[], tags)
        ELSE ARRAY(SELECT DISTINCT t FROM unnest(coalesce(%(tags)s::text[], tags) || %(add)s::text[]) t
            WHERE t <> ALL (%(remove)s::text[]) ORDER BY t) END,
    spend_max_units = CASE WHEN %(limit)s::bigint IS NULL THEN spend_max_units WHEN %(limit)s < 0 THEN NULL
        ELSE %(limit)s END,
    card_types = ARRAY(SELECT DISTINCT i.card_type FROM personal.identifier i
        WHERE i.member_id = %(member)s AND i.status = 'active' AND i.card_type <> '' ORDER BY i.card_type)
WHERE bucket = %(bucket)s AND holder_id = %(holder)s AND member_id = %(member)s;

-- name: add_consent
-- A consent given or withdrawn.
INSERT INTO personal.consent (member_id, purpose, channel, given, source, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING;

-- name: add_action
-- The audit log.
INSERT INTO staff_action (action_id, staff_id, action, subject, detail, done_at) VALUES (%s, %s, %s, %s, %s, %s);
