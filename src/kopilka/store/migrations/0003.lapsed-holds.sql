-- Receipts whose hold has run out are found without reading all receipts.
CREATE INDEX receipt_held ON receipt (lapses_at) WHERE state = 'held';
