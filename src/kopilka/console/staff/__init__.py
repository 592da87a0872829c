"""Staff: accounts and the log of what was done."""
