"""Facts that happened: their names, fields and versions."""
