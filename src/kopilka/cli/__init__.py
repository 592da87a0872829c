"""The command line: verbs named as the use cases."""
