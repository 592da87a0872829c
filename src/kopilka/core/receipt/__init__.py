"""Receipts, their lines and returns: what was sold, where, when and for how much."""

from kopilka.core.receipt.receipt import BARS, Line, Payment, Ranks, Receipt, Shop, SpendRequest, ranks

__all__ = ["BARS", "Line", "Payment", "Ranks", "Receipt", "Shop", "SpendRequest", "ranks"]
