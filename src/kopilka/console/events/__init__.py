"""Events out: who is told, how far behind each is, what became of every delivery, and a page to send a test."""
