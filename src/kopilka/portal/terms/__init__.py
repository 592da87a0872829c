"""The terms of a programme, for everybody."""
