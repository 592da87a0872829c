"""Decision → ledger postings, standing and events: closing, holding, returning, adjusting."""
