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

-- name: documents_by_id
-- Documents by id.
SELECT connection_id, kind, id, content, changed_at, member_id, receipt_id, state, revision, written_at
FROM personal.foreign_document WHERE connection_id = %s AND kind = %s AND id = ANY(%s::text[]);

-- name: find_documents
-- How many documents are as asked, and the ids of a page of them, written last (or of the newest moment) first. Phones
-- are compared with their country: an 8 of eleven digits, and ten digits alone, are Russian. (Digits behind the first are
-- the same in every writing; where they are not found, phones are not looked at one by one.)
WITH found AS MATERIALIZED (
    SELECT d.id, d.written_at, CASE WHEN %(by_moment)s THEN (d.content ->> %(moment)s)::timestamptz END AS at
    FROM personal.foreign_document d
    LEFT JOIN personal.foreign_document b ON b.connection_id = d.connection_id AND b.kind = %(beside)s AND b.id = d.id
    WHERE d.connection_id = %(connection)s AND d.kind = %(kind)s AND (%(state)s::text = '' OR d.state = %(state)s)
        AND (%(ids)s::text[] IS NULL OR d.id = ANY (%(ids)s::text[]))
        AND (%(sites)s::text[] IS NULL OR split_part(d.id, ':', 1) = ANY (%(sites)s::text[]))
        AND (%(beside)s = '' OR b.id IS NOT NULL)
        AND (%(strangers)s::text = '' OR NOT EXISTS (SELECT FROM personal.identifier x
            WHERE x.kind = 'external' AND x.value = %(strangers)s || d.id))
        AND (%(since)s::timestamptz IS NULL OR %(since)s
            <= CASE %(moment)s WHEN '' THEN d.changed_at ELSE (d.content ->> %(moment)s)::timestamptz END)
        AND (%(until)s::timestamptz IS NULL OR %(until)s
            >= CASE %(moment)s WHEN '' THEN d.changed_at ELSE (d.content ->> %(moment)s)::timestamptz END)
        AND (%(facts)s::json IS NULL OR NOT EXISTS (
            SELECT FROM json_to_recordset(%(facts)s::json) AS f(path text[], texts text[], other text[], absent boolean,
                truths text[], any_case boolean)
            WHERE NOT (coalesce(CASE WHEN f.any_case THEN lower(d.content #>> f.path) ELSE d.content #>> f.path END
                    = ANY (CASE WHEN json_typeof(d.content #> f.path) = 'boolean' THEN f.truths ELSE f.texts END), false)
                OR (f.other <> '{}' AND coalesce(d.content #>> f.other = ANY (f.texts), false))
                OR (f.absent AND coalesce(d.content #>> f.path, '') = ''))))
        AND (%(texts)s::json IS NULL OR NOT EXISTS (
            SELECT FROM json_to_recordset(%(texts)s::json) AS t(names text[], pattern text, digits text, beside boolean)
            CROSS JOIN LATERAL (SELECT CASE WHEN t.beside THEN b.content ELSE d.content END AS content) c
            WHERE NOT (coalesce(concat_ws(' ', c.content ->> t.names[1], c.content ->> t.names[2], c.content ->> t.names[3],
                    c.content ->> t.names[4], c.content ->> t.names[5]) ~ t.pattern, false)
                OR (t.digits <> '' AND strpos(translate(concat_ws(' ', c.content ->> 'phone', c.content ->> 'phones'), ' ()-+', ''),
                    substr(t.digits, 2)) > 0 AND EXISTS (
                    SELECT FROM (
                        SELECT c.content ->> 'phone' UNION ALL
                        SELECT p.value ->> 'number' FROM json_array_elements(
                            CASE json_typeof(c.content -> 'phones') WHEN 'array' THEN c.content -> 'phones' ELSE '[]' END) p
                        WHERE json_typeof(p.value) = 'object'
                    ) AS r(raw)
                    CROSS JOIN LATERAL (SELECT btrim(r.raw) AS raw, regexp_replace(r.raw, '[^0-9]', '', 'g') AS bare) n
                    WHERE n.raw ~ '^[+]?[0-9][0-9 ()-]+$' AND strpos(CASE WHEN n.raw LIKE '+%%' THEN n.bare
                        WHEN n.bare ~ '^8[0-9]{10}$' THEN '7' || substr(n.bare, 2)
                        WHEN length(n.bare) = 10 THEN '7' || n.bare ELSE n.bare END, t.digits) > 0)))))
)
SELECT (SELECT count(*) FROM found),
    ARRAY(SELECT f.id FROM found f ORDER BY f.at DESC NULLS LAST, f.written_at DESC, f.id DESC
        OFFSET %(skip)s LIMIT %(limit)s);

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

-- name: lock_changes
-- One writer of changes of a connection's documents at a time, until its commit.
SELECT pg_advisory_xact_lock(hashtextextended(%(connection)s || '/' || %(kind)s, 0));

-- name: add_changes
-- What changed in a document, in its order.
INSERT INTO personal.foreign_change (connection_id, kind, number, id, member_id, field, content, changed_at)
SELECT %(connection)s, %(kind)s, nextval('number_given'), %(id)s, %(member)s, x.value ->> 'field', x.value -> 'content', %(at)s
FROM (SELECT e.value FROM json_array_elements(%(changes)s::json) WITH ORDINALITY AS e(value, n) ORDER BY e.n) x;

-- name: count_changes
-- How many changes are as asked.
SELECT count(*) FROM personal.foreign_change c
WHERE c.connection_id = %(connection)s AND c.kind = %(kind)s AND c.number > %(after)s
    AND (%(since)s::timestamptz IS NULL OR c.changed_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR c.changed_at <= %(until)s)
    AND (%(ids)s::text[] IS NULL OR c.id = ANY (%(ids)s::text[]))
    AND (%(sites)s::text[] IS NULL OR split_part(c.id, ':', 1) = ANY (%(sites)s::text[]));

-- name: changes
-- A page of them, oldest first.
SELECT c.number, c.id, c.field, c.content, c.changed_at FROM personal.foreign_change c
WHERE c.connection_id = %(connection)s AND c.kind = %(kind)s AND c.number > %(after)s
    AND (%(since)s::timestamptz IS NULL OR c.changed_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR c.changed_at <= %(until)s)
    AND (%(ids)s::text[] IS NULL OR c.id = ANY (%(ids)s::text[]))
    AND (%(sites)s::text[] IS NULL OR split_part(c.id, ':', 1) = ANY (%(sites)s::text[]))
ORDER BY c.number OFFSET %(skip)s LIMIT %(limit)s;

-- name: forget_changes
-- What changed long ago.
DELETE FROM personal.foreign_change WHERE changed_at < %s;
