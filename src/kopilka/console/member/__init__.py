"""The card of one member: balances, lots, level, cards, history; points by hand."""
