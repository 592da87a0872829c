"""`kopilka …`: verbs named as the use cases, for people at a terminal and for scripts (`--json`)."""
