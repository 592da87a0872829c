-- The whole first schema. Tables owned by a wallet start their key with (bucket, holder_id); look-ups are keyed by
-- the value looked up; reference tables are small. Whatever tells who a person is stands in the schema "personal".

CREATE SCHEMA personal;
COMMENT ON SCHEMA personal IS 'Everything about persons: the only place to erase. The rest of the database names ids only.';

CREATE TABLE holder (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL DEFAULT 'person',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, holder_id),
    CONSTRAINT holder_kind_known CHECK (kind IN ('person', 'household', 'company'))
);

COMMENT ON TABLE holder IS 'A person, household or company that owns wallets. Locked (in key order) by whoever changes anything it owns.';
COMMENT ON COLUMN holder.bucket IS '0 to 255, from the holder id, stored for distribution';
COMMENT ON COLUMN holder.holder_id IS 'hdr_ and a time-sorted id';
COMMENT ON COLUMN holder.kind IS 'person, household or company';
COMMENT ON COLUMN holder.created_at IS 'when the holder came to be';

CREATE TABLE member (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL DEFAULT 'active',
    card_types text[] COLLATE "C" NOT NULL DEFAULT '{}',
    tags text[] COLLATE "C" NOT NULL DEFAULT '{}',
    spend_max_units bigint,
    enrolled_at timestamptz NOT NULL,
    shop text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (bucket, holder_id, member_id),
    CONSTRAINT member_status_known CHECK (status IN ('active', 'blocked', 'erased'))
);

COMMENT ON TABLE member IS 'A participant: an id that stands for a person everywhere outside the schema personal.';
COMMENT ON COLUMN member.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN member.holder_id IS 'whose wallets the member uses';
COMMENT ON COLUMN member.member_id IS 'mem_ and a time-sorted id';
COMMENT ON COLUMN member.status IS 'active, blocked, or erased';
COMMENT ON COLUMN member.card_types IS 'types of the cards held, for rules';
COMMENT ON COLUMN member.tags IS 'free labels, for rules';
COMMENT ON COLUMN member.spend_max_units IS 'the most that this member may spend on one receipt, in smallest units; null means no limit';
COMMENT ON COLUMN member.enrolled_at IS 'when the member joined';
COMMENT ON COLUMN member.shop IS 'where the member joined';

CREATE TABLE standing (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    enrolled_at timestamptz NOT NULL,
    level text COLLATE "C" NOT NULL DEFAULT '',
    level_since timestamptz,
    spend_minor bigint NOT NULL DEFAULT 0,
    receipts bigint NOT NULL DEFAULT 0,
    points bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (bucket, holder_id, programme)
);

COMMENT ON TABLE standing IS 'Projection: a holder in one programme, totals of what was finally kept.';
COMMENT ON COLUMN standing.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN standing.holder_id IS 'the holder';
COMMENT ON COLUMN standing.programme IS 'the programme';
COMMENT ON COLUMN standing.enrolled_at IS 'when the holder came to this programme';
COMMENT ON COLUMN standing.level IS 'the level last written; what holds now follows from the totals';
COMMENT ON COLUMN standing.level_since IS 'since when';
COMMENT ON COLUMN standing.spend_minor IS 'money kept spent, all time, minor units';
COMMENT ON COLUMN standing.receipts IS 'receipts kept, all time';
COMMENT ON COLUMN standing.points IS 'points earned that count to levels, all time, smallest units';

CREATE TABLE activity (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    day date NOT NULL,
    spend_minor bigint NOT NULL,
    receipts bigint NOT NULL,
    points bigint NOT NULL,
    PRIMARY KEY (bucket, holder_id, programme, day)
);

COMMENT ON TABLE activity IS 'Projection: a holder''s kept purchases by local day of the programme, for level windows.';
COMMENT ON COLUMN activity.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN activity.holder_id IS 'the holder';
COMMENT ON COLUMN activity.programme IS 'the programme';
COMMENT ON COLUMN activity.day IS 'the local day of the sales';
COMMENT ON COLUMN activity.spend_minor IS 'money kept spent on that day';
COMMENT ON COLUMN activity.receipts IS 'receipts kept of that day';
COMMENT ON COLUMN activity.points IS 'points of that day that count to levels';

CREATE TABLE cap_use (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    uses bigint NOT NULL,
    money_minor bigint NOT NULL,
    points_units bigint NOT NULL,
    PRIMARY KEY (bucket, holder_id, programme, rule, period)
);

COMMENT ON TABLE cap_use IS 'Projection: what a member''s cap of a rule has used in a period.';
COMMENT ON COLUMN cap_use.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN cap_use.holder_id IS 'the holder';
COMMENT ON COLUMN cap_use.programme IS 'the programme';
COMMENT ON COLUMN cap_use.rule IS 'the capped rule';
COMMENT ON COLUMN cap_use.period IS '2026-11-21, 2026-W47, 2026-11, 2026 or ever';
COMMENT ON COLUMN cap_use.uses IS 'times used';
COMMENT ON COLUMN cap_use.money_minor IS 'money given';
COMMENT ON COLUMN cap_use.points_units IS 'points given';

CREATE TABLE wallet (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    balance bigint NOT NULL,
    deficit bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL,
    head bytea NOT NULL,
    PRIMARY KEY (bucket, holder_id, kind),
    CONSTRAINT wallet_deficit_not_negative CHECK (deficit >= 0)
);

COMMENT ON TABLE wallet IS 'Projection: a holder''s balance of one points kind and the head of its chain.';
COMMENT ON COLUMN wallet.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN wallet.holder_id IS 'the holder';
COMMENT ON COLUMN wallet.kind IS 'the points kind';
COMMENT ON COLUMN wallet.balance IS 'rests of all lots less the deficit, smallest units';
COMMENT ON COLUMN wallet.deficit IS 'what returns took beyond the lots; the next earning fills it';
COMMENT ON COLUMN wallet.version IS 'number of the last posting';
COMMENT ON COLUMN wallet.head IS 'hash of the last posting';

CREATE TABLE posting (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    txn text COLLATE "C" NOT NULL,
    verb text COLLATE "C" NOT NULL,
    debit text COLLATE "C" NOT NULL,
    credit text COLLATE "C" NOT NULL,
    units bigint NOT NULL,
    before bigint NOT NULL,
    after bigint NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    receipt text COLLATE "C" NOT NULL DEFAULT '',
    note text COLLATE "C" NOT NULL DEFAULT '',
    actor text COLLATE "C" NOT NULL DEFAULT '',
    lot bigint NOT NULL DEFAULT 0,
    active_from timestamptz,
    expires_at timestamptz,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (bucket, holder_id, kind, version),
    CONSTRAINT posting_units_positive CHECK (units > 0),
    CONSTRAINT posting_names_wallet CHECK ((debit = 'wallet') <> (credit = 'wallet'))
);

CREATE INDEX posting_recorded ON posting (recorded_at);

COMMENT ON TABLE posting IS 'Insert only: a positive amount from a debit to a credit account, one of which is the wallet.';
COMMENT ON COLUMN posting.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN posting.holder_id IS 'the holder';
COMMENT ON COLUMN posting.kind IS 'the points kind';
COMMENT ON COLUMN posting.version IS 'number within the wallet, from 1 without gaps';
COMMENT ON COLUMN posting.txn IS 'the transaction: all postings of one command share it';
COMMENT ON COLUMN posting.verb IS 'close, return, void, adjust, exchange, enrol, expire';
COMMENT ON COLUMN posting.debit IS 'the account that gives';
COMMENT ON COLUMN posting.credit IS 'the account that gets';
COMMENT ON COLUMN posting.units IS 'how much, smallest units';
COMMENT ON COLUMN posting.before IS 'the wallet''s balance before';
COMMENT ON COLUMN posting.after IS 'the wallet''s balance after';
COMMENT ON COLUMN posting.effective_at IS 'the moment of the sale or of the expiry';
COMMENT ON COLUMN posting.recorded_at IS 'the moment of the booking';
COMMENT ON COLUMN posting.receipt IS 'the receipt, where one caused it';
COMMENT ON COLUMN posting.note IS 'the reason that staff gave, or the gift';
COMMENT ON COLUMN posting.actor IS 'the id of whoever did it, where a person did';
COMMENT ON COLUMN posting.lot IS 'the lot that this credit made (its own version), else 0';
COMMENT ON COLUMN posting.active_from IS 'from when the lot can be spent';
COMMENT ON COLUMN posting.expires_at IS 'the first instant at which the lot cannot be spent any more; null means never';
COMMENT ON COLUMN posting.previous IS 'hash of the posting before, zeroes at first';
COMMENT ON COLUMN posting.hash IS 'sha256 over all of this and its draws';

CREATE TABLE lot (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    lot bigint NOT NULL,
    amount bigint NOT NULL,
    rest bigint NOT NULL,
    held bigint NOT NULL DEFAULT 0,
    open boolean NOT NULL,
    active_from timestamptz NOT NULL,
    expires_at timestamptz,
    earned_at timestamptz NOT NULL,
    receipt text COLLATE "C" NOT NULL DEFAULT '',
    source text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (bucket, holder_id, kind, lot),
    CONSTRAINT lot_open_says_rest CHECK (open = (rest > 0)),
    CONSTRAINT lot_rest_within CHECK (rest >= 0 AND rest <= amount),
    CONSTRAINT lot_held_within CHECK (held >= 0 AND held <= rest)
);

CREATE INDEX lot_open ON lot (bucket, holder_id) WHERE open;

CREATE INDEX lot_due ON lot (expires_at) WHERE open;

COMMENT ON TABLE lot IS 'Projection: what a wallet consists of; made by a credit posting, drawn by later ones.';
COMMENT ON COLUMN lot.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN lot.holder_id IS 'the holder';
COMMENT ON COLUMN lot.kind IS 'the points kind';
COMMENT ON COLUMN lot.lot IS 'version of the posting that made it';
COMMENT ON COLUMN lot.amount IS 'units at first';
COMMENT ON COLUMN lot.rest IS 'units not drawn yet';
COMMENT ON COLUMN lot.held IS 'of these, reserved by holds';
COMMENT ON COLUMN lot.open IS 'whether anything is left; a column of its own, so that a draw does not touch an index';
COMMENT ON COLUMN lot.active_from IS 'from when it can be spent';
COMMENT ON COLUMN lot.expires_at IS 'until when; null means never';
COMMENT ON COLUMN lot.earned_at IS 'the sale''s moment';
COMMENT ON COLUMN lot.receipt IS 'the receipt that earned it';
COMMENT ON COLUMN lot.source IS 'the account that issued it';

CREATE TABLE lot_draw (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    lot bigint NOT NULL,
    units bigint NOT NULL,
    PRIMARY KEY (bucket, holder_id, kind, version, lot)
);

COMMENT ON TABLE lot_draw IS 'Insert only: units that a posting took from a lot (negative: put back).';
COMMENT ON COLUMN lot_draw.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN lot_draw.holder_id IS 'the holder';
COMMENT ON COLUMN lot_draw.kind IS 'the points kind';
COMMENT ON COLUMN lot_draw.version IS 'the posting';
COMMENT ON COLUMN lot_draw.lot IS 'the lot';
COMMENT ON COLUMN lot_draw.units IS 'how much';

CREATE TABLE hold (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    receipt text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    units bigint NOT NULL,
    lots bigint[] NOT NULL,
    parts bigint[] NOT NULL,
    state text COLLATE "C" NOT NULL,
    placed_at timestamptz NOT NULL,
    lapses_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, holder_id, receipt, revision),
    CONSTRAINT hold_state_known CHECK (state IN ('held', 'posted', 'released', 'lapsed'))
);

CREATE INDEX hold_live ON hold (bucket, holder_id) WHERE state = 'held';

COMMENT ON TABLE hold IS 'Projection: points reserved for a receipt.';
COMMENT ON COLUMN hold.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN hold.holder_id IS 'the holder';
COMMENT ON COLUMN hold.receipt IS 'the receipt';
COMMENT ON COLUMN hold.revision IS 'number of the hold within the receipt, from 1';
COMMENT ON COLUMN hold.kind IS 'the points kind; empty where nothing is reserved';
COMMENT ON COLUMN hold.units IS 'how much is reserved';
COMMENT ON COLUMN hold.lots IS 'the lots reserved';
COMMENT ON COLUMN hold.parts IS 'units of each of them';
COMMENT ON COLUMN hold.state IS 'held, posted, released or lapsed';
COMMENT ON COLUMN hold.placed_at IS 'when it was placed';
COMMENT ON COLUMN hold.lapses_at IS 'when it ends by itself';

CREATE TABLE receipt (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    receipt_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    state text COLLATE "C" NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    programme text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    shop text COLLATE "C" NOT NULL,
    sold_at timestamptz NOT NULL,
    day date NOT NULL,
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    lapses_at timestamptz,
    currency text COLLATE "C" NOT NULL,
    goods_minor bigint NOT NULL,
    paid_minor bigint NOT NULL,
    spent_units bigint NOT NULL DEFAULT 0,
    content json NOT NULL,
    decision json NOT NULL,
    progress bigint[] NOT NULL DEFAULT '{}',
    spend_lots bigint[] NOT NULL DEFAULT '{}',
    spend_units bigint[] NOT NULL DEFAULT '{}',
    earned_lots bigint[] NOT NULL DEFAULT '{}',
    level_won text COLLATE "C" NOT NULL DEFAULT '',
    request_hash bytea NOT NULL,
    answer json NOT NULL DEFAULT '{}',
    variance json,
    PRIMARY KEY (bucket, holder_id, receipt_id),
    CONSTRAINT receipt_state_known CHECK (state IN ('held', 'closed', 'voided', 'released'))
);

CREATE INDEX receipt_recent ON receipt (recorded_at);

CREATE INDEX receipt_of_holder ON receipt (bucket, holder_id, sold_at);

COMMENT ON TABLE receipt IS 'A receipt with its Decision. Content and Decision of a closed one never change; state and progress do.';
COMMENT ON COLUMN receipt.bucket IS 'the holder''s bucket; a guest''s comes from the receipt id';
COMMENT ON COLUMN receipt.holder_id IS 'the holder; a guest receipt is a holder of its own';
COMMENT ON COLUMN receipt.receipt_id IS 'made by the client, unique over the organisation';
COMMENT ON COLUMN receipt.member_id IS 'the member; empty for a guest';
COMMENT ON COLUMN receipt.state IS 'held, closed, voided or released';
COMMENT ON COLUMN receipt.revision IS 'number of the last hold';
COMMENT ON COLUMN receipt.programme IS 'the programme that decided';
COMMENT ON COLUMN receipt.version IS 'its version';
COMMENT ON COLUMN receipt.shop IS 'where';
COMMENT ON COLUMN receipt.sold_at IS 'the sale''s moment';
COMMENT ON COLUMN receipt.day IS 'its local day in the programme''s zone';
COMMENT ON COLUMN receipt.recorded_at IS 'when it was booked';
COMMENT ON COLUMN receipt.received_at IS 'when the door got it';
COMMENT ON COLUMN receipt.lapses_at IS 'when the hold ends by itself';
COMMENT ON COLUMN receipt.currency IS 'ISO 4217';
COMMENT ON COLUMN receipt.goods_minor IS 'sums of the goods before any discount';
COMMENT ON COLUMN receipt.paid_minor IS 'paid with money';
COMMENT ON COLUMN receipt.spent_units IS 'paid with points, smallest units';
COMMENT ON COLUMN receipt.content IS 'the receipt as decided';
COMMENT ON COLUMN receipt.decision IS 'the Decision';
COMMENT ON COLUMN receipt.progress IS 'how much of each line has come back';
COMMENT ON COLUMN receipt.spend_lots IS 'lots drawn, in order';
COMMENT ON COLUMN receipt.spend_units IS 'units drawn from each';
COMMENT ON COLUMN receipt.earned_lots IS 'the lot of each Earned of the Decision';
COMMENT ON COLUMN receipt.level_won IS 'the level that this receipt lifted its buyer to';
COMMENT ON COLUMN receipt.request_hash IS 'hash of the request that decided last; a repeat gets the stored answer';
COMMENT ON COLUMN receipt.answer IS 'balances after, as they were told to the door';
COMMENT ON COLUMN receipt.variance IS 'where the till took other sums than decided';

CREATE TABLE receipt_return (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    receipt_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    return_id text COLLATE "C" NOT NULL,
    txn text COLLATE "C" NOT NULL,
    refund_minor bigint NOT NULL,
    outcome json NOT NULL,
    returned_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, holder_id, receipt_id, number)
);

COMMENT ON TABLE receipt_return IS 'Insert only: one return of goods of a receipt.';
COMMENT ON COLUMN receipt_return.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN receipt_return.holder_id IS 'the holder';
COMMENT ON COLUMN receipt_return.receipt_id IS 'the receipt';
COMMENT ON COLUMN receipt_return.number IS 'number of the return within the receipt, from 1';
COMMENT ON COLUMN receipt_return.return_id IS 'made by the client';
COMMENT ON COLUMN receipt_return.txn IS 'the ledger transaction';
COMMENT ON COLUMN receipt_return.refund_minor IS 'money to pay out';
COMMENT ON COLUMN receipt_return.outcome IS 'what was mirrored';
COMMENT ON COLUMN receipt_return.returned_at IS 'the moment of the return';
COMMENT ON COLUMN receipt_return.recorded_at IS 'the booking';

CREATE TABLE stray_return (
    return_id text COLLATE "C" NOT NULL,
    receipt_id text COLLATE "C" NOT NULL,
    shop text COLLATE "C" NOT NULL,
    content json NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (return_id)
);

COMMENT ON TABLE stray_return IS 'Insert only: a return without a known sale, recorded for people to look at, never guessed.';
COMMENT ON COLUMN stray_return.return_id IS 'made by the client';
COMMENT ON COLUMN stray_return.receipt_id IS 'the sale that it names';
COMMENT ON COLUMN stray_return.shop IS 'where';
COMMENT ON COLUMN stray_return.content IS 'what came';
COMMENT ON COLUMN stray_return.recorded_at IS 'the booking';

CREATE TABLE claim (
    key text COLLATE "C" NOT NULL,
    content_hash bytea NOT NULL,
    verb text COLLATE "C" NOT NULL,
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    receipt_id text COLLATE "C" NOT NULL DEFAULT '',
    answer json NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (key)
);

COMMENT ON TABLE claim IS 'Insert only: receipt ids and idempotency keys, unique over the organisation, with the stored answer.';
COMMENT ON COLUMN claim.key IS 'rcp:<receipt id>, ret:<return id>, or key:<client>:<key>';
COMMENT ON COLUMN claim.content_hash IS 'hash of the business content';
COMMENT ON COLUMN claim.verb IS 'the verb that was answered';
COMMENT ON COLUMN claim.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN claim.holder_id IS 'the holder';
COMMENT ON COLUMN claim.receipt_id IS 'the receipt, where the verb has one';
COMMENT ON COLUMN claim.answer IS 'ids, codes and amounts; never a name or phone';
COMMENT ON COLUMN claim.recorded_at IS 'the booking';

CREATE TABLE event (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    receipt text COLLATE "C" NOT NULL DEFAULT '',
    data json NOT NULL,
    PRIMARY KEY (bucket, holder_id, event_id)
);

COMMENT ON TABLE event IS 'Insert only: facts that happened, written with the entries; delivered later.';
COMMENT ON COLUMN event.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN event.holder_id IS 'the holder; empty where nobody is concerned';
COMMENT ON COLUMN event.event_id IS 'evt_ and a time-sorted id';
COMMENT ON COLUMN event.name IS 'receipt.closed and so on';
COMMENT ON COLUMN event.occurred_at IS 'the fact''s moment';
COMMENT ON COLUMN event.recorded_at IS 'the booking';
COMMENT ON COLUMN event.receipt IS 'the receipt, where one is concerned';
COMMENT ON COLUMN event.data IS 'ids, codes and amounts';

CREATE TABLE budget (
    programme text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    uses bigint NOT NULL DEFAULT 0,
    money_minor bigint NOT NULL DEFAULT 0,
    points_units bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (programme, rule),
    CONSTRAINT budget_not_negative CHECK (uses >= 0 AND money_minor >= 0 AND points_units >= 0)
);

COMMENT ON TABLE budget IS 'Projection: what everybody together has used of a rule''s budget; changed once per batch.';
COMMENT ON COLUMN budget.programme IS 'the programme';
COMMENT ON COLUMN budget.rule IS 'the rule';
COMMENT ON COLUMN budget.uses IS 'times used';
COMMENT ON COLUMN budget.money_minor IS 'money given';
COMMENT ON COLUMN budget.points_units IS 'points given';

CREATE TABLE budget_draw (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    txn text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    uses bigint NOT NULL,
    money_minor bigint NOT NULL,
    points_units bigint NOT NULL,
    PRIMARY KEY (bucket, holder_id, txn, programme, rule)
);

COMMENT ON TABLE budget_draw IS 'Insert only: what one transaction used of a budget (negative: gave back).';
COMMENT ON COLUMN budget_draw.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN budget_draw.holder_id IS 'the holder';
COMMENT ON COLUMN budget_draw.txn IS 'the transaction';
COMMENT ON COLUMN budget_draw.programme IS 'the programme';
COMMENT ON COLUMN budget_draw.rule IS 'the rule';
COMMENT ON COLUMN budget_draw.uses IS 'times';
COMMENT ON COLUMN budget_draw.money_minor IS 'money';
COMMENT ON COLUMN budget_draw.points_units IS 'points';

CREATE TABLE programme_version (
    programme text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    valid_from timestamptz NOT NULL,
    content text COLLATE "C" NOT NULL,
    sha256 bytea NOT NULL,
    published_at timestamptz NOT NULL,
    published_by text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (programme, version)
);

COMMENT ON TABLE programme_version IS 'Insert only: every published text of a programme document.';
COMMENT ON COLUMN programme_version.programme IS 'the programme';
COMMENT ON COLUMN programme_version.version IS 'from 1';
COMMENT ON COLUMN programme_version.valid_from IS 'from when it decides';
COMMENT ON COLUMN programme_version.content IS 'the document as written';
COMMENT ON COLUMN programme_version.sha256 IS 'of the content';
COMMENT ON COLUMN programme_version.published_at IS 'when it was published';
COMMENT ON COLUMN programme_version.published_by IS 'by whom: the id of a key or of staff';

CREATE TABLE shop (
    shop text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL DEFAULT '',
    zone text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    groups text[] COLLATE "C" NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (shop)
);

COMMENT ON TABLE shop IS 'Places of sale.';
COMMENT ON COLUMN shop.shop IS 'the id that tills say';
COMMENT ON COLUMN shop.title IS 'its name';
COMMENT ON COLUMN shop.zone IS 'IANA time zone';
COMMENT ON COLUMN shop.programme IS 'the shopper programme that it runs';
COMMENT ON COLUMN shop.groups IS 'groups for rules, such as outlet';
COMMENT ON COLUMN shop.created_at IS 'when it was added';

CREATE TABLE till (
    shop text COLLATE "C" NOT NULL,
    till text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (shop, till)
);

COMMENT ON TABLE till IS 'Cash desks of a shop.';
COMMENT ON COLUMN till.shop IS 'the shop';
COMMENT ON COLUMN till.till IS 'the id that the till says';
COMMENT ON COLUMN till.title IS 'its name';
COMMENT ON COLUMN till.created_at IS 'when it was added';

CREATE TABLE product (
    sku text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL DEFAULT '',
    category text[] COLLATE "C" NOT NULL DEFAULT '{}',
    brand text COLLATE "C" NOT NULL DEFAULT '',
    tags text[] COLLATE "C" NOT NULL DEFAULT '{}',
    product_class text COLLATE "C" NOT NULL DEFAULT '',
    vat text COLLATE "C" NOT NULL DEFAULT '',
    floor_minor bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (sku)
);

COMMENT ON TABLE product IS 'The catalogue: fills in what a receipt''s line does not say.';
COMMENT ON COLUMN product.sku IS 'the id that tills say';
COMMENT ON COLUMN product.title IS 'its name';
COMMENT ON COLUMN product.category IS 'path of categories, widest first';
COMMENT ON COLUMN product.brand IS 'its brand';
COMMENT ON COLUMN product.tags IS 'free labels';
COMMENT ON COLUMN product.product_class IS 'tobacco, alcohol, certificate, or a class of the programme';
COMMENT ON COLUMN product.vat IS 'VAT rate as the till writes it';
COMMENT ON COLUMN product.floor_minor IS 'the least price of one piece, minor units';
COMMENT ON COLUMN product.updated_at IS 'last change';

CREATE TABLE product_class (
    product_class text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (product_class)
);

COMMENT ON TABLE product_class IS 'Names of product classes.';
COMMENT ON COLUMN product_class.product_class IS 'the id used by products and programmes';
COMMENT ON COLUMN product_class.title IS 'its name';

CREATE TABLE catalogue_state (
    single boolean NOT NULL DEFAULT true,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (single),
    CONSTRAINT catalogue_state_only CHECK (single)
);

COMMENT ON TABLE catalogue_state IS 'One row: counts changes of products, shops and programmes, so that caches know when to read again.';
COMMENT ON COLUMN catalogue_state.single IS 'there is one row';
COMMENT ON COLUMN catalogue_state.version IS 'grows with every change';

INSERT INTO catalogue_state DEFAULT VALUES;

CREATE TABLE api_key (
    key_id text COLLATE "C" NOT NULL,
    secret_sha256 bytea NOT NULL,
    title text COLLATE "C" NOT NULL,
    scopes text[] COLLATE "C" NOT NULL,
    shop text COLLATE "C" NOT NULL DEFAULT '',
    till text COLLATE "C" NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (key_id),
    CONSTRAINT api_key_secret_unique UNIQUE (secret_sha256)
);

COMMENT ON TABLE api_key IS 'Keys of tills, shops and partners. The secret itself is not kept.';
COMMENT ON COLUMN api_key.key_id IS 'key_ and a time-sorted id';
COMMENT ON COLUMN api_key.secret_sha256 IS 'of the secret';
COMMENT ON COLUMN api_key.title IS 'what it is for';
COMMENT ON COLUMN api_key.scopes IS 'what it may do';
COMMENT ON COLUMN api_key.shop IS 'the only shop that it may act for; empty means all';
COMMENT ON COLUMN api_key.till IS 'the only till';
COMMENT ON COLUMN api_key.created_at IS 'when it was made';
COMMENT ON COLUMN api_key.revoked_at IS 'since when it is refused';

CREATE TABLE staff (
    staff_id text COLLATE "C" NOT NULL,
    login text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL DEFAULT '',
    password_hash text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL DEFAULT 'ru',
    shop text COLLATE "C" NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    blocked_at timestamptz,
    PRIMARY KEY (staff_id),
    CONSTRAINT staff_login_unique UNIQUE (login)
);

COMMENT ON TABLE staff IS 'People who sign in to the console and the till.';
COMMENT ON COLUMN staff.staff_id IS 'stf_ and a time-sorted id';
COMMENT ON COLUMN staff.login IS 'what they type';
COMMENT ON COLUMN staff.name IS 'what is shown';
COMMENT ON COLUMN staff.password_hash IS 'argon2';
COMMENT ON COLUMN staff.role IS 'owner, marketer, support or cashier';
COMMENT ON COLUMN staff.language IS 'of the screens';
COMMENT ON COLUMN staff.shop IS 'the cashier''s shop';
COMMENT ON COLUMN staff.created_at IS 'when the account was made';
COMMENT ON COLUMN staff.blocked_at IS 'since when it is refused';

CREATE TABLE staff_session (
    session_sha256 bytea NOT NULL,
    staff_id text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (session_sha256)
);

COMMENT ON TABLE staff_session IS 'Signed-in browsers.';
COMMENT ON COLUMN staff_session.session_sha256 IS 'of the cookie''s secret';
COMMENT ON COLUMN staff_session.staff_id IS 'who';
COMMENT ON COLUMN staff_session.created_at IS 'when they signed in';
COMMENT ON COLUMN staff_session.expires_at IS 'when it ends';

CREATE TABLE staff_action (
    action_id text COLLATE "C" NOT NULL,
    staff_id text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL DEFAULT '',
    detail json,
    done_at timestamptz NOT NULL,
    PRIMARY KEY (action_id)
);

COMMENT ON TABLE staff_action IS 'Insert only: what staff did, for the audit log.';
COMMENT ON COLUMN staff_action.action_id IS 'act_ and a time-sorted id';
COMMENT ON COLUMN staff_action.staff_id IS 'who';
COMMENT ON COLUMN staff_action.action IS 'what';
COMMENT ON COLUMN staff_action.subject IS 'the id that it was done to';
COMMENT ON COLUMN staff_action.detail IS 'parameters; no personal data';
COMMENT ON COLUMN staff_action.done_at IS 'when';

CREATE TABLE daily_root (
    day date NOT NULL,
    wallets bigint NOT NULL,
    root bytea NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (day)
);

COMMENT ON TABLE daily_root IS 'Insert only: one hash over all wallet heads of a day; also kept outside the database.';
COMMENT ON COLUMN daily_root.day IS 'the day that ended';
COMMENT ON COLUMN daily_root.wallets IS 'how many wallets';
COMMENT ON COLUMN daily_root.root IS 'sha256 over holder, kind, version and head in key order';
COMMENT ON COLUMN daily_root.made_at IS 'when';

CREATE TABLE personal.person (
    member_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL DEFAULT '',
    phone text COLLATE "C" NOT NULL DEFAULT '',
    email text COLLATE "C" NOT NULL DEFAULT '',
    birthday date,
    language text COLLATE "C" NOT NULL DEFAULT 'ru',
    zone text COLLATE "C" NOT NULL DEFAULT '',
    attributes json NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (member_id)
);

COMMENT ON TABLE personal.person IS 'Who a member is. Erasing deletes the row.';
COMMENT ON COLUMN personal.person.member_id IS 'the member';
COMMENT ON COLUMN personal.person.name IS 'full name';
COMMENT ON COLUMN personal.person.phone IS 'E.164';
COMMENT ON COLUMN personal.person.email IS 'in lower case';
COMMENT ON COLUMN personal.person.birthday IS 'day of birth';
COMMENT ON COLUMN personal.person.language IS 'for messages';
COMMENT ON COLUMN personal.person.zone IS 'the member''s own time zone';
COMMENT ON COLUMN personal.person.attributes IS 'further facts';
COMMENT ON COLUMN personal.person.updated_at IS 'last change';

CREATE TABLE personal.identifier (
    kind text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    card_type text COLLATE "C" NOT NULL DEFAULT '',
    status text COLLATE "C" NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, value),
    CONSTRAINT identifier_status_known CHECK (status IN ('active', 'blocked', 'replaced'))
);

CREATE INDEX identifier_of_member ON personal.identifier (member_id);

COMMENT ON TABLE personal.identifier IS 'What finds a member: card, phone, e-mail, QR, external id. Keyed by the value looked up.';
COMMENT ON COLUMN personal.identifier.kind IS 'card, phone, email, qr, external or member';
COMMENT ON COLUMN personal.identifier.value IS 'normalised';
COMMENT ON COLUMN personal.identifier.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN personal.identifier.holder_id IS 'the holder';
COMMENT ON COLUMN personal.identifier.member_id IS 'the member';
COMMENT ON COLUMN personal.identifier.card_type IS 'of a card';
COMMENT ON COLUMN personal.identifier.status IS 'active, blocked or replaced';
COMMENT ON COLUMN personal.identifier.created_at IS 'since when';

CREATE TABLE personal.consent (
    member_id text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL DEFAULT '',
    given boolean NOT NULL,
    text_sha256 bytea,
    source text COLLATE "C" NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, purpose, channel, recorded_at)
);

COMMENT ON TABLE personal.consent IS 'Insert only: a consent given or withdrawn, for one purpose and channel.';
COMMENT ON COLUMN personal.consent.member_id IS 'the member';
COMMENT ON COLUMN personal.consent.purpose IS 'personal_data, advertising, partner';
COMMENT ON COLUMN personal.consent.channel IS 'sms, email, push; empty where none is meant';
COMMENT ON COLUMN personal.consent.given IS 'given or withdrawn';
COMMENT ON COLUMN personal.consent.text_sha256 IS 'hash of the text agreed to';
COMMENT ON COLUMN personal.consent.source IS 'how it is proven: till, cashier, site';
COMMENT ON COLUMN personal.consent.recorded_at IS 'when';

-- Rows that every purchase changes keep room on their page for their next version, so that no index is touched.
ALTER TABLE wallet SET (fillfactor = 70);
ALTER TABLE standing SET (fillfactor = 70);
ALTER TABLE activity SET (fillfactor = 80);
ALTER TABLE lot SET (fillfactor = 85);
