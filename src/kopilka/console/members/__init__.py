"""Members: the list and the search, and a new one."""
