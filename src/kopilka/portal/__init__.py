"""The member's cabinet: its own schemas, never the console's."""
