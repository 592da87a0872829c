"""Playbooks: ready programmes to choose from, and one of them before it is taken."""
