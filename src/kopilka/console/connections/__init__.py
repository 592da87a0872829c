"""Connections to tills and shop systems: which can be connected, how, and what each has said lately."""
