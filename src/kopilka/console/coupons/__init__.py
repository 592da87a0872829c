"""Coupons: series of the programmes, batches of codes, and what becomes of one code."""
