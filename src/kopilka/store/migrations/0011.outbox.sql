-- Handing events on: who waits for which member's events, and what a database that was restored elsewhere needs.

ALTER TABLE outbox_state ADD COLUMN place bigint NOT NULL DEFAULT 0;
ALTER TABLE outbox_state ADD COLUMN floor bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN outbox_state.place IS 'the highest place handed on so far';
COMMENT ON COLUMN outbox_state.floor IS 'events up to this place were handed on before the database was restored on another server, whose transactions count anew';

ALTER TABLE subscription ADD COLUMN failures integer NOT NULL DEFAULT 0;
ALTER TABLE subscription ADD COLUMN retry_at timestamptz;

COMMENT ON COLUMN subscription.failures IS 'tries that failed one after another, of whichever members';
COMMENT ON COLUMN subscription.retry_at IS 'after several failures in a row nothing is sent before this moment, and then one delivery to see';

CREATE TABLE delivery_lane (
    bucket smallint NOT NULL,
    holder_id text COLLATE "C" NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    PRIMARY KEY (bucket, holder_id, subscription_id)
);

CREATE INDEX delivery_lane_due ON delivery_lane (subscription_id, due_at);

COMMENT ON TABLE delivery_lane IS 'One holder''s deliveries to one subscription, while some wait: only the first of them may go.';
COMMENT ON COLUMN delivery_lane.bucket IS 'the holder''s bucket';
COMMENT ON COLUMN delivery_lane.holder_id IS 'the holder';
COMMENT ON COLUMN delivery_lane.subscription_id IS 'the subscription';
COMMENT ON COLUMN delivery_lane.due_at IS 'when its first delivery may go';
COMMENT ON COLUMN delivery_lane.tries IS 'how often that has been tried';
COMMENT ON COLUMN delivery_lane.leased_until IS 'until when one process has it';
