-- Other systems page through all that happened, newest first: purchases (receipt_recent), returns, and points by hand.
CREATE INDEX receipt_return_recent ON receipt_return (recorded_at, receipt_id, number);
CREATE INDEX posting_by_hand ON posting (kind, recorded_at, holder_id, version) WHERE verb = 'adjust';
COMMENT ON INDEX receipt_return_recent IS 'the newest returns of all receipts';
COMMENT ON INDEX posting_by_hand IS 'the newest points that were given or taken by hand';
