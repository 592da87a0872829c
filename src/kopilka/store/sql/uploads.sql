-- name: begin
-- A file under way, locked until its part is written.
INSERT INTO personal.upload (connection_id, session, name, begun_at)
VALUES (%(connection)s, %(session)s, %(name)s, %(at)s)
ON CONFLICT (connection_id, session, name) DO UPDATE SET name = EXCLUDED.name
RETURNING finished;

-- name: size
-- How much of a file there is.
SELECT coalesce(sum(length(content)), 0)::bigint, coalesce(max(part), 0)
FROM personal.upload_part WHERE connection_id = %(connection)s AND session = %(session)s AND name = %(name)s;

-- name: restart
-- A file that was read comes anew.
UPDATE personal.upload SET done = 0, finished = false, note = ''
WHERE connection_id = %(connection)s AND session = %(session)s AND name = %(name)s;

-- name: add_part
-- A part after the others, unless it came before.
INSERT INTO personal.upload_part (connection_id, session, name, part, sha256, content)
VALUES (%(connection)s, %(session)s, %(name)s, %(part)s, %(sha256)s, %(content)s)
ON CONFLICT (connection_id, session, name, sha256) DO NOTHING;

-- name: files
-- The files of an exchange by name.
SELECT name, done, finished, note FROM personal.upload WHERE connection_id = %s AND session = %s ORDER BY name;

-- name: parts
-- How many parts a file has.
SELECT part FROM personal.upload_part
WHERE connection_id = %s AND session = %s AND name = %s ORDER BY part;

-- name: part
-- One part.
SELECT content FROM personal.upload_part WHERE connection_id = %s AND session = %s AND name = %s AND part = %s;

-- name: move
-- How far a file has been read, unless somebody has read further meanwhile.
INSERT INTO personal.upload (connection_id, session, name, done, finished, note, begun_at)
VALUES (%(connection)s, %(session)s, %(name)s, %(done)s, %(finished)s, %(note)s, %(at)s)
ON CONFLICT (connection_id, session, name) DO UPDATE
SET done = greatest(personal.upload.done, EXCLUDED.done),
    finished = personal.upload.finished OR EXCLUDED.finished,
    note = CASE WHEN personal.upload.finished THEN personal.upload.note ELSE EXCLUDED.note END;

-- name: empty
-- Deletes the parts of a file.
DELETE FROM personal.upload_part WHERE connection_id = %s AND session = %s AND name = %s;

-- name: drop
-- Deletes a file with its parts, and how far it was read.
WITH gone AS (
    DELETE FROM personal.upload
    WHERE connection_id = %(connection)s AND session = %(session)s AND name = %(name)s
)
DELETE FROM personal.upload_part
WHERE connection_id = %(connection)s AND session = %(session)s AND name = %(name)s;

-- name: forget_session
-- Deletes an exchange's files with their parts.
WITH gone AS (
    DELETE FROM personal.upload WHERE connection_id = %(connection)s AND session = %(session)s
)
DELETE FROM personal.upload_part WHERE connection_id = %(connection)s AND session = %(session)s;

-- name: forget
-- Deletes files that began before a moment, with their parts.
WITH gone AS (
    DELETE FROM personal.upload WHERE begun_at < %(before)s RETURNING connection_id, session, name
)
DELETE FROM personal.upload_part p USING gone g
WHERE p.connection_id = g.connection_id AND p.session = g.session AND p.name = g.name;
