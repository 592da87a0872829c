-- Requests about personal data, and acts of erasing persons. An act names nobody: it says what was erased, never what it was.

CREATE SEQUENCE erasure_number;

CREATE TABLE erasure (
    act_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    ground text COLLATE "C" NOT NULL,
    connection_id text COLLATE "C" NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL,
    actor text COLLATE "C" NOT NULL,
    erased_at timestamptz NOT NULL,
    alone boolean NOT NULL,
    counts json NOT NULL,
    points json NOT NULL,
    requests text[] COLLATE "C" NOT NULL DEFAULT '{}',
    sha256 bytea NOT NULL,
    PRIMARY KEY (act_id),
    CONSTRAINT erasure_once UNIQUE (member_id)
);

COMMENT ON TABLE erasure IS 'Insert only: acts of erasing persons, as they are printed. No personal data.';
COMMENT ON COLUMN erasure.act_id IS 'ers_ and a time-sorted id';
COMMENT ON COLUMN erasure.number IS 'number of the act, as it is printed';
COMMENT ON COLUMN erasure.member_id IS 'the id that stood for the person and stands for nobody now';
COMMENT ON COLUMN erasure.ground IS 'why: person (asked), consent (withdrawn), shop (a connected system asked), done (the purpose is reached), other';
COMMENT ON COLUMN erasure.connection_id IS 'the connection that asked; empty where the person did';
COMMENT ON COLUMN erasure.asked_at IS 'when it was asked for';
COMMENT ON COLUMN erasure.actor IS 'who carried it out: the id of staff or of an API key';
COMMENT ON COLUMN erasure.erased_at IS 'when it was carried out';
COMMENT ON COLUMN erasure.alone IS 'whether nobody else used the wallets, so that points burnt and coupons ended';
COMMENT ON COLUMN erasure.counts IS 'how many of each kind of data were erased';
COMMENT ON COLUMN erasure.points IS 'units burnt by points kind; below zero: a deficit that was written off';
COMMENT ON COLUMN erasure.requests IS 'requests that it answers';
COMMENT ON COLUMN erasure.sha256 IS 'hash over all of this, printed on the act and kept in the log of staff';

REVOKE UPDATE, DELETE, TRUNCATE ON erasure FROM CURRENT_USER, PUBLIC;

CREATE TABLE personal.request (
    request_id text COLLATE "C" NOT NULL,
    wish text COLLATE "C" NOT NULL,
    connection_id text COLLATE "C" NOT NULL DEFAULT '',
    origin_sha256 bytea NOT NULL,
    turn integer NOT NULL DEFAULT 1,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    content json NOT NULL DEFAULT '{}',
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'open',
    ended_at timestamptz,
    ended_by text COLLATE "C" NOT NULL DEFAULT '',
    reason text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (request_id),
    CONSTRAINT request_once UNIQUE (connection_id, origin_sha256, turn),
    CONSTRAINT request_wish_known CHECK (wish IN ('export', 'erase', 'erase_all')),
    CONSTRAINT request_state_known CHECK (state IN ('open', 'done', 'dismissed'))
);

CREATE INDEX request_of_member ON personal.request (member_id) WHERE member_id <> '';
CREATE INDEX request_open ON personal.request (due_at, request_id) WHERE state = 'open';

COMMENT ON TABLE personal.request IS 'Requests about personal data: to be told what is known, or to be erased.';
COMMENT ON COLUMN personal.request.request_id IS 'prq_ and a time-sorted id';
COMMENT ON COLUMN personal.request.wish IS 'export, erase, or erase_all: everybody whom a connected shop told of';
COMMENT ON COLUMN personal.request.connection_id IS 'from which connection; empty where staff or a program of the owner wrote it down';
COMMENT ON COLUMN personal.request.origin_sha256 IS 'hash of the sender''s own id: a repeat is the same request';
COMMENT ON COLUMN personal.request.turn IS 'grows where the same sender asks again after an answer, about another member';
COMMENT ON COLUMN personal.request.member_id IS 'the member concerned; empty where nobody of ours was found';
COMMENT ON COLUMN personal.request.content IS 'what the sender said: its ids of the customer and the orders; emptied with the answer';
COMMENT ON COLUMN personal.request.asked_at IS 'when it was asked';
COMMENT ON COLUMN personal.request.due_at IS 'until when it has to be answered';
COMMENT ON COLUMN personal.request.state IS 'open, done or dismissed';
COMMENT ON COLUMN personal.request.ended_at IS 'when it was answered';
COMMENT ON COLUMN personal.request.ended_by IS 'by whom: the id of staff, of an API key, of a connection';
COMMENT ON COLUMN personal.request.reason IS 'why it was dismissed, or how it was answered; erased with the member';

-- What connected shops have asked for so far stood among their documents.
INSERT INTO personal.request
    (request_id, wish, connection_id, origin_sha256, member_id, content, asked_at, due_at)
SELECT 'prq_' || md5(connection_id || ':' || id),
    CASE content ->> 'topic' WHEN 'shop/redact' THEN 'erase_all' WHEN 'customers/redact' THEN 'erase' ELSE 'export' END,
    connection_id, sha256(convert_to(id, 'UTF8')), member_id, content, changed_at, changed_at + interval '30 days'
FROM personal.foreign_document WHERE kind = 'privacy_request';

DELETE FROM personal.foreign_document WHERE kind = 'privacy_request';

COMMENT ON COLUMN posting.verb IS 'close, return, void, adjust, exchange, enrol, expire, action, take_back, birthday, gift, return_gift, payout, erase';
COMMENT ON COLUMN posting.note IS 'the reason that staff gave, the action, the gift, the reference of a payment, or the act of an erasure';
COMMENT ON COLUMN member.status IS 'active, blocked, or erased: then an act says so, and nothing in the schema personal knows the id';
