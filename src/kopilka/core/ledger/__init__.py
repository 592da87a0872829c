"""Accounts, transactions, entries, lots, holds and the book; expiry and statements."""
