-- name: add
-- A check with its code.
INSERT INTO personal.verification (check_id, purpose, member_id, phone, subject, code, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s);

-- name: add_message
-- A message that waits for a channel.
INSERT INTO personal.message (message_id, channel, address, member_id, content, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s);

-- name: get
-- A check and its code.
SELECT check_id, purpose, phone, created_at, expires_at, member_id, subject, verified_at, wrong, code
FROM personal.verification WHERE check_id = %s;

-- name: sent_since
-- How many codes a phone has been sent.
SELECT count(*) FROM personal.verification WHERE phone = %s AND created_at >= %s;

-- name: wrong
-- A wrong code was shown.
UPDATE personal.verification SET wrong = wrong + 1 WHERE check_id = %s;

-- name: verify
-- The right code was shown.
UPDATE personal.verification SET verified_at = %s, code = '' WHERE check_id = %s AND verified_at IS NULL;

-- name: messages
-- The newest messages.
SELECT message_id, channel, address, content, created_at, member_id, expires_at, sent_at FROM personal.message
ORDER BY message_id DESC LIMIT %s;

-- name: add_code
-- A member's code, where it is free or has expired.
INSERT INTO personal.member_code (code, member_id, created_at, expires_at) VALUES (%(code)s, %(member)s, %(created)s, %(expires)s)
ON CONFLICT (code) DO UPDATE
SET member_id = EXCLUDED.member_id, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at, used_by = ''
WHERE member_code.expires_at < %(now)s;

-- name: code
-- A code that is or was shown.
SELECT code, member_id, created_at, expires_at, used_by FROM personal.member_code WHERE code = %s;

-- name: use_code
-- A receipt consumed a code.
UPDATE personal.member_code SET used_by = %s WHERE code = %s AND used_by = '';

-- name: free_code
-- The receipt that consumed a code came to nothing.
UPDATE personal.member_code SET used_by = '' WHERE code = %s AND used_by = %s;

-- name: note_code_owner
-- A member has been shown a code.
INSERT INTO personal.code_owner (member_id, first_at) VALUES (%s, %s) ON CONFLICT (member_id) DO NOTHING;

-- name: code_owners
-- Those of some members who have ever been shown a code.
SELECT member_id FROM personal.code_owner WHERE member_id = ANY(%s::text[]);

-- name: forget_checks
-- Deletes checks that ended long ago.
DELETE FROM personal.verification WHERE expires_at < %s;

-- name: forget_messages
-- Deletes messages of long ago.
DELETE FROM personal.message WHERE created_at < %s;

-- name: forget_codes
-- Deletes shown codes that ended long ago.
DELETE FROM personal.member_code WHERE expires_at < %s;
