-- Coupons made by the hundred thousand, and until when an open receipt holds a coupon.

ALTER TABLE coupon ADD COLUMN lapses_at timestamptz;

COMMENT ON COLUMN coupon.lapses_at IS 'until when the receipt holds it; none where nothing does';

CREATE TABLE coupon_batch (
    batch text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    series text COLLATE "C" NOT NULL,
    title text NOT NULL,
    coupons integer NOT NULL,
    active_on date,
    last_on date,
    made_at timestamptz NOT NULL,
    made_by text COLLATE "C" NOT NULL,
    PRIMARY KEY (batch),
    CONSTRAINT coupon_batch_has_coupons CHECK (coupons > 0)
);

CREATE INDEX coupon_batch_of_series ON coupon_batch (programme, series, batch);

COMMENT ON TABLE coupon_batch IS 'Coupons made together; they name the batch as their source.';
COMMENT ON COLUMN coupon_batch.batch IS 'id';
COMMENT ON COLUMN coupon_batch.programme IS 'the programme that the series stands in';
COMMENT ON COLUMN coupon_batch.series IS 'the series of the programme document';
COMMENT ON COLUMN coupon_batch.title IS 'what the shop calls it: a leaflet, a partner, a mailing';
COMMENT ON COLUMN coupon_batch.coupons IS 'how many were made';
COMMENT ON COLUMN coupon_batch.active_on IS 'first day of its coupons';
COMMENT ON COLUMN coupon_batch.last_on IS 'last day of its coupons; none is for ever, or until activation says';
COMMENT ON COLUMN coupon_batch.made_at IS 'when it was made';
COMMENT ON COLUMN coupon_batch.made_by IS 'the member of staff or API key that made it';
