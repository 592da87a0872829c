-- Systems of shops that speak with us: their keys, the names they use, what they sent, and what we tell them.

CREATE TABLE connection (
    connection_id text COLLATE "C" NOT NULL,
    connector text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    shop text COLLATE "C" NOT NULL DEFAULT '',
    programme text COLLATE "C" NOT NULL DEFAULT '',
    settings json NOT NULL DEFAULT '{}',
    secret_sha256 bytea NOT NULL,
    secret_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (connection_id),
    CONSTRAINT connection_secret_unique UNIQUE (secret_sha256)
);

COMMENT ON TABLE connection IS 'Systems of shops that speak with us by a connector''s protocol.';
COMMENT ON COLUMN connection.connection_id IS 'con_ and a time-sorted id';
COMMENT ON COLUMN connection.connector IS 'the protocol: retailcrm, uds, frontol and so on';
COMMENT ON COLUMN connection.title IS 'its name in the console';
COMMENT ON COLUMN connection.shop IS 'the only shop that it may act for; empty means all';
COMMENT ON COLUMN connection.programme IS 'the programme that it enrols into; empty means that of its shop, or the first';
COMMENT ON COLUMN connection.settings IS 'values of the settings that its connector''s manifest lists';
COMMENT ON COLUMN connection.secret_sha256 IS 'of the connector''s name and the secret: finds the connection of a key that is shown';
COMMENT ON COLUMN connection.secret_sealed IS 'the secret, sealed by the installation''s key: for protocols that sign with it';
COMMENT ON COLUMN connection.created_at IS 'when it was made';
COMMENT ON COLUMN connection.closed_at IS 'since when it is refused';

CREATE TABLE connection_call (
    connection_id text COLLATE "C" NOT NULL,
    call_id text COLLATE "C" NOT NULL,
    called_at timestamptz NOT NULL,
    method text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    status smallint NOT NULL,
    micros bigint NOT NULL,
    outcome text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (connection_id, call_id)
);

COMMENT ON TABLE connection_call IS 'The last calls of each connection, for the console. No bodies and no queries: they name people.';
COMMENT ON COLUMN connection_call.connection_id IS 'the connection';
COMMENT ON COLUMN connection_call.call_id IS 'cll_ and a time-sorted id';
COMMENT ON COLUMN connection_call.called_at IS 'when it came';
COMMENT ON COLUMN connection_call.method IS 'HTTP method';
COMMENT ON COLUMN connection_call.address IS 'path without query';
COMMENT ON COLUMN connection_call.status IS 'HTTP status of the answer';
COMMENT ON COLUMN connection_call.micros IS 'microseconds until answered';
COMMENT ON COLUMN connection_call.outcome IS 'code of the refusal; empty where all went well';

CREATE SEQUENCE number_given;

CREATE TABLE number_of (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (kind, id)
);

COMMENT ON TABLE number_of IS 'Whole numbers for ids of ours, for systems that know ids as numbers only.';
COMMENT ON COLUMN number_of.kind IS 'member, receipt, return, level, programme, sku and so on';
COMMENT ON COLUMN number_of.id IS 'our id';
COMMENT ON COLUMN number_of.number IS 'its number, never given to another';

CREATE TABLE numbered (
    kind text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, number)
);

COMMENT ON TABLE numbered IS 'The same the other way round: what a number means.';
COMMENT ON COLUMN numbered.kind IS 'as in number_of';
COMMENT ON COLUMN numbered.number IS 'the number';
COMMENT ON COLUMN numbered.id IS 'our id';

CREATE TABLE personal.foreign_document (
    connection_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    receipt_id text COLLATE "C" NOT NULL DEFAULT '',
    state text COLLATE "C" NOT NULL DEFAULT '',
    content json NOT NULL,
    changed_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    revision bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (connection_id, kind, id)
);

CREATE INDEX foreign_document_of_member ON personal.foreign_document (member_id) WHERE member_id <> '';
CREATE INDEX foreign_document_of_receipt ON personal.foreign_document (receipt_id) WHERE receipt_id <> '';
CREATE INDEX foreign_document_in_order ON personal.foreign_document (connection_id, kind, written_at, id);

COMMENT ON TABLE personal.foreign_document IS 'Documents as other systems wrote them: orders, customers, counterparties. May name people; erasing a member deletes theirs.';
COMMENT ON COLUMN personal.foreign_document.connection_id IS 'whose document it is';
COMMENT ON COLUMN personal.foreign_document.kind IS 'order, customer, payment, product and so on: the connector''s word';
COMMENT ON COLUMN personal.foreign_document.id IS 'the id there';
COMMENT ON COLUMN personal.foreign_document.member_id IS 'the member concerned; empty while unknown';
COMMENT ON COLUMN personal.foreign_document.receipt_id IS 'our receipt, where there is one';
COMMENT ON COLUMN personal.foreign_document.state IS 'the connector''s word for where it stands; parked: waits for its member';
COMMENT ON COLUMN personal.foreign_document.content IS 'what the other system said, as far as it is needed';
COMMENT ON COLUMN personal.foreign_document.changed_at IS 'when it changed there: an older change never overwrites a newer one';
COMMENT ON COLUMN personal.foreign_document.written_at IS 'when we wrote it down';
COMMENT ON COLUMN personal.foreign_document.revision IS 'grows with every write, so that two writers see each other';

CREATE TABLE personal.inbox (
    connection_id text COLLATE "C" NOT NULL,
    delivery_id text COLLATE "C" NOT NULL,
    topic text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    outcome text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (connection_id, delivery_id)
);

CREATE INDEX inbox_due ON personal.inbox (due_at, delivery_id) WHERE done_at IS NULL;

COMMENT ON TABLE personal.inbox IS 'Webhooks as they came, verified and stored before they were answered; worked through afterwards.';
COMMENT ON COLUMN personal.inbox.connection_id IS 'from where';
COMMENT ON COLUMN personal.inbox.delivery_id IS 'the sender''s id of this fact: a repeat is the same row';
COMMENT ON COLUMN personal.inbox.topic IS 'what it is about, in the sender''s words';
COMMENT ON COLUMN personal.inbox.body IS 'the bytes; emptied some days after they have been worked through';
COMMENT ON COLUMN personal.inbox.received_at IS 'when it came';
COMMENT ON COLUMN personal.inbox.due_at IS 'when to try (again)';
COMMENT ON COLUMN personal.inbox.tries IS 'how often it has been tried';
COMMENT ON COLUMN personal.inbox.done_at IS 'when it was done or given up';
COMMENT ON COLUMN personal.inbox.outcome IS 'code of what became of it; empty where all went well';

CREATE TABLE personal.verification (
    check_id text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    phone text COLLATE "C" NOT NULL DEFAULT '',
    subject text COLLATE "C" NOT NULL DEFAULT '',
    code text COLLATE "C" NOT NULL,
    wrong integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    verified_at timestamptz,
    PRIMARY KEY (check_id)
);

CREATE INDEX verification_by_phone ON personal.verification (phone, created_at);

COMMENT ON TABLE personal.verification IS 'One-time codes sent to people: to prove a phone, to confirm spending.';
COMMENT ON COLUMN personal.verification.check_id IS 'a random UUID, told to whoever will show the code';
COMMENT ON COLUMN personal.verification.purpose IS 'verify_phone, verify_spending and so on';
COMMENT ON COLUMN personal.verification.member_id IS 'the member; empty where there is none yet';
COMMENT ON COLUMN personal.verification.phone IS 'where the code went';
COMMENT ON COLUMN personal.verification.subject IS 'what is confirmed: an order, a receipt';
COMMENT ON COLUMN personal.verification.code IS 'the digits; emptied when verified';
COMMENT ON COLUMN personal.verification.wrong IS 'wrong codes shown so far';
COMMENT ON COLUMN personal.verification.created_at IS 'when it was sent';
COMMENT ON COLUMN personal.verification.expires_at IS 'until when it holds';
COMMENT ON COLUMN personal.verification.verified_at IS 'when the right code was shown';

CREATE TABLE personal.member_code (
    code text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (code)
);

COMMENT ON TABLE personal.member_code IS 'Short-lived codes that members show at a till instead of a card.';
COMMENT ON COLUMN personal.member_code.code IS 'the digits';
COMMENT ON COLUMN personal.member_code.member_id IS 'whose';
COMMENT ON COLUMN personal.member_code.created_at IS 'since when';
COMMENT ON COLUMN personal.member_code.expires_at IS 'until when';
COMMENT ON COLUMN personal.member_code.used_by IS 'the receipt that consumed it';

CREATE TABLE personal.message (
    message_id text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    content text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    sent_at timestamptz,
    PRIMARY KEY (message_id)
);

COMMENT ON TABLE personal.message IS 'Messages to people, waiting for a channel to send them.';
COMMENT ON COLUMN personal.message.message_id IS 'msg_ and a time-sorted id';
COMMENT ON COLUMN personal.message.channel IS 'sms, email and so on';
COMMENT ON COLUMN personal.message.address IS 'phone or e-mail';
COMMENT ON COLUMN personal.message.member_id IS 'to whom; empty where nobody of ours';
COMMENT ON COLUMN personal.message.content IS 'the text';
COMMENT ON COLUMN personal.message.created_at IS 'since when it waits';
COMMENT ON COLUMN personal.message.expires_at IS 'when it has no meaning any more';
COMMENT ON COLUMN personal.message.sent_at IS 'when a channel took it';

-- Events in the order of their commit: `place` grows within a holder, who is locked while events are written; `txid`
-- says which events can no longer be joined by earlier ones.
CREATE SEQUENCE event_place;
ALTER TABLE event ADD COLUMN place bigint NOT NULL DEFAULT nextval('event_place');
ALTER TABLE event ADD COLUMN txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX event_by_txid ON event USING brin (txid) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX event_by_recorded_at ON event USING brin (recorded_at) WITH (pages_per_range = 16, autosummarize = on);

COMMENT ON COLUMN event.place IS 'order of events: grows within a holder';
COMMENT ON COLUMN event.txid IS 'the transaction that wrote it: all below the oldest running one are complete';

CREATE TABLE subscription (
    subscription_id text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL DEFAULT '',
    address text COLLATE "C" NOT NULL,
    names text[] COLLATE "C" NOT NULL DEFAULT '{}',
    format text COLLATE "C" NOT NULL,
    connection_id text COLLATE "C" NOT NULL DEFAULT '',
    secret_sealed bytea NOT NULL,
    former_sealed bytea,
    former_until timestamptz,
    state text COLLATE "C" NOT NULL DEFAULT 'active',
    state_at timestamptz NOT NULL,
    reason text COLLATE "C" NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_state_known CHECK (state IN ('active', 'paused', 'stopped', 'deleted'))
);

COMMENT ON TABLE subscription IS 'Addresses that are told of events.';
COMMENT ON COLUMN subscription.subscription_id IS 'sub_ and a time-sorted id';
COMMENT ON COLUMN subscription.title IS 'its name in the console';
COMMENT ON COLUMN subscription.address IS 'where to POST';
COMMENT ON COLUMN subscription.names IS 'names of events; none means all';
COMMENT ON COLUMN subscription.format IS 'cloudevents, cloudevents-binary, standard, or a connector''s own';
COMMENT ON COLUMN subscription.connection_id IS 'the connection that a connector''s own format signs for';
COMMENT ON COLUMN subscription.secret_sealed IS 'the signing secret, sealed';
COMMENT ON COLUMN subscription.former_sealed IS 'the secret before, which signs too while it is changed';
COMMENT ON COLUMN subscription.former_until IS 'until when';
COMMENT ON COLUMN subscription.state IS 'active, paused by staff, stopped after the last try or by the receiver, deleted';
COMMENT ON COLUMN subscription.state_at IS 'since when';
COMMENT ON COLUMN subscription.reason IS 'why it is stopped';
COMMENT ON COLUMN subscription.created_at IS 'when it was made';

CREATE TABLE outbox_state (
    single boolean NOT NULL DEFAULT true,
    txid bigint NOT NULL,
    PRIMARY KEY (single),
    CONSTRAINT outbox_state_only CHECK (single)
);

COMMENT ON TABLE outbox_state IS 'One row: how far events have been handed to subscriptions.';
COMMENT ON COLUMN outbox_state.single IS 'there is one row';
COMMENT ON COLUMN outbox_state.txid IS 'events of transactions below this one have been handed on';

INSERT INTO outbox_state (txid) VALUES (pg_snapshot_xmin(pg_current_snapshot())::text::bigint);

CREATE TABLE delivery (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    place bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'waiting',
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    tried_at timestamptz,
    status smallint,
    micros bigint,
    note text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (bucket, holder_id, subscription_id, event_id),
    CONSTRAINT delivery_state_known CHECK (state IN ('waiting', 'delivered', 'skipped'))
);

CREATE INDEX delivery_waiting ON delivery (subscription_id, holder_id, place) WHERE state = 'waiting';
CREATE INDEX delivery_newest ON delivery (subscription_id, place);

COMMENT ON TABLE delivery IS 'Which event goes to which subscription, and what became of it. One member''s events go in their order.';
COMMENT ON COLUMN delivery.subscription_id IS 'the subscription';
COMMENT ON COLUMN delivery.event_id IS 'the event; the webhook''s id over all tries';
COMMENT ON COLUMN delivery.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN delivery.holder_id IS 'the holder';
COMMENT ON COLUMN delivery.place IS 'the event''s place';
COMMENT ON COLUMN delivery.name IS 'the event''s name';
COMMENT ON COLUMN delivery.state IS 'waiting, delivered, skipped by staff';
COMMENT ON COLUMN delivery.tries IS 'how often it has been tried';
COMMENT ON COLUMN delivery.due_at IS 'when to try (again)';
COMMENT ON COLUMN delivery.tried_at IS 'the last try';
COMMENT ON COLUMN delivery.status IS 'HTTP status of the last answer; null where none came';
COMMENT ON COLUMN delivery.micros IS 'microseconds until it came';
COMMENT ON COLUMN delivery.note IS 'why it failed';
