"""Requests about personal data: who asks for what by when, acts of erasure, everything that is known of a member."""
