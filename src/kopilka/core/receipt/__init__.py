"""Receipts, their lines and returns: what was sold, where, when and for how much."""

from kopilka.core.receipt.receipt import Line, Payment, Ranks, Receipt, Shop, SpendRequest, ranks

__all__ = ["Line", "Payment", "Ranks", "Receipt", "Shop", "SpendRequest", "ranks"]
