"""The HTTP API: one file per resource, its own schemas, one table from error to status."""
