"""Kopilka, a loyalty system for shops. Which room holds what: docs/house.md."""
