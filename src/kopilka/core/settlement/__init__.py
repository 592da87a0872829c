"""From a Decision to ledger transactions and events."""
