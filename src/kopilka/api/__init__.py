"""The HTTP API: one file per resource with its own schemas, one table of problems, one table of routes.

Translates foreign bytes into commands and questions, and answers back; decides nothing.
"""
