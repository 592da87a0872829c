-- name: find_members
-- Members by what names them.
SELECT i.kind, i.value, i.bucket, i.holder_id, i.member_id, i.status, i.card_type
FROM json_to_recordset(%s::json) AS x(kind text, value text)
JOIN personal.identifier i ON i.kind = x.kind AND i.value = x.value;

-- name: find_claims
-- Keys that are taken, with their stored answers.
SELECT c.key, c.content_hash, c.verb, c.bucket, c.holder_id, c.receipt_id, c.answer
FROM claim c WHERE c.key = ANY(%s);

-- name: catalogue_version
-- Tells whether shops, programmes or products have changed.
SELECT version FROM catalogue_state;

-- name: lock_holders
-- One lock per holder, in key order.
SELECT h.bucket, h.holder_id
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN holder h ON h.bucket = x.bucket AND h.holder_id = x.holder_id
ORDER BY h.bucket, h.holder_id
FOR UPDATE OF h;

-- name: lock_guests
-- One lock per receipt without a member, in key order.
SELECT r.holder_id
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN receipt r ON r.bucket = x.bucket AND r.holder_id = x.holder_id
ORDER BY r.bucket, r.holder_id
FOR UPDATE OF r;

-- name: load_members
-- Members of the holders.
SELECT m.bucket, m.holder_id, m.member_id, m.status, m.card_types, m.tags, m.spend_max_units, m.enrolled_at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN member m ON m.bucket = x.bucket AND m.holder_id = x.holder_id;

-- name: load_wallets
-- Wallets of the holders.
SELECT w.holder_id, w.kind, w.balance, w.deficit, w.version, w.head
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN wallet w ON w.bucket = x.bucket AND w.holder_id = x.holder_id;

-- name: load_lots
-- Open lots of the holders.
SELECT l.holder_id, l.kind, l.lot, l.amount, l.rest, l.held, l.active_from, l.expires_at, l.earned_at, l.receipt, l.source
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN lot l ON l.bucket = x.bucket AND l.holder_id = x.holder_id AND l.open;

-- name: load_holds
-- Holds that still stand.
SELECT h.holder_id, h.receipt, h.revision, h.kind, h.units, h.lots, h.parts, h.placed_at, h.lapses_at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN hold h ON h.bucket = x.bucket AND h.holder_id = x.holder_id AND h.state = 'held';

-- name: load_standings
-- Standings of the holders in every programme.
SELECT s.holder_id, s.programme, s.enrolled_at, s.level, s.level_since, s.spend_minor, s.receipts, s.points,
    s.manual_level, s.manual_last_on, s.warned_for
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN standing s ON s.bucket = x.bucket AND s.holder_id = x.holder_id;

-- name: load_activity
-- Kept purchases by day, from a day on.
SELECT a.holder_id, a.programme, array_agg(a.day), array_agg(a.spend_minor), array_agg(a.receipts), array_agg(a.points)
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN activity a ON a.bucket = x.bucket AND a.holder_id = x.holder_id AND a.day >= %s
GROUP BY a.holder_id, a.programme;

-- name: load_cap_uses
-- Uses of capped rules.
SELECT c.holder_id, c.programme, c.rule, c.period, c.uses, c.money_minor, c.points_units
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN cap_use c ON c.bucket = x.bucket AND c.holder_id = x.holder_id;

-- name: load_persons
-- Birthdays and further facts of the holders' members.
SELECT m.holder_id, m.member_id, p.birthday, p.attributes
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN member m ON m.bucket = x.bucket AND m.holder_id = x.holder_id
JOIN personal.person p ON p.member_id = m.member_id;

-- name: load_perks
-- Perks of the holders.
SELECT k.holder_id, k.programme, k.perk, k.source, k.since, k.last_on
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN perk k ON k.bucket = x.bucket AND k.holder_id = x.holder_id AND NOT k.taken_back;

-- name: load_past
-- The holders' purchases from a day on.
SELECT r.holder_id, r.receipt_id, r.day, r.content, r.decision, r.progress
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text)
JOIN receipt r ON r.bucket = x.bucket AND r.holder_id = x.holder_id AND r.state = 'closed' AND r.day >= %s;

-- name: ensure_budgets
-- A row for every budget, so that there is something to lock.
INSERT INTO budget (programme, rule)
SELECT x.programme, x.rule FROM json_to_recordset(%s::json) AS x(programme text, rule text)
ORDER BY x.programme, x.rule
ON CONFLICT DO NOTHING;

-- name: load_budgets
-- What budgets have used; locked in key order, because every batch that draws on them changes them once.
SELECT b.programme, b.rule, b.uses, b.money_minor, b.points_units
FROM budget b WHERE b.programme = ANY(%s)
ORDER BY b.programme, b.rule
FOR UPDATE;

-- name: read_budgets
-- What budgets have used, for quotes.
SELECT b.programme, b.rule, b.uses, b.money_minor, b.points_units
FROM budget b WHERE b.programme = ANY(%s);

-- name: load_sales
-- Receipts by id, found through their claims.
SELECT r.bucket, r.holder_id, r.receipt_id, r.member_id, r.state, r.revision, r.day, r.recorded_at, r.received_at,
    r.lapses_at, r.content, r.decision, r.progress, r.spend_lots, r.spend_units, r.earned_lots, r.level_won,
    r.request_hash, r.answer, r.variance, r.extras,
    (SELECT count(*) FROM receipt_return t
     WHERE t.bucket = r.bucket AND t.holder_id = r.holder_id AND t.receipt_id = r.receipt_id)
FROM claim c
JOIN receipt r ON r.bucket = c.bucket AND r.holder_id = c.holder_id AND r.receipt_id = c.receipt_id
WHERE c.key = ANY(%s);

-- name: load_named_lots
-- Lots by id, open or closed.
SELECT l.holder_id, l.kind, l.lot, l.amount, l.rest, l.held, l.active_from, l.expires_at, l.earned_at, l.receipt, l.source
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, kind text, lot bigint)
JOIN lot l ON l.bucket = x.bucket AND l.holder_id = x.holder_id AND l.kind = x.kind AND l.lot = x.lot;

-- name: add_claims
-- Takes keys; a row that does not come back was taken by somebody else meanwhile.
INSERT INTO claim (key, content_hash, verb, bucket, holder_id, receipt_id, answer, recorded_at)
SELECT x.key, x.content_hash::bytea, x.verb, x.bucket, x.holder_id, x.receipt_id, x.answer, x.recorded_at
FROM json_to_recordset(%s::json) AS x(key text, content_hash text, verb text, bucket smallint, holder_id text,
    receipt_id text, answer json, recorded_at timestamptz)
ORDER BY x.key
ON CONFLICT (key) DO NOTHING
RETURNING 1;

-- name: add_holders
-- New holders.
INSERT INTO holder (bucket, holder_id, kind, created_at)
SELECT x.bucket, x.holder_id, 'person', x.at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, at timestamptz);

-- name: add_members
-- New members.
INSERT INTO member (bucket, holder_id, member_id, card_types, tags, enrolled_at, shop)
SELECT x.bucket, x.holder_id, x.member_id,
    ARRAY(SELECT json_array_elements_text(x.card_types)), ARRAY(SELECT json_array_elements_text(x.tags)), x.at, x.shop
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, member_id text, card_types json, tags json,
    at timestamptz, shop text);

-- name: add_persons
-- Who the new members are.
INSERT INTO personal.person (member_id, name, phone, email, birthday, language, attributes, updated_at)
SELECT x.member_id, x.name, x.phone, x.email, x.birthday, x.language, x.attributes, x.at
FROM json_to_recordset(%s::json) AS x(member_id text, name text, phone text, email text, birthday date, language text,
    attributes json, at timestamptz);

-- name: add_identifiers
-- What finds the new members; a row that does not come back belongs to somebody else.
INSERT INTO personal.identifier (kind, value, bucket, holder_id, member_id, card_type, created_at)
SELECT x.kind, x.value, x.bucket, x.holder_id, x.member_id, x.card_type, x.at
FROM json_to_recordset(%s::json) AS x(kind text, value text, bucket smallint, holder_id text, member_id text,
    card_type text, at timestamptz)
ORDER BY x.kind, x.value
ON CONFLICT (kind, value) DO NOTHING
RETURNING 1;

-- name: add_consents
-- Consents of the new members.
INSERT INTO personal.consent (member_id, purpose, channel, given, source, recorded_at)
SELECT x.member_id, x.purpose, x.channel, true, 'enrolment', x.at
FROM json_to_recordset(%s::json) AS x(member_id text, purpose text, channel text, at timestamptz)
ON CONFLICT DO NOTHING;

-- name: add_postings
-- Postings.
INSERT INTO posting (bucket, holder_id, kind, version, txn, verb, debit, credit, units, before, after, effective_at,
    recorded_at, receipt, note, actor, lot, active_from, expires_at, previous, hash)
SELECT x.bucket, x.holder_id, x.kind, x.version, x.txn, x.verb, x.debit, x.credit, x.units, x.before, x.after,
    x.effective_at, x.recorded_at, x.receipt, x.note, x.actor, x.lot, x.active_from, x.expires_at,
    x.previous::bytea, x.hash::bytea
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, kind text, version bigint, txn text, verb text,
    debit text, credit text, units bigint, before bigint, after bigint, effective_at timestamptz,
    recorded_at timestamptz, receipt text, note text, actor text, lot bigint, active_from timestamptz,
    expires_at timestamptz, previous text, hash text);

-- name: add_draws
-- Lot draws.
INSERT INTO lot_draw (bucket, holder_id, kind, version, lot, units)
SELECT x.bucket, x.holder_id, x.kind, x.version, x.lot, x.units
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, kind text, version bigint, lot bigint,
    units bigint);

-- name: put_wallets
-- Balances and heads after the batch.
INSERT INTO wallet (bucket, holder_id, kind, balance, deficit, version, head)
SELECT x.bucket, x.holder_id, x.kind, x.balance, x.deficit, x.version, x.head::bytea
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, kind text, balance bigint, deficit bigint,
    version bigint, head text)
ON CONFLICT (bucket, holder_id, kind) DO UPDATE
SET balance = EXCLUDED.balance, deficit = EXCLUDED.deficit, version = EXCLUDED.version, head = EXCLUDED.head;

-- name: put_lots
-- Rests of lots after the batch.
INSERT INTO lot (bucket, holder_id, kind, lot, amount, rest, held, open, active_from, expires_at, earned_at, receipt,
    source)
SELECT x.bucket, x.holder_id, x.kind, x.lot, x.amount, x.rest, x.held, x.rest > 0, x.active_from, x.expires_at,
    x.earned_at, x.receipt, x.source
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, kind text, lot bigint, amount bigint,
    rest bigint, held bigint, active_from timestamptz, expires_at timestamptz, earned_at timestamptz, receipt text,
    source text)
ON CONFLICT (bucket, holder_id, kind, lot) DO UPDATE
SET rest = EXCLUDED.rest, held = EXCLUDED.held, open = EXCLUDED.open;

-- name: put_holds
-- Holds after the batch.
INSERT INTO hold (bucket, holder_id, receipt, revision, kind, units, lots, parts, state, placed_at, lapses_at)
SELECT x.bucket, x.holder_id, x.receipt, x.revision, x.kind, x.units,
    ARRAY(SELECT json_array_elements_text(x.lots)::bigint), ARRAY(SELECT json_array_elements_text(x.parts)::bigint),
    x.state, x.placed_at, x.lapses_at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, receipt text, revision integer, kind text,
    units bigint, lots json, parts json, state text, placed_at timestamptz, lapses_at timestamptz)
ON CONFLICT (bucket, holder_id, receipt, revision) DO UPDATE SET state = EXCLUDED.state;

-- name: move_claims
-- Receipts that were not sold yet are somebody else's.
UPDATE claim c SET bucket = x.to_bucket, holder_id = x.to_holder
FROM json_to_recordset(%s::json) AS x(key text, bucket smallint, holder_id text, to_bucket smallint, to_holder text)
WHERE c.key = x.key AND c.bucket = x.bucket AND c.holder_id = x.holder_id;

-- name: drop_sales
-- What the former owners had of them: nothing was sold, so nothing of it is kept but holds and events.
DELETE FROM receipt r
USING json_to_recordset(%s::json) AS x(receipt_id text, bucket smallint, holder_id text)
WHERE r.bucket = x.bucket AND r.holder_id = x.holder_id AND r.receipt_id = x.receipt_id
    AND r.state IN ('held', 'released');

-- name: put_sales
-- Receipts after the batch.
INSERT INTO receipt (bucket, holder_id, receipt_id, member_id, state, revision, programme, version, shop, sold_at, day,
    recorded_at, received_at, lapses_at, currency, goods_minor, paid_minor, spent_units, content, decision, progress,
    spend_lots, spend_units, earned_lots, level_won, request_hash, answer, variance, extras)
SELECT x.bucket, x.holder_id, x.receipt_id, x.member_id, x.state, x.revision, x.programme, x.version, x.shop,
    x.sold_at, x.day, x.recorded_at, x.received_at, x.lapses_at, x.currency, x.goods_minor, x.paid_minor,
    x.spent_units, x.content, x.decision, x.progress::bigint[], x.spend_lots::bigint[], x.spend_units::bigint[],
    x.earned_lots::bigint[], x.level_won, x.request_hash::bytea, x.answer, x.variance, x.extras
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, receipt_id text, member_id text, state text,
    revision integer, programme text, version integer, shop text, sold_at timestamptz, day date,
    recorded_at timestamptz, received_at timestamptz, lapses_at timestamptz, currency text, goods_minor bigint,
    paid_minor bigint, spent_units bigint, content json, decision json, progress text, spend_lots text,
    spend_units text, earned_lots text, level_won text, request_hash text, answer json, variance json,
    extras json)
ON CONFLICT (bucket, holder_id, receipt_id) DO UPDATE
SET member_id = EXCLUDED.member_id, state = EXCLUDED.state, revision = EXCLUDED.revision,
    programme = EXCLUDED.programme, version = EXCLUDED.version, shop = EXCLUDED.shop, sold_at = EXCLUDED.sold_at,
    day = EXCLUDED.day, recorded_at = EXCLUDED.recorded_at, received_at = EXCLUDED.received_at,
    lapses_at = EXCLUDED.lapses_at, goods_minor = EXCLUDED.goods_minor, paid_minor = EXCLUDED.paid_minor,
    spent_units = EXCLUDED.spent_units, content = EXCLUDED.content, decision = EXCLUDED.decision,
    progress = EXCLUDED.progress, spend_lots = EXCLUDED.spend_lots, spend_units = EXCLUDED.spend_units,
    earned_lots = EXCLUDED.earned_lots, level_won = EXCLUDED.level_won, request_hash = EXCLUDED.request_hash,
    answer = EXCLUDED.answer, variance = EXCLUDED.variance, extras = EXCLUDED.extras;

-- name: add_returns
-- Returns of goods.
INSERT INTO receipt_return (bucket, holder_id, receipt_id, number, return_id, txn, refund_minor, outcome, returned_at,
    recorded_at)
SELECT x.bucket, x.holder_id, x.receipt_id, x.number, x.return_id, x.txn, x.refund_minor, x.outcome, x.returned_at,
    x.recorded_at
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, receipt_id text, number integer, return_id text,
    txn text, refund_minor bigint, outcome json, returned_at timestamptz, recorded_at timestamptz);

-- name: add_strays
-- Returns without a known sale.
INSERT INTO stray_return (return_id, receipt_id, shop, content, recorded_at)
SELECT x.return_id, x.receipt_id, x.shop, x.content, x.recorded_at
FROM json_to_recordset(%s::json) AS x(return_id text, receipt_id text, shop text, content json, recorded_at timestamptz)
ORDER BY x.return_id
ON CONFLICT DO NOTHING;

-- name: put_standings
-- Standings after the batch.
INSERT INTO standing (bucket, holder_id, programme, enrolled_at, level, level_since, spend_minor, receipts, points,
    manual_level, manual_last_on)
SELECT x.bucket, x.holder_id, x.programme, x.enrolled_at, x.level, x.level_since, x.spend_minor, x.receipts, x.points,
    x.manual_level, x.manual_last_on
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, programme text, enrolled_at timestamptz,
    level text, level_since timestamptz, spend_minor bigint, receipts bigint, points bigint, manual_level text,
    manual_last_on date)
ON CONFLICT (bucket, holder_id, programme) DO UPDATE
SET level = EXCLUDED.level, level_since = EXCLUDED.level_since, spend_minor = EXCLUDED.spend_minor,
    receipts = EXCLUDED.receipts, points = EXCLUDED.points, manual_level = EXCLUDED.manual_level,
    manual_last_on = EXCLUDED.manual_last_on;

-- name: add_activity
-- What the batch added to days.
INSERT INTO activity (bucket, holder_id, programme, day, spend_minor, receipts, points)
SELECT x.bucket, x.holder_id, x.programme, x.day, x.spend_minor, x.receipts, x.points
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, programme text, day date, spend_minor bigint,
    receipts bigint, points bigint)
ON CONFLICT (bucket, holder_id, programme, day) DO UPDATE
SET spend_minor = activity.spend_minor + EXCLUDED.spend_minor, receipts = activity.receipts + EXCLUDED.receipts,
    points = activity.points + EXCLUDED.points;

-- name: add_cap_uses
-- What the batch used of members' caps.
INSERT INTO cap_use (bucket, holder_id, programme, rule, period, uses, money_minor, points_units)
SELECT x.bucket, x.holder_id, x.programme, x.rule, x.period, x.uses, x.money_minor, x.points_units
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, programme text, rule text, period text,
    uses bigint, money_minor bigint, points_units bigint)
ON CONFLICT (bucket, holder_id, programme, rule, period) DO UPDATE
SET uses = cap_use.uses + EXCLUDED.uses, money_minor = cap_use.money_minor + EXCLUDED.money_minor,
    points_units = cap_use.points_units + EXCLUDED.points_units;

-- name: add_budget_draws
-- What each transaction used of budgets.
INSERT INTO budget_draw (bucket, holder_id, txn, programme, rule, uses, money_minor, points_units)
SELECT x.bucket, x.holder_id, x.txn, x.programme, x.rule, x.uses, x.money_minor, x.points_units
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, txn text, programme text, rule text,
    uses bigint, money_minor bigint, points_units bigint);

-- name: add_budgets
-- Budgets after the batch: one change per rule, of rows that loading has made and locked. Not an upsert, whose first
-- half would refuse what gives back.
UPDATE budget b
SET uses = b.uses + x.uses, money_minor = b.money_minor + x.money_minor, points_units = b.points_units + x.points_units
FROM (
    SELECT r.programme, r.rule, sum(r.uses) AS uses, sum(r.money_minor) AS money_minor, sum(r.points_units) AS points_units
    FROM json_to_recordset(%s::json) AS r(programme text, rule text, uses bigint, money_minor bigint, points_units bigint)
    GROUP BY r.programme, r.rule
) x
WHERE b.programme = x.programme AND b.rule = x.rule;

-- name: put_perks
-- Perks given, and those that a return took back.
INSERT INTO perk (bucket, holder_id, programme, perk, source, since, last_on, taken_back)
SELECT x.bucket, x.holder_id, x.programme, x.perk, x.source, x.since, x.last_on, x.taken_back
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, programme text, perk text, source text,
    since date, last_on date, taken_back boolean)
ON CONFLICT (bucket, holder_id, programme, perk, source) DO UPDATE
SET last_on = EXCLUDED.last_on, taken_back = EXCLUDED.taken_back;

-- name: add_events
-- The outbox.
INSERT INTO event (bucket, holder_id, event_id, name, occurred_at, recorded_at, receipt, data)
SELECT x.bucket, x.holder_id, x.event_id, x.name, x.occurred_at, x.recorded_at, x.receipt, x.data
FROM json_to_recordset(%s::json) AS x(bucket smallint, holder_id text, event_id text, name text,
    occurred_at timestamptz, recorded_at timestamptz, receipt text, data json);
