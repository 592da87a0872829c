"""Programmes: the list, and playbooks to start from."""
