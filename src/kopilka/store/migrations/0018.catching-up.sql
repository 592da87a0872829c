-- A subscription that is paused, stopped, new, far behind or being replayed keeps a place among the events instead of a row
-- for each of them; its deliveries are made from there in steps, and when it has come to the end it gets them at once again.

-- A place is drawn by a transaction that has its number: whoever sees a place drawn knows that all below belong to
-- transactions numbered by then.
ALTER TABLE event ALTER COLUMN place SET DEFAULT
    CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('event_place') END;
CREATE INDEX event_by_place ON event USING brin (place) WITH (pages_per_range = 16, autosummarize = on);

ALTER TABLE outbox_state ADD COLUMN settled bigint;
ALTER TABLE outbox_state ADD COLUMN mark_place bigint;
ALTER TABLE outbox_state ADD COLUMN mark_txid bigint;

COMMENT ON COLUMN outbox_state.settled IS 'every event up to this place has been handed on, and none can come in before it; null while that is not known';
COMMENT ON COLUMN outbox_state.mark_place IS 'what settled becomes next';
COMMENT ON COLUMN outbox_state.mark_txid IS 'as soon as all transactions below this one have been handed on';

ALTER TABLE subscription ADD COLUMN behind bigint;
ALTER TABLE subscription ADD COLUMN owed bigint;
ALTER TABLE subscription ADD COLUMN began bigint;
ALTER TABLE subscription ADD COLUMN again_since timestamptz;
ALTER TABLE subscription ADD COLUMN again_upto bigint;
ALTER TABLE subscription ADD COLUMN failing_since timestamptz;

COMMENT ON COLUMN subscription.behind IS 'deliveries of events after this place are still to be made; null while every event becomes one when it is handed on';
COMMENT ON COLUMN subscription.owed IS 'events after this place were not handed on to it';
COMMENT ON COLUMN subscription.began IS 'where it began to catch up';
COMMENT ON COLUMN subscription.again_since IS 'events booked since then go once more';
COMMENT ON COLUMN subscription.again_upto IS 'up to this place: later ones go for the first time';
COMMENT ON COLUMN subscription.failing_since IS 'the first failure since something got through';
