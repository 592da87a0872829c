"""One effect a file: frozen fields and what it proposes. Effects propose; `stacking` decides and applies."""
