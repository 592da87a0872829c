"""Gifts for points."""
