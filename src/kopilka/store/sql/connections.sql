-- name: all
-- All connections with their numbers, oldest first.
SELECT c.connection_id, c.connector, c.title, c.shop, c.programme, c.settings, c.created_at, n.number, c.closed_at,
    c.secret_sha256, c.secret_sealed
FROM connection c JOIN number_of n ON n.kind = 'connection' AND n.id = c.connection_id
ORDER BY c.created_at, c.connection_id;

-- name: add
-- Keeps a new connection unless another has its secret.
INSERT INTO connection (connection_id, connector, title, shop, programme, settings, secret_sha256, secret_sealed, created_at)
VALUES (%s, %s, %s, %s, %s, %s::json, %s, %s, %s)
ON CONFLICT (secret_sha256) DO NOTHING;

-- name: change
-- Writes a connection anew.
UPDATE connection
SET title = %s, shop = %s, programme = %s, settings = %s::json, secret_sha256 = %s, secret_sealed = %s, closed_at = %s
WHERE connection_id = %s;

-- name: add_calls
-- Calls that came.
INSERT INTO connection_call (connection_id, call_id, called_at, method, address, status, micros, outcome)
SELECT x.connection_id, x.call_id, x.called_at, x.method, x.address, x.status, x.micros, x.outcome
FROM json_to_recordset(%s::json) AS x(connection_id text, call_id text, called_at timestamptz, method text, address text,
    status smallint, micros bigint, outcome text)
ON CONFLICT (connection_id, call_id) DO NOTHING;

-- name: forget_calls
-- Forgets all calls of a connection but the newest.
DELETE FROM connection_call
WHERE connection_id = %(connection)s AND call_id < (
    SELECT call_id FROM connection_call WHERE connection_id = %(connection)s ORDER BY call_id DESC OFFSET %(keep)s LIMIT 1
);

-- name: calls
-- The newest calls of a connection.
SELECT connection_id, call_id, called_at, method, address, status, micros, outcome FROM connection_call
WHERE connection_id = %s ORDER BY call_id DESC LIMIT %s;
