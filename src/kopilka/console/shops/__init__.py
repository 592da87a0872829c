"""Shops: which programme each runs."""
