-- Coupons and perks that members own, and what a receipt gave beside points.

CREATE TABLE coupon (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    series text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'active',
    active_on date,
    last_on date,
    receipt text COLLATE "C" NOT NULL DEFAULT '',
    source text COLLATE "C" NOT NULL DEFAULT '',
    issued_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, holder_id, code),
    CONSTRAINT coupon_state_known CHECK (state IN ('new', 'active', 'held', 'used', 'cancelled'))
);

CREATE INDEX coupon_of_source ON coupon (programme, series, source);

COMMENT ON TABLE coupon IS 'Coupons: personal ones, and those of whoever bears the code.';
COMMENT ON COLUMN coupon.bucket IS 'the holder''s bucket; of a bearer''s coupon, that of its code';
COMMENT ON COLUMN coupon.holder_id IS 'the owner, or bearer: and the code';
COMMENT ON COLUMN coupon.code IS 'capitals without dashes, as it is looked up';
COMMENT ON COLUMN coupon.programme IS 'the programme that its series stands in';
COMMENT ON COLUMN coupon.series IS 'the series of the programme document';
COMMENT ON COLUMN coupon.state IS 'new (to be activated), active, held by an open receipt, used or cancelled';
COMMENT ON COLUMN coupon.active_on IS 'first day on which it works';
COMMENT ON COLUMN coupon.last_on IS 'last day on which it works; none is for ever';
COMMENT ON COLUMN coupon.receipt IS 'the receipt that holds or has used it';
COMMENT ON COLUMN coupon.source IS 'the receipt, batch or staff action that it came from';
COMMENT ON COLUMN coupon.issued_at IS 'when it was made';
COMMENT ON COLUMN coupon.changed_at IS 'when its state changed last';

CREATE TABLE coupon_code (
    code text COLLATE "C" NOT NULL,
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (code)
);

COMMENT ON TABLE coupon_code IS 'Finds a coupon by its code, without its owner.';
COMMENT ON COLUMN coupon_code.code IS 'the code';
COMMENT ON COLUMN coupon_code.bucket IS 'the bucket of the coupon''s holder';
COMMENT ON COLUMN coupon_code.holder_id IS 'the coupon''s holder';

CREATE TABLE perk (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    perk text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    since date NOT NULL,
    last_on date,
    taken_back boolean NOT NULL DEFAULT false,
    PRIMARY KEY (bucket, holder_id, programme, perk, source)
);

COMMENT ON TABLE perk IS 'Privileges that members hold for a time.';
COMMENT ON COLUMN perk.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN perk.holder_id IS 'the holder';
COMMENT ON COLUMN perk.programme IS 'the programme that names the perk';
COMMENT ON COLUMN perk.perk IS 'the perk of the programme document';
COMMENT ON COLUMN perk.source IS 'the receipt or staff action that it came from';
COMMENT ON COLUMN perk.since IS 'first day';
COMMENT ON COLUMN perk.last_on IS 'last day; none is for ever';
COMMENT ON COLUMN perk.taken_back IS 'whether a return took it back';

ALTER TABLE receipt ADD COLUMN extras json;

COMMENT ON COLUMN receipt.extras IS 'codes of coupons that it gave, and lots that rules with a cost drew from; none where there are none';
