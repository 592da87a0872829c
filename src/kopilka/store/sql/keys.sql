-- name: by_hash
-- The key of a secret's hash.
SELECT key_id, title, scopes, shop, till, created_at, revoked_at, secret_sha256 FROM api_key WHERE secret_sha256 = %s;

-- name: all
-- All keys, oldest first.
SELECT key_id, title, scopes, shop, till, created_at, revoked_at FROM api_key ORDER BY created_at, key_id;

-- name: add
-- Keeps a new key.
INSERT INTO api_key (key_id, secret_sha256, title, scopes, shop, till, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s);

-- name: revoke
-- Refuses a key from now on.
UPDATE api_key SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL;
