-- name: celebrants
-- Active members of a programme, by id after an id, who were born on one of these days of an earlier year, had joined by
-- then, and have no claim of this birthday yet.
SELECT p.member_id
FROM personal.person p
JOIN personal.identifier i ON i.kind = 'member' AND i.value = p.member_id
JOIN member m ON m.bucket = i.bucket AND m.holder_id = i.holder_id AND m.member_id = p.member_id AND m.status = 'active'
JOIN standing s ON s.bucket = i.bucket AND s.holder_id = i.holder_id AND s.programme = %(programme)s
    AND s.enrolled_at < %(joined_by)s
WHERE (extract(month FROM p.birthday) * 100 + extract(day FROM p.birthday)) = ANY(%(days)s::numeric[])
    AND p.birthday < %(day)s AND p.member_id > %(after)s
    AND NOT EXISTS (SELECT FROM claim c WHERE c.key = %(begins)s || p.member_id || %(ends)s)
ORDER BY p.member_id
LIMIT %(limit)s;
