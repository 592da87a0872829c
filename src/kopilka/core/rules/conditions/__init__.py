"""One condition a file: frozen fields, `check(context)`, its reasons. Docstrings are the console's help."""
