-- name: give_numbers
-- Numbers for ids that have none. What somebody else gives meanwhile stays.
INSERT INTO number_of (kind, id, number)
SELECT %(kind)s, x.id, nextval('number_given')
FROM unnest(%(ids)s::text[]) AS x(id)
ON CONFLICT (kind, id) DO NOTHING;

-- name: note_numbers
-- The same the other way round.
INSERT INTO numbered (kind, number, id)
SELECT kind, number, id FROM number_of WHERE kind = %(kind)s AND id = ANY(%(ids)s::text[])
ON CONFLICT (kind, number) DO NOTHING;

-- name: numbers
-- The numbers of ids.
SELECT id, number FROM number_of WHERE kind = %(kind)s AND id = ANY(%(ids)s::text[]);

-- name: ids
-- What numbers mean.
SELECT number, id FROM numbered WHERE kind = %(kind)s AND number = ANY(%(numbers)s::bigint[]);

-- name: known
-- What has a number, oldest first.
SELECT id, number FROM numbered WHERE kind = %(kind)s ORDER BY number LIMIT %(limit)s;

-- name: document
-- One document.
SELECT connection_id, kind, id, content, changed_at, member_id, receipt_id, state, revision, written_at
FROM personal.foreign_document WHERE connection_id = %s AND kind = %s AND id = %s;

-- name: documents
-- Documents of a kind in the order of their last writing.
SELECT connection_id, kind, id, content, changed_at, member_id, receipt_id, state, revision, written_at
FROM personal.foreign_document
WHERE connection_id = %(connection)s AND kind = %(kind)s
    AND (%(state)s::text = '' OR state = %(state)s) AND (%(member)s::text = '' OR member_id = %(member)s)
    AND (%(at)s::timestamptz IS NULL OR (written_at, id) > (%(at)s, %(last)s))
ORDER BY written_at, id LIMIT %(limit)s;

-- name: documents_of_receipt
-- What a receipt was made from.
SELECT connection_id, kind, id, content, changed_at, member_id, receipt_id, state, revision, written_at
FROM personal.foreign_document WHERE receipt_id = %s ORDER BY written_at, id;

-- name: add_document
-- A new document, unless there is one.
INSERT INTO personal.foreign_document
    (connection_id, kind, id, member_id, receipt_id, state, content, changed_at, written_at)
VALUES (%(connection)s, %(kind)s, %(id)s, %(member)s, %(receipt)s, %(state)s, %(content)s::json, %(changed)s, %(at)s)
ON CONFLICT (connection_id, kind, id) DO NOTHING;

-- name: change_document
-- A document anew, unless somebody wrote it meanwhile.
UPDATE personal.foreign_document
SET member_id = %(member)s, receipt_id = %(receipt)s, state = %(state)s, content = %(content)s::json,
    changed_at = %(changed)s, written_at = %(at)s, revision = revision + 1
WHERE connection_id = %(connection)s AND kind = %(kind)s AND id = %(id)s AND revision = %(revision)s;
