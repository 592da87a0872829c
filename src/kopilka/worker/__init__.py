"""Background tasks: one line each, calling a use case."""
