"""Programmes: the list."""
