"""One programme: its text and versions, and the editor that checks before it publishes."""
