"""Receipts: the list."""
