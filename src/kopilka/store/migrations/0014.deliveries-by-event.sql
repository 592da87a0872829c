-- Staff look at one delivery and pass over it by the event's id.
CREATE INDEX delivery_by_event ON delivery (subscription_id, event_id);
