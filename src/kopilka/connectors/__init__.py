"""Foreign trade systems, a folder each: their mapping stands in one file."""
